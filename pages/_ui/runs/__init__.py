"""Pieces of the page Runs: the table, its filters, and the panel of one run.

What can be taken away from a run is a tuple of views in `take_away`. One run on any page is `pages._ui.one_run`.
"""
