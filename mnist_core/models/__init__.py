"""Networks: built by Keras in the worker, described by arithmetic everywhere else.

It knows configurations, shapes and costs. Mixed precision is a way of training only: what `build` gives to save and
to export is always float32. It knows no data and does not train.
"""

from mnist_core.models.summary import LayerRow, layer_rows, parameter_count

__all__ = ["LayerRow", "layer_rows", "parameter_count"]
