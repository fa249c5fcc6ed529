"""Checks a new version of a function before it gets traffic and after it has all of it."""
