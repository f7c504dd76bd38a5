"""Longer looks at networks and datasets: explanations, exploration, and the process that computes them.

``python -m mnist_core.analysis KIND --dataset ID --samples N --seed S`` computes one in a process of its own: t-SNE,
near duplicates, nearest neighbours, logistic regression. It writes JSON lines to standard output (``{"fraction":
...}``, ``{"error": ...}``) and its result to a file; the end of its standard input ends it. Exit codes: 0 the result
is written, 1 failed, 2 bad arguments, 4 nobody waits. It knows no pages and trains no networks.
"""
