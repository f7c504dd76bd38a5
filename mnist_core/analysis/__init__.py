"""Longer looks at networks and datasets: explanations, exploration, and the process that computes them.

``python -m mnist_core.analysis KIND`` computes one in a process of its own. It knows no pages and trains no networks.
"""
