"""A network as TensorBoard's graph: a box for each layer, with its weights inside."""

from collections import Counter
from typing import Any

from mnist_core.config import LogisticConfig, NetworkConfig, RunConfig
from mnist_core.config.layers import Shape
from mnist_core.datasets import get_spec
from mnist_core.models.summary import LayerRow, layer_rows

_SIDE = 28


def graph(config: RunConfig) -> Any:
    """Return the run's network as a tensorboard GraphDef, made by arithmetic: no backend is asked.

    Nodes carry what they are made of (shape, parameters, arguments) and the shapes that flow between them, with -1 for
    the images of a batch. Raises `ConfigError` if layers don't fit together.
    """
    classes = get_spec(config.data.dataset).num_classes
    # A baseline is a network without hidden layers.
    model = NetworkConfig() if isinstance(config.model, LogisticConfig) else config.model
    rows = layer_rows(model, classes)
    builder = _Builder()
    builder.node("images", "Placeholder", [], (_SIDE, _SIDE), pixels="0 to 255, 0 is paper")
    builder.node("scale", "Rescaling", ["images"], (_SIDE, _SIDE), factor="1 / 255")
    previous = "scale"
    used: Counter[str] = Counter()
    for row in rows:
        name = row.layer.kind  # what Keras makes of the class's name
        used[name] += 1
        scope = name if used[name] == 1 else f"{name}_{used[name] - 1}"  # as Keras counts them
        previous = builder.layer(scope, row, previous)
    builder.node("probabilities", "Identity", [previous], (classes,))
    return builder.graph


class _Builder:
    """A graph under way."""

    def __init__(self) -> None:
        from tensorboard.compat.proto.graph_pb2 import GraphDef
        from tensorboard.compat.proto.versions_pb2 import VersionDef

        self.graph = GraphDef(versions=VersionDef(producer=22))

    def layer(self, scope: str, row: LayerRow, previous: str) -> str:
        """Add a layer's box; return the name of its last node."""
        arguments = {"arguments": row.detail, "parameters": f"{row.parameters:,}"}
        weights = dict(row.weights)
        if not weights:
            return self.node(scope, row.name, [previous], row.output_shape, **arguments)
        bias = weights.pop("bias", None)
        inputs = [previous, *(self._variable(scope, *variable) for variable in weights.items())]
        name = self.node(f"{scope}/{row.name}", row.name, inputs, row.output_shape, **arguments)
        if bias:
            inputs = [name, self._variable(scope, "bias", bias)]
            name = self.node(f"{scope}/Add_bias", "Add", inputs, row.output_shape)
        activation = row.layer.call().named.get("activation")
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
