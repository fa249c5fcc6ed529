"""Languages that manifests embed and AWS reads: event patterns, schedules, workflow definitions.

Each module takes what was written, of any shape, and yields what is wrong with it. The manifest's checks and the provider of the embedded
cloud ask the same module, so that both refuse the same text in the same words.
"""
