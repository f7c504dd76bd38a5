"""What runs answered: the confusion matrix, single predictions, and two runs beside each other.

It shows judgements of `pages._ui.cache.results`, for any page, and computes none itself.
"""
