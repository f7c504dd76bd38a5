"""Pieces of the page Studies: the list, and one study with its figures, its best trial and its table.

A study that is under way is one part of the page that renews itself (`one`). Which figures it has follows from its
kind (`figures`), and each of them changes in place, so that zoom and legend stay.
"""
