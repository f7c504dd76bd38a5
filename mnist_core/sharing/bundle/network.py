"""Whether a stranger's network files are networks of ours, before a library opens them.

Neither file is trusted to its library: Keras can be told to run Python, and ONNX Runtime to open other files or to make
room for a terabyte. So only what our own exports have is let through.
"""

import json
from math import prod
from typing import Any

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.config.layers import ADDED, LAYERS
from mnist_core.datasets import get_spec
from mnist_core.errors import BundleError
from mnist_core.models.cost import PredictionCost, prediction_cost
from mnist_core.models.graph import Field, fields, numbers_of
from mnist_core.models.summary import layer_rows, parameter_count
from mnist_core.sharing.bundle.archive import Archive, shown
from mnist_core.sharing.bundle.counting import OPERATORS, PICTURES, Uncountable, count
from mnist_core.sharing.bundle.description import check_description

# Of onnx.proto (ONNX 1.23): numbers of fields.
_GRAPH, _OPSETS, _TRAINING, _FUNCTIONS = 7, 8, 20, 25  # of ModelProto
_DOMAIN = 1  # of OperatorSetIdProto
_NODES, _INITIALIZERS, _INPUTS, _OUTPUTS, _SPARSE = 1, 5, 11, 12, 15  # of GraphProto
_OP_TYPE, _ATTRIBUTES, _NODE_DOMAIN = 4, 5, 7  # of NodeProto
_SUBGRAPH, _SUBGRAPHS = 6, 11  # of AttributeProto
_DIMS, _EXTERNAL, _LOCATION = 1, 13, 14  # of TensorProto
_NAME, _TYPE = 1, 2  # of ValueInfoProto
_TENSOR_TYPE, _ELEMENT, _SHAPE, _DIM, _DIM_VALUE = 1, 1, 2, 1, 1  # of TypeProto and what is in it
_FLOAT = 1  # of TensorProto.DataType

_DOMAINS = (b"", b"ai.onnx", b"ai.onnx.ml")
_MOST_NODES = 600
_TABLES = 6  # tables of an operator's output for each table of a layer: sum, bias, activation, two orders of the axes
_SPARE = 20_000  # numbers beside those of the layers: shapes and axes
_SPARE_OPERATIONS = 100_000  # a thousandth of a second

_KERAS_FILES = ("metadata.json", "config.json", "model.weights.h5")
_HDF5 = b"\x89HDF\r\n\x1a\n"
_MODULES = ("keras", "keras.layers", "keras.initializers", "keras.optimizers", "keras.optimizers.schedules")
_CLASSES = frozenset(
    (
        "Sequential",
        "InputLayer",
        *(layer.title for layer in (*LAYERS.values(), *ADDED)),
        "DTypePolicy",
        "GlorotUniform",
        "Zeros",
        "Ones",
        "SGD",
        "RMSprop",
        "Adam",
        "AdamW",
        "Adagrad",
        "Nadam",
        "CosineDecay",
        "LossScaleOptimizer",
    )
)
_MOST_JSON = 300_000  # bytes
_MOST_DEPTH = 40


def check_onnx(model: bytes, outputs: bytes, config: RunConfig) -> None:
    """Raise `BundleError` where a graph is none that this program exports for a configuration.

    Parameters
    ----------
    model : bytes
        The content of ``model.onnx``.
    outputs : bytes
        What makes ``layers.onnx`` of it; empty where there is none.
    config : RunConfig
    """
    try:
        top = list(fields(model))
        graphs = [field.content for field in top if field.number == _GRAPH]
        if len(graphs) != 1 or any(field.number in (_TRAINING, _FUNCTIONS) for field in top):
            raise _problem("it is not one plain graph")
        for opset in (field.content for field in top if field.number == _OPSETS):
            if any(field.content not in _DOMAINS for field in fields(opset) if field.number == _DOMAIN):
                raise _problem("it uses operators of others")
        graph = list(fields(graphs[0]))
        nodes = [field.content for field in graph if field.number == _NODES]
        _check_nodes(nodes)
        if any(field.number == _SPARSE for field in graph):
            raise _problem("it holds sparse numbers")
        constants = [field.content for field in graph if field.number == _INITIALIZERS]
        _check_constants(constants, config)
        _check_ends(graph, config)
        if outputs:
            _check_layers(outputs, config)
        _check_cost(graph, nodes, constants, outputs, config)
    except ValueError as error:
        if isinstance(error, BundleError):
            raise
        raise _problem("it is damaged") from error


