"""Pieces of the page Evaluate."""
