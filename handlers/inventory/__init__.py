"""Counts the items of a shop, and holds them for customers who are about to pay."""
