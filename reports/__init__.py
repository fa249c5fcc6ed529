"""What a reviewer is told of a change: what would be lost, what becomes permitted, what is no longer watched, and the rest counted.

Made from what the engine says of a preview, as plain data; no engine, no account.
"""
