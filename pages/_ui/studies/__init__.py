"""Pieces of the page of studies."""
