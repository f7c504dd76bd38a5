"""Pieces of the page Robustness."""
