"""Pieces of any page that know no run's results: charts, galleries, fields, downloads, what is said of datasets.

They get values and show them. What needs a run is in `one_run`, what needs its answers in `judged`.
"""
