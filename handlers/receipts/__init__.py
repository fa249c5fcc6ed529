"""Writes one receipt for every paid order that a queue brings, and applies the corrections that another one brings in order."""
