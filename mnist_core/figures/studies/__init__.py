"""Figures of studies: of many trials beside one another, and what they say together.

They are given trials (`mnist_core.store.study_records`) or what `mnist_core.evaluation.studies` makes of them, and draw
values as the objective says: accuracies, 0 to 1, in per cent, losses as they are. ``customdata`` of a point is a list
with the id of its run, for whoever leads there; an empty list where it is no single run. Each figure has an ``..._alt``
sentence, and its numbers as columns for programs, ``..._table``.
"""
