"""Pieces of the page Evaluate: how good one run is.

They show judgements of `pages._ui.cache.results`. What other pages show too is in `pages._ui.judged`.
"""
