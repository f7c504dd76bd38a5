"""Networks: built in the worker, described by arithmetic everywhere else."""

from mnist_core.models.code import files_beside, keras_code
from mnist_core.models.notebook import keras_notebook
from mnist_core.models.summary import LayerRow, layer_rows, parameter_count

__all__ = ["LayerRow", "files_beside", "keras_code", "keras_notebook", "layer_rows", "parameter_count"]
