"""Pieces of the page Your data: what is kept of a visitor, the personal link, and deleting everything.

They know who the visitor is and what is theirs, and show none of it.
"""
