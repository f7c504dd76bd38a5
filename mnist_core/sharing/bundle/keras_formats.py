"""The formats of a network that need TensorFlow. Only in processes of their own: never in the app's."""

import contextlib
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mnist_core.inference import open_graph
from mnist_core.models.weights import put_weights
from mnist_core.sharing.bundle.bundled import BundledRun
from mnist_core.system.libraries import load_keras

_PROBES = 20
_AGREE = 1e-4  # largest difference between probabilities of two runtimes that is rounding


def tflite_and_saved_model(run: BundledRun, onnx: bytes, *, saved_model: bool) -> tuple[bytes, dict[str, bytes]]:
    """Return the network for LiteRT, and the files of a SavedModel by their names, if it is wanted.

    The network is built from settings and weights, whatever backend the run was trained with.

    Raises
    ------
    Exception
        Of a dozen classes, where TensorFlow is missing or can't do it, or where the result does not agree with `onnx`.
    """
    assert run.weights is not None
    with warnings.catch_warnings(), _output_to_log():
        warnings.simplefilter("ignore")
        load_keras("tensorflow")
        import tensorflow as tf

        from mnist_core.models.build import build_model

        network = build_model(run.config.finished, run.config.spec.num_classes)
        put_weights(network, run.weights)
        content: bytes = tf.lite.TFLiteConverter.from_keras_model(network).convert()
        _check(content, onnx)
        return content, _saved(network) if saved_model else {}


def _saved(network: "object") -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        network.export(folder, verbose=False)  # type: ignore[attr-defined]
        paths = [path for path in sorted(Path(folder).rglob("*")) if path.is_file()]
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _check(content: bytes, onnx: bytes) -> None:
    """Raise `ValueError` where LiteRT and ONNX Runtime disagree about random pictures."""
    import tensorflow as tf

    images = np.random.default_rng(0).random((_PROBES, 28, 28), dtype=np.float32)
    session = open_graph(onnx)
    expected = session.run(None, {session.get_inputs()[0].name: images})[0]
    interpreter = tf.lite.Interpreter(model_content=content)
    (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.resize_tensor_input(source["index"], images.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(source["index"], images)
    interpreter.invoke()
    away = float(np.abs(interpreter.get_tensor(target["index"]) - expected).max())
    if not away <= _AGREE:
        raise ValueError(f"its probabilities differ from those of model.onnx by {away:.1e}")


@contextlib.contextmanager
def _output_to_log() -> Iterator[None]:
    """Send what TensorFlow prints to standard error."""
    with contextlib.redirect_stdout(sys.stderr):
        yield
