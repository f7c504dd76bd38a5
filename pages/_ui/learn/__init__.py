"""Pieces of the page Learn: the list of lessons, one step, and what stands beside its words."""
