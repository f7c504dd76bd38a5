"""Pieces of the page Robustness: curves, words, and the smallest change that fools a network.

They show what `mnist_core.evaluation.robustness` computes in the background. They know the runs that are compared.
"""
