"""From a Keras model to ONNX."""

import mnist_core.as_program  # noqa: F401

# isort: split
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from mnist_core.models.graph import with_last_output_only
from mnist_core.system.files import zips_of_any_date
from mnist_core.system.libraries import load_keras, own_environment

if TYPE_CHECKING:
    import keras


def write_onnx(model: "keras.Model", path: Path) -> None:
    """Write `model` as an ONNX graph that takes and gives float32.

    Keras exports by way of TensorFlow. With another backend a second process does it, since a
    process has one backend for life.

    Parameters
    ----------
    model : keras.Model
        In float32; ONNX Runtime refuses graphs of mixed precision.
    path : Path
        Ends in ``.onnx``.
    """
    keras = load_keras()
    if keras.backend.backend() == "tensorflow":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # Keras about NumPy: nothing for a learner's log
            model.export(path, format="onnx", verbose=False)
        return
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "model.keras"
        save_model(model, source)
        subprocess.run(
            [sys.executable, "-m", "mnist_core.training.export", str(source), str(path)],
            env=own_environment(os.environ),
            check=True,
        )


def save_model(model: "keras.Model", path: Path) -> None:
    """Write a network in Keras's own format."""
    with zips_of_any_date():
        model.save(path)


def every_layer(model: "keras.Model") -> "keras.Model":
    """Return the same network with the output of each layer, named by place and class: ``01_Dense``.

    Parameters
    ----------
    model : keras.Sequential
    """
    keras = load_keras()
    names = [f"{number:02}_{type(layer).__name__}" for number, layer in enumerate(model.layers)]
    outputs = dict(zip(names, (layer.output for layer in model.layers), strict=True))
    open_model = keras.Model(model.inputs, outputs)
    open_model(keras.ops.zeros((1, *model.input_shape[1:])))  # a model must have been called once before its export
    return open_model


def write_last_output(source: Path, target: Path) -> None:
    """Write the graph at `source`, exported from `every_layer`, with the probabilities as its only output.

    A second export of the same network would take ten times as long.
    """
    target.write_bytes(with_last_output_only(source.read_bytes()))


def _main() -> None:
    keras = load_keras("tensorflow")
    source, target = sys.argv[1:]
    model = keras.models.load_model(source, compile=False)
    model(keras.ops.zeros((1, *model.input_shape[1:])))  # a model must have been called once before its export
    write_onnx(model, Path(target))


if __name__ == "__main__":
    _main()
