"""Pieces of the page Compare: several runs side by side.

A run has one colour and one symbol as long as it is chosen (`choice`), in charts and in tables (`run_table`). What
compares image by image asks `judged_together`, which keeps to one test set.
"""
