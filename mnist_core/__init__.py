"""MNIST Lab without its pages: data, models, training, records, evaluation, figures.

Nothing here imports Streamlit, so everything works from a notebook or from
``python -m mnist_core``. Packages import only downwards; the ranks are listed in
CONTRIBUTING.md and kept by ``tests/test_architecture.py``.
"""

__version__ = "0.1.0"
