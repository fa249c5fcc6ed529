"""Removes what has expired, on a schedule."""
