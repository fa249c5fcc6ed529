"""Restores tables under another name, compares them with what they were restored from, and deletes the copies."""
