"""A network as TensorBoard's graph: a box for each layer, with its weights inside."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from mnist_core.config import Conv2D, Dense, LogisticConfig, RunConfig
from mnist_core.datasets import get_spec
from mnist_core.models.summary import LayerRow, Shape, layer_rows

_SIDE = 28


def graph(config: RunConfig) -> Any:
    """Return the run's network as a tensorboard GraphDef, made by arithmetic: no backend is asked.

    Nodes carry what they are made of (shape, parameters, arguments) and the shapes that flow between them, with -1 for
    the images of a batch. Raises `ConfigError` if layers don't fit together.
    """
    classes = get_spec(config.data.dataset).num_classes
    if isinstance(config.model, LogisticConfig):
        weights = LayerRow("Dense", f'{classes}, activation="softmax"', (classes,), (_SIDE**2 + 1) * classes)
        rows: Sequence[LayerRow] = [LayerRow("Flatten", "", (_SIDE**2,), 0), weights]
    else:
        rows = layer_rows(config.model, classes)
    builder = _Builder()
    builder.node("images", "Placeholder", [], (_SIDE, _SIDE), pixels="0 to 255, 0 is paper")
    builder.node("scale", "Rescaling", ["images"], (_SIDE, _SIDE), factor="1 / 255")
    previous = "scale"
    shape: Shape = (_SIDE, _SIDE)
    used: Counter[str] = Counter()
    for row in rows:
        name = _snake(row.name)
        used[name] += 1
        scope = name if used[name] == 1 else f"{name}_{used[name] - 1}"  # as Keras counts them
        previous, shape = builder.layer(scope, row, previous, shape), row.output_shape
    builder.node("probabilities", "Identity", [previous], (classes,))
    return builder.graph


class _Builder:
    """A graph under way."""

    def __init__(self) -> None:
        from tensorboard.compat.proto.graph_pb2 import GraphDef
        from tensorboard.compat.proto.versions_pb2 import VersionDef

        self.graph = GraphDef(versions=VersionDef(producer=22))

    def layer(self, scope: str, row: LayerRow, previous: str, shape: Shape) -> str:
        """Add a layer's box; return the name of its last node."""
        arguments = {"arguments": row.detail, "parameters": f"{row.parameters:,}"}
        weights = _weights(row, shape)
        if not weights:
            return self.node(scope, row.name, [previous], row.output_shape, **arguments)
        operation, *rest = weights.items()
        name = self.node(
            f"{scope}/{row.name}",
            row.name,
            [previous, self._variable(scope, *operation)],
            row.output_shape,
            **arguments,
        )
        for variable in rest:
            inputs = [name, self._variable(scope, *variable)]
            name = self.node(f"{scope}/Add_{variable[0]}", "Add", inputs, row.output_shape)
        activation = _activation(row)
        return self.node(f"{scope}/{activation}", activation, [name], row.output_shape) if activation else name

    def node(self, name: str, kind: str, inputs: list[str], shape: Shape, **attributes: str) -> str:
        """Add a node and return its name."""
        self._add(name, kind, inputs, (-1, *shape), **attributes)
        return name

    def _variable(self, scope: str, name: str, shape: Shape) -> str:
        self._add(f"{scope}/{name}", "Variable", [], shape)
        return f"{scope}/{name}"

    def _add(self, name: str, kind: str, inputs: list[str], shape: Shape, **attributes: str) -> None:
        from tensorboard.compat.proto.attr_value_pb2 import AttrValue
        from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto

        sizes = TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in shape])
        node = self.graph.node.add(name=name, op=kind, input=inputs)
        node.attr["_output_shapes"].CopyFrom(AttrValue(list=AttrValue.ListValue(shape=[sizes])))
        for key, value in attributes.items():
            node.attr[key].CopyFrom(AttrValue(s=value.encode()))


def _weights(row: LayerRow, shape: Shape) -> dict[str, Shape]:
    """Return the shapes of a layer's weights by Keras's names; `shape` is that of its input."""
    if row.name == "Dense":
        return {"kernel": (shape[0], row.output_shape[0]), "bias": row.output_shape}
    if isinstance(row.config, Conv2D):
        size, filters = row.config.kernel_size, row.config.filters
        return {"kernel": (size, size, shape[-1], filters), "bias": (filters,)}
    if row.name == "BatchNormalization":
        return {"moving_mean_and_variance": (2, shape[-1]), "gamma_and_beta": (2, shape[-1])}
    return {}


def _activation(row: LayerRow) -> str:
    """Return what a layer does to its sum at last; empty where that is nothing."""
    if isinstance(row.config, Dense | Conv2D):
        return "" if row.config.activation == "linear" else row.config.activation
    return "softmax" if row.name == "Dense" else ""


def _snake(name: str) -> str:
    """Return a class's name as Keras makes layer names of it."""
    return {"Conv2D": "conv2d", "MaxPooling2D": "max_pooling2d", "BatchNormalization": "batch_normalization"}.get(
        name, name.lower()
    )
