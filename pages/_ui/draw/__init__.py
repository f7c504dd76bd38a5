"""Pieces of the page Draw: board, photos, corrections, teaching."""
