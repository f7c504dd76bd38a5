"""Pieces of the page Explain."""
