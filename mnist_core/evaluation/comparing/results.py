"""What a run reached, how fast, and how large its model is."""

from dataclasses import dataclass

from mnist_core.config import LogisticConfig
from mnist_core.datasets import get_spec, training_images
from mnist_core.evaluation import wilson_interval
from mnist_core.store import RunFiles, RunRecord
from mnist_core.store.run_files import MODEL, ONNX


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """Figures of one run; None where something was not measured.

    Attributes
    ----------
    accuracy, low, high : float or None
        Test accuracy with its 95 % interval (Wilson's), 0 to 1.
    test_images : int
        Of how many images.
    loss : float or None
        Test loss.
    seconds : float or None
        Wall time from start to result.
    epochs : int
        Finished ones; folds of a cross-validation.
    epoch_seconds : float or None
        Median wall time of an epoch, its validation included.
    images_per_second : float or None
        Training images that are gone through in a second of an epoch; None for a cross-validation.
    parameters : int or None
    keras_bytes, onnx_bytes : int or None
        Sizes of ``model.keras`` and ``model.onnx``.
    device : str or None
    """

    accuracy: float | None
    low: float | None
    high: float | None
    test_images: int
    loss: float | None
    seconds: float | None
    epochs: int
    epoch_seconds: float | None
    images_per_second: float | None
    parameters: int | None
    keras_bytes: int | None
    onnx_bytes: int | None
    device: str | None


def run_result(record: RunRecord, files: RunFiles) -> RunResult:
    """Return the figures of a run, finished or not.

    Parameters
    ----------
    record : RunRecord
    files : RunFiles
        Of the same run.
    """
    outcome, total = record.outcome, get_spec(record.config.data.dataset).n_test
    low = high = None
    if outcome.test_accuracy is not None:
        low, high = wilson_interval(round(outcome.test_accuracy * total), total)
    epoch = outcome.usual_epoch_seconds
    is_network = not isinstance(record.config.model, LogisticConfig)
    return RunResult(
        accuracy=outcome.test_accuracy,
        low=low,
        high=high,
        test_images=total,
        loss=outcome.test_loss,
        seconds=sum(outcome.seconds.values()) if outcome.seconds else None,
        epochs=len(outcome.epoch_seconds),
        epoch_seconds=epoch,
        images_per_second=training_images(record.config) / epoch if epoch and is_network else None,
        parameters=outcome.parameters,
        keras_bytes=files.size_of(MODEL),  # a baseline has none
        onnx_bytes=files.size_of(ONNX),
        device=outcome.device or record.device,
    )
