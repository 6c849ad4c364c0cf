"""Segments: conditions that have a name, and who is in them."""