def _check_nodes(nodes: list[bytes]) -> None:
    if len(nodes) > _MOST_NODES:
        raise _problem("it has too many operators")
    for node in nodes:
        parts = list(fields(node))
        kinds = [field.content for field in parts if field.number == _OP_TYPE]
        if len(kinds) != 1 or kinds[0] not in OPERATORS:
            raise _problem(
                f"it has the operator {shown(kinds[0].decode(errors='replace')) if kinds else 'without a name'}"
            )
        if any(field.content not in _DOMAINS for field in parts if field.number == _NODE_DOMAIN):
            raise _problem("it uses operators of others")
        for attribute in (field.content for field in parts if field.number == _ATTRIBUTES):
            if any(field.number in (_SUBGRAPH, _SUBGRAPHS) for field in fields(attribute)):
                raise _problem("it has a graph within the graph")


def _check_cost(
    graph: list[Field], nodes: list[bytes], constants: list[bytes], outputs: bytes, config: RunConfig
) -> None:
    """Try whether a graph costs what its configuration says, and each layer's table has the shape that it says."""
    classes = get_spec(config.data.dataset).num_classes
    source, output = (_names(graph, number)[0] for number in (_INPUTS, _OUTPUTS))
    try:
        counted = count(constants, nodes, source)
    except Uncountable as error:
        raise _problem(str(error)) from error
    except (KeyError, ValueError) as error:
        raise _problem("its tables don't fit together") from error
    shapes: dict[bytes, tuple[int, ...]] = {output: (classes,)}
    cost = PredictionCost(784 * classes, 784)
    if isinstance(config.model, NetworkConfig):
        cost = prediction_cost(config.model, classes)
        if outputs:
            shapes |= {name.encode(): shape for name, shape in _layers(config).items()}
    for name, shape in shapes.items():
        if name not in counted.tables or counted.tables[name].shape != (PICTURES, *shape):
            raise _problem("its layers are not those of its settings")
    # An export of every layer may go through what lies before each of them again: half of it on average.
    copies = 1 + (len(_layers(config)) // 2 if isinstance(config.model, NetworkConfig) else 0)
    for found, most in ((counted.needed_for(output), 1), (counted.needed_for(*counted.nodes), copies)):
        if found.operations > most * PICTURES * (cost.operations + _SPARE_OPERATIONS):
            raise _problem(
                f"it takes {found.operations // PICTURES:,} multiplications for a picture, and the network of its "
                f"settings {cost.operations:,}"
            )
        if found.numbers > most * PICTURES * (_TABLES * cost.numbers + _SPARE):
            raise _problem(
                f"it puts out {found.numbers // PICTURES:,} numbers for a picture, and the network of its settings "
                f"{cost.numbers:,}"
            )


def _check_constants(tensors: list[bytes], config: RunConfig) -> None:
    spec = get_spec(config.data.dataset)
    known = 785 * spec.num_classes
    if isinstance(config.model, NetworkConfig):
        known = parameter_count(config.model, spec.num_classes)
    total = 0
    for tensor in tensors:
        dims: list[int] = []
        for field in fields(tensor):
            if field.number in (_EXTERNAL, _LOCATION) and (field.content or field.value):
                raise _problem("it wants to read numbers from another file")
            if field.number == _DIMS:
                dims += numbers_of(field)
        if len(dims) > 4:
            raise _problem("its weights have another shape than this run's")
        total += prod(dims)
    if total > known + _SPARE:
        raise _problem(f"it claims {total:,} numbers, and the network of its settings has {known:,}")


def _check_ends(graph: list[Field], config: RunConfig) -> None:
    classes = get_spec(config.data.dataset).num_classes
    ends = [[f.content for f in graph if f.number == number] for number in (_INPUTS, _OUTPUTS)]
    for (name, shape), values in zip((("input", [28, 28]), ("output", [classes])), ends, strict=True):
        if len(values) != 1 or _shape(values[0]) != (_FLOAT, shape):
            raise _problem(f"its {name} is not one table of shape {('n', *shape)}")


def _check_layers(outputs: bytes, config: RunConfig) -> None:
    """Try whether the outputs are those of the configuration's layers, in number and name."""
    if not isinstance(config.model, NetworkConfig):
        raise _problem("it has layers, which this kind of run has not")
    found = []
    for output in fields(outputs):
        if output.number != _OUTPUTS:
            raise _problem("its layers are damaged")
        found += [field.content for field in fields(output.content) if field.number == _NAME]
    if sorted(found) != [name.encode() for name in _layers(config)]:
        raise _problem("its layers are not those of its settings")


def _layers(config: RunConfig) -> dict[str, tuple[int, ...]]:
    """Return what the layers' outputs are called, and their shapes for one picture."""
    assert isinstance(config.model, NetworkConfig)
    rows = layer_rows(config.model, get_spec(config.data.dataset).num_classes)
    return {f"{number:02}_{row.name}": row.output_shape for number, row in enumerate(rows)}


def _names(graph: list[Field], number: int) -> list[bytes]:
    """Return the names of a graph's inputs or outputs."""
    values = [value.content for value in graph if value.number == number]
    return [next((f.content for f in fields(value) if f.number == _NAME), b"") for value in values]


def _shape(value: bytes) -> tuple[int, list[int]]:
    """Return the element type and the shape without the batch dimension of an input or output."""
    element, dims = 0, []
    for kind in (f.content for f in fields(value) if f.number == _TYPE):
        for tensor in (f.content for f in fields(kind) if f.number == _TENSOR_TYPE):
            for field in fields(tensor):
                if field.number == _ELEMENT:
                    element = field.value
                if field.number == _SHAPE:
                    dims = [f.content for f in fields(field.content) if f.number == _DIM]
    sides = [next((f.value for f in fields(dim) if f.number == _DIM_VALUE), -1) for dim in dims]
    return element, sides[1:]


def _problem(why: str) -> BundleError:
    return BundleError("model.onnx is no network of MNIST Lab: {why}.", why=why)


def check_keras(data: bytes, config: RunConfig, most: int) -> None:
    """Raise `BundleError` where a ``.keras`` file holds anything but the layers of a configuration.

    Its weights stay closed: only a process of its own opens them.
    """
    if not isinstance(config.model, NetworkConfig):
        raise BundleError("model.keras doesn't belong to this run: its settings are those of a baseline.")
    archive = Archive(data, "model.keras", most_entries=len(_KERAS_FILES), most_bytes=most)
    archive.check_names(_KERAS_FILES.__contains__)
    if set(archive.entries) != set(_KERAS_FILES):
        raise BundleError("model.keras is damaged: a part of it is missing.")
    if not archive.begins_with("model.weights.h5", _HDF5):
        raise BundleError("model.keras is damaged: its weights are no HDF5 file.")
    try:
        content = json.loads(archive.read("config.json", _MOST_JSON))
    except (ValueError, RecursionError) as error:
        raise BundleError("model.keras is damaged: its description can't be read.") from error
    if not isinstance(content, dict) or content.get("class_name") != "Sequential":
        raise BundleError("model.keras is no network of MNIST Lab: it is not a list of layers.")
    _check_objects(content, 0)
    check_description(content, config, get_spec(config.data.dataset).num_classes)


def _check_objects(value: Any, depth: int) -> None:
    """Raise `BundleError` where something in a description is no object that this program writes."""
    if depth > _MOST_DEPTH:
        raise BundleError("model.keras is damaged: its description is nested too deeply.")
    if isinstance(value, list):
        for item in value:
            _check_objects(item, depth + 1)
    if not isinstance(value, dict):
        return
    if "class_name" in value or "module" in value:
        module, name = value.get("module"), value.get("class_name")
        known = module in _MODULES and isinstance(name, str) and name in _CLASSES
        if not known or value.get("registered_name") not in (None, ""):
            raise BundleError(
                "model.keras holds an object that is not read, because it could run a program: {name}",
                name=shown(f"{module}.{name}"),
            )
    for item in value.values():
        _check_objects(item, depth + 1)
