"""Pieces of the page Explore."""
