"""One run from its record to its result, in this process.

Used by the worker process and by the command line alike; the caller has claimed the run.
"""

import math
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.config import NetworkConfig
from mnist_core.datasets import Dataset, load_dataset
from mnist_core.errors import MnistLabError
from mnist_core.evaluation import accuracy, cross_entropy
from mnist_core.files import replacing
from mnist_core.store import Outcome, RunError, RunRecord, RunState, Store
from mnist_core.training.events import Sink, StoreSink

Tables = dict[str, npt.NDArray[np.float32]]


def execute(run_id: str, store: Store, stop_requested: Callable[[], bool]) -> RunRecord:
    """Train, judge and export one claimed run; never raises for a failure of the run itself.

    Parameters
    ----------
    run_id : str
        A run in the state running that belongs to this process.
    store : Store
        Gets progress, metrics, the outcome or the error.
    stop_requested : callable
        True ends training after the current batch and keeps the model so far.

    Returns
    -------
    RunRecord
        The finished run.
    """
    record = store.get(run_id)
    sink = StoreSink(store, run_id)
    clock = _Clock(sink)
    try:
        job = _NetworkJob if isinstance(record.config.model, NetworkConfig) else _LogisticJob
        outcome = job(record, store, sink, clock, stop_requested).run()
    except _StoppedEarly:
        store.finish(run_id, RunState.STOPPED, outcome=Outcome(seconds=clock.seconds))
    except Exception as error:
        traceback.print_exc()
        store.finish(run_id, RunState.FAILED, outcome=Outcome(seconds=clock.seconds), error=describe(error))
    else:
        state = RunState.STOPPED if stop_requested() else RunState.COMPLETED
        store.finish(run_id, state, outcome=outcome)
    return store.get(run_id)


def describe(error: Exception) -> RunError:
    """Return an exception as data, with a sentence that a learner understands."""
    details = "".join(traceback.format_exception(error)[-12:])
    if isinstance(error, MnistLabError):
        values = {name: str(value) for name, value in error.values.items()}
        return RunError(code=error.code, template=error.template, values=values, traceback=details)
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return RunError(
            code="out_of_memory",
            template="There was not enough memory. Try a smaller network or a smaller batch size.",
            traceback=details,
        )
    return RunError(
        code="unexpected",
        template="Something unexpected went wrong while training: {reason}",
        values={"reason": f"{type(error).__name__}: {str(error)[:300]}"},
        traceback=details,
    )


class _StoppedEarly(Exception):
    """A stop was asked for before there was a model worth keeping."""


class _Clock:
    """Tells the sink about phases and remembers how long each took."""

    def __init__(self, sink: Sink) -> None:
        self.seconds: dict[str, float] = {}
        self._sink = sink

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        self._sink.phase(name)
        begin = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - begin


class _Job:
    """What both kinds of run share: the order of phases and the judging."""

    def __init__(
        self, record: RunRecord, store: Store, sink: Sink, clock: _Clock, stop_requested: Callable[[], bool]
    ) -> None:
        self.config = record.config
        self.store = store
        self.files = store.files(record.id)
        self.sink = sink
        self.clock = clock
        self.stop_requested = stop_requested

    def load(self) -> Dataset:
        self.check_stop()
        with self.clock.phase("data"):
            return load_dataset(self.config.data.dataset, self.store.settings)

    def check_stop(self) -> None:
        if self.stop_requested():
            raise _StoppedEarly

    def outcome(self, dataset: Dataset, tables: Tables, test_loss: float, **values: Any) -> Outcome:
        """Write the probabilities and judge them on the test set."""
        self.files.write_probabilities(tables)
        return Outcome(
            test_loss=test_loss,
            test_accuracy=accuracy(tables["test"], dataset.y_test),
            seconds=self.clock.seconds,
            **values,
        )


class _NetworkJob(_Job):
    def run(self) -> Outcome:
        with self.clock.phase("import"):
            from mnist_core.models.build import build_model
            from mnist_core.training.callbacks import diverged
            from mnist_core.training.device import device_name, prepare_device
            from mnist_core.training.fit import encode_labels, fit, scale, steps_per_epoch

            prepare_device()
            device = device_name()
        dataset = self.load()
        self.check_stop()
        with self.clock.phase("fit"):
            model = build_model(self.config, dataset.spec.num_classes)
            self.sink.started(device, steps_per_epoch(dataset, self.config))
            result = fit(
                model,
                dataset,
                self.config,
                self.sink,
                stop_requested=self.stop_requested,
                tensorboard_dir=self.files.tensorboard,
            )
        with self.clock.phase("evaluate"):
            test = scale(dataset.x_test)
            labels = encode_labels(dataset.y_test, self.config, dataset.spec.num_classes)
            # By Keras itself, which computes the loss from logits: probabilities have lost what is below 1e-7.
            test_loss = model.evaluate(test, labels, batch_size=1000, verbose=0, return_dict=True)["loss"]
            if not math.isfinite(test_loss):  # the very last step was one too many
                raise diverged(max(1, len(result.epoch_seconds)), self.config.effective_learning_rate)
            tables: Tables = {"test": model.predict(test, batch_size=1000, verbose=0)}
            if self.config.uses_validation:
                images, _ = dataset.split("validation", self.config.data)
                tables["validation"] = model.predict(scale(images), batch_size=1000, verbose=0)
        with self.clock.phase("export"), replacing(self.files.model) as path:
            model.save(path)
        with self.clock.phase("export"), replacing(self.files.onnx) as path:
            model.export(path, format="onnx", verbose=False)
        return self.outcome(
            dataset,
            tables,
            test_loss,
            parameters=model.count_params(),
            device=device,
            epoch_seconds=result.epoch_seconds,
        )


class _LogisticJob(_Job):
    def run(self) -> Outcome:
        with self.clock.phase("import"):
            from mnist_core.baselines.logistic import CrossValidation, write_onnx
            from mnist_core.training.device import cpu_name

            device = cpu_name()
        dataset = self.load()
        with self.clock.phase("fit"):
            self.sink.started(device, 1)
            validation = CrossValidation(dataset, self.config)
            for point in validation.points():
                self.sink.points([point])
                self.check_stop()
            model = validation.fit_all()
        with self.clock.phase("evaluate"):
            tables: Tables = {"test": model.predict(dataset.x_test)}
        with self.clock.phase("export"), replacing(self.files.onnx) as path:
            write_onnx(model, path)
        return self.outcome(
            dataset,
            tables,
            cross_entropy(tables["test"], dataset.y_test),
            parameters=model.weights.size + model.bias.size,
            device=device,
            epoch_seconds=validation.fold_seconds,
        )
