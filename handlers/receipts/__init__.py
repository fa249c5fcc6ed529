"""Writes one receipt for every paid order that the queue brings."""
