"""Networks: built in the worker, described by arithmetic everywhere else."""

from mnist_core.models.summary import LayerRow, layer_rows, parameter_count

__all__ = ["LayerRow", "layer_rows", "parameter_count"]
