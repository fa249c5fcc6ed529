"""Keeps products and finds them by their words; the index follows the table's stream of changes."""
