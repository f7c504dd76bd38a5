"""Figures of studies: of many trials beside one another, and what they say together."""
