"""Pieces of the page Explore: a dataset's images, before any network is trained.

They know datasets. Only `doubts` asks a trained network.
"""
