"""What Keras prints of a run, in its own form: the epochs of ``fit``, and what ``evaluate`` returns."""

from collections.abc import Sequence

from mnist_core.store import MetricPoint, Outcome
from mnist_core.text.numbers import written


def epoch_log(points: Sequence[MetricPoint], steps: int) -> str:
    """Return what ``model.fit(..., verbose=2)`` prints of each epoch, but for its time.

    Parameters
    ----------
    points : sequence of MetricPoint
        Batch points among them are left out.
    steps : int
        Batches of an epoch.
    """
    epochs = [point for point in points if point.kind == "epoch"]
    lines = []
    for number, point in enumerate(epochs, start=1):
        values = " - ".join(f"{name}: {written(value, '.4f')}" for name, value in sorted(point.values.items()))
        lines.append(f"Epoch {number}/{len(epochs)}\n{steps}/{steps} - {values}")
    return "\n".join(lines)


def evaluation(outcome: Outcome) -> str:
    """Return what the interpreter says of ``model.evaluate``; empty where nothing was measured."""
    if outcome.test_loss is None or outcome.test_accuracy is None:
        return ""
    return (
        ">>> test_loss, test_acc = model.evaluate(x_test, y_test)\n"
        f">>> test_loss\n{written(outcome.test_loss, '.4f')}\n>>> test_acc\n{written(outcome.test_accuracy, '.4f')}"
    )
