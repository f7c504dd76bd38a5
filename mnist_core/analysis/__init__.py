"""Longer computations about a dataset, in a process of their own: ``python -m mnist_core.analysis KIND``."""
