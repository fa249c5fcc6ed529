"""Offers shipping prices to partners."""
