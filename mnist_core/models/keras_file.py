"""A network in Keras's own format, written from its configuration and its weights without Keras.

A ``.keras`` file is a zip: a description of the layers, and an HDF5 file with the variables of each by its place.
Keras 3.15 reads it as its own.
"""

import io
import json
import zipfile
from collections import Counter
from importlib.metadata import version
from typing import Any

from mnist_core.config import NetworkConfig
from mnist_core.config.layers import Layer
from mnist_core.drawing.prepare import SIDE
from mnist_core.models.summary import layer_rows
from mnist_core.models.weights import Weights, check_weights, layer_names
from mnist_core.system.files import plain_entry
from mnist_core.system.libraries import DATA_FORMAT, FLOATX


def network_keras(model: NetworkConfig, weights: Weights, num_classes: int = 10) -> bytes:
    """Return the ``.keras`` file of a network, not compiled; the same network gives the same bytes.

    Parameters
    ----------
    model : NetworkConfig
    weights : mapping of str to ndarray
        Of `mnist_core.models.weights.weights_of`.
    num_classes : int

    Raises
    ------
    ConfigError
        If layers don't fit together.
    ValueError
        If the weights are those of another network.
    """
    check_weights(weights, model, num_classes)
    rows = layer_rows(model, num_classes)
    used: Counter[str] = Counter()
    names = []
    for row in rows:
        name = snake_case(row.name)
        names.append(f"{name}_{used[name]}" if used[name] else name)
        used[name] += 1
    layers = [_object("InputLayer", {"batch_shape": [None, SIDE, SIDE], "dtype": FLOATX, "name": "input_layer"})]
    layers += [_object(row.name, _arguments(row.layer) | {"name": name}) for row, name in zip(rows, names, strict=True)]
    network = _object("Sequential", {"name": "sequential", "layers": layers}) | {"module": "keras"}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(plain_entry("metadata.json"), json.dumps({"keras_version": version("keras")}))
        archive.writestr(plain_entry("config.json"), json.dumps(network))
        prefixes = dict(zip(names, layer_names(model, num_classes), strict=True))
        archive.writestr(plain_entry("model.weights.h5"), _variables(prefixes, weights))
    return stream.getvalue()


def snake_case(name: str) -> str:
    """Return a class's name as Keras makes layer names of it: ``max_pooling2d``."""
    return "".join(
        f"_{letter.lower()}" if letter.isupper() and before.islower() else letter.lower()
        for before, letter in zip(" " + name, name, strict=False)
    )


def _object(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"module": "keras.layers", "class_name": name, "config": arguments, "registered_name": None}


def _arguments(layer: Layer) -> dict[str, Any]:
    """Return what Keras makes a layer of: a layer's fields are called as Keras's arguments."""
    order = {"data_format": DATA_FORMAT} if layer.ordered else {}
    return layer.model_dump(mode="json", exclude={"kind"}) | order | {"dtype": FLOATX}


def _variables(prefixes: dict[str, str], weights: Weights) -> bytes:
    """Return the HDF5 file of the variables; `prefixes` has how their names begin, by the names of the layers."""
    import h5py

    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file.create_group("vars").attrs["name"] = "sequential"
        for name, prefix in prefixes.items():
            group = file.create_group(f"layers/{name}/vars")
            group.attrs["name"] = name
            own = [array for key, array in weights.items() if key.startswith(f"{prefix}/")]
            for number, array in enumerate(own):
                group.create_dataset(str(number), data=array)
    return stream.getvalue()
