"""Pieces of the page Explain: what a network looked at, its layers, its weights, its map.

They show what `pages._ui.cache.explanations` keeps. They know one image and one run.
"""
