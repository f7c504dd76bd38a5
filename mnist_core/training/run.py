"""One run from its record to its result, in this process.

Used by the worker process and by the command line alike; the caller has claimed the run.
"""

import math
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mnist_core.config import NetworkConfig
from mnist_core.datasets import Dataset, Split, load_training_data
from mnist_core.errors import MnistLabError, ObjectStoreError, RunStateError, StorageError
from mnist_core.evaluation import accuracy, cross_entropy
from mnist_core.models.network_files import write_graphs, write_trained
from mnist_core.store import Outcome, RunError, RunRecord, RunState, Store
from mnist_core.store.run_files import FILM
from mnist_core.system.cards import usable_cards
from mnist_core.system.files import disk_full, is_full
from mnist_core.system.libraries import computed_with, load_keras
from mnist_core.tensorboard.board import Board
from mnist_core.training.control import Control
from mnist_core.training.delivery import Delivery
from mnist_core.training.events import BoardSink, Sink, StoreSink

if TYPE_CHECKING:
    import keras

    from mnist_core.training.fine_tuning import FineTuning
    from mnist_core.training.fit import FitResult

Tables = dict[str, npt.NDArray[np.float32]]
Losses = dict[str, float]


def execute(
    run_id: str, store: Store, control: Control, tell: Callable[[Exception], None] = lambda _error: None
) -> RunRecord:
    """Train, judge and export one claimed run; never raises for a failure of the run itself.

    A run that has a checkpoint goes on from it.

    Parameters
    ----------
    run_id : str
        A run in the state running that belongs to this process.
    store : Store
        Gets progress, metrics, the outcome or the error.
    control : Control
        A stop ends training after the current batch and keeps the model so far; a pause writes a
        checkpoint instead. A baseline is too short to be paused.
    tell : callable
        Gets what ended a run that fails, before anybody is told that it has.

    Returns
    -------
    RunRecord
        The finished or paused run.
    """
    record = store.runs.get(run_id)
    delivery = Delivery(store, run_id, control)
    folder = store.files(run_id).folder
    ending: _Ending | None = None
    try:
        delivery.begin()
        with delivery:
            ending = _perform(record, store, control, tell)
        delivery.end()
    except ObjectStoreError as error:
        # Not failed: what was made stays here, and is published once that is possible.
        tell(error)
        if ending is None or ending.state is not RunState.FAILED:
            ending = _Ending(RunState.INTERRUPTED, error=describe(error, folder))
    except RunStateError as error:
        tell(error)
        return store.runs.get(run_id)  # another process has the run by now
    if ending.state is RunState.PAUSED:
        store.queue.mark_paused(run_id)
    else:
        store.queue.finish(run_id, ending.state, outcome=ending.outcome, error=ending.error)
    with suppress(StorageError):  # the app does it again each hour
        store.folders.publish_record(run_id)
    return store.runs.get(run_id)


@dataclass(frozen=True)
class _Ending:
    """How a run ends, to be recorded once its files are published."""

    state: RunState
    outcome: Outcome | None = None
    error: RunError | None = None


def _perform(record: RunRecord, store: Store, control: Control, tell: Callable[[Exception], None]) -> _Ending:
    """Train, judge and export; return how that ended."""
    files = store.files(record.id)
    board = Board(files.tensorboard, record.config, record.name)
    sink = BoardSink(StoreSink(store, record.id), board, store, record.id)
    clock = _Clock(sink)
    job: _Job
    try:
        kind = _NetworkJob if isinstance(record.config.model, NetworkConfig) else _LogisticJob
        job = kind(record, store, sink, clock, control, board)
        outcome = job.run()
    except _Paused:
        board.close()
        return _Ending(RunState.PAUSED)
    except _StoppedEarly:
        board.end(success=False)
        return _Ending(RunState.STOPPED, Outcome(seconds=clock.seconds))
    except Exception as error:
        tell(error)
        board.end(success=False)
        return _Ending(RunState.FAILED, Outcome(seconds=clock.seconds), describe(error, files.folder))
    board.end(success=True)
    return _Ending(RunState.COMPLETED if job.complete else RunState.STOPPED, outcome)


def describe(error: Exception, folder: Path) -> RunError:
    """Return an exception as data, with a sentence that a learner understands; `folder` is the run's."""
    details = "".join(traceback.format_exception(error)[-12:])
    if isinstance(error, OSError) and is_full(error):  # whatever it was that could not be written
        error = disk_full(folder)
    if isinstance(error, MnistLabError):
        return RunError(code=error.code, template=error.template, values=error.plain_values, traceback=details)
    # TensorFlow has a class for it; XLA, which JAX and TensorFlow use, begins its words so.
    exhausted = type(error).__name__ == "ResourceExhaustedError" or str(error).startswith("RESOURCE_EXHAUSTED")
    if exhausted and usable_cards():
        return RunError(
            code="out_of_memory",
            template="There was not enough memory on the graphics card, which other runs may use too. Try a smaller "
            "network or a smaller batch size, or start the run again later.",
            traceback=details,
        )
    if isinstance(error, MemoryError) or exhausted:
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


class _Paused(Exception):
    """The run waits in its checkpoint to be resumed."""


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
        self, record: RunRecord, store: Store, sink: Sink, clock: _Clock, control: Control, board: Board
    ) -> None:
        self.config = record.config
        self.store = store
        self.files = store.files(record.id)
        self.sink = sink
        self.clock = clock
        self.control = control
        self.board = board
        self.complete = True

    def run(self) -> Outcome:
        raise NotImplementedError

    def load(self) -> Dataset:
        with self.clock.phase("data"):
            return load_training_data(self.config.data, self.store.settings)

    def check_stop(self) -> None:
        if self.control.stopping:
            raise _StoppedEarly

    def outcome(self, dataset: Dataset, tables: Tables, losses: Losses, **values: Any) -> Outcome:
        """Write the probabilities and judge them, on the test set also for TensorBoard."""
        with self.clock.phase("export"):
            self.files.write_probabilities(tables)
            test_accuracy = accuracy(tables["test"], dataset.y_test)
            self.board.tell(test_accuracy, losses["test"])
            self.board.picture(dataset, tables["test"])
        val_accuracy = None
        if "validation" in tables:
            val_accuracy = accuracy(tables["validation"], dataset.split("validation", self.config.data)[1])
        return Outcome(
            test_loss=losses["test"],
            test_accuracy=test_accuracy,
            val_loss=losses.get("validation"),
            val_accuracy=val_accuracy,
            seconds=self.clock.seconds,
            **values,
        )


class _NetworkJob(_Job):
    def run(self) -> Outcome:
        if not self.files.checkpoint.exists():  # with one, a stop means: make a model of it
            self.check_stop()
        with self.clock.phase("import"):
            load_keras()  # before what is built on it
            from mnist_core.models.build import finished_network
            from mnist_core.training.device import prepare_device

            device = prepare_device()
        dataset = self.load()
        with self.clock.phase("fit"):
            model, fine_tuning = self._built(dataset)
            if fine_tuning is not None:
                dataset = fine_tuning.dataset
            result = self._trained(model, dataset, device)
        self.complete = result.complete
        if not result.complete and self.control.pausing:
            raise _Paused
        if result.steps == 0:
            raise _StoppedEarly
        with self.clock.phase("evaluate"):
            model = finished_network(model, self.config, dataset.spec.num_classes)
            tables, losses = self._judged(model, dataset, result, fine_tuning)
        with self.clock.phase("export"):
            self._write(model, dataset, fine_tuning)
        return self.outcome(
            dataset,
            tables,
            losses,
            parameters=model.count_params(),
            device=device,
            epoch_seconds=result.epoch_seconds,
            computed_with=computed_with("keras", "numpy"),
        )

    def _built(self, dataset: Dataset) -> tuple["keras.Model", "FineTuning | None"]:
        """Return the network, and what makes it a fine-tuned one, where it is."""
        from mnist_core.models.build import build_model
        from mnist_core.training.fine_tuning import FineTuning
        from mnist_core.training.fit import steps_per_epoch

        model = build_model(self.config, dataset.spec.num_classes, steps_per_epoch(dataset, self.config))
        if self.config.fine_tune is None:
            return model, None
        return model, FineTuning(model, dataset, self.config, self.files)

    def _trained(self, model: "keras.Model", dataset: Dataset, device: str) -> "FitResult":
        """Train the network, from its checkpoint on where there is one."""
        from mnist_core.training.filming import Recorder
        from mnist_core.training.fit import fit, steps_per_epoch

        self.sink.started(device, steps_per_epoch(dataset, self.config))
        return fit(
            model,
            dataset,
            self.config,
            self.sink,
            control=self.control,
            checkpoint_path=self.files.checkpoint,
            recorder=Recorder(self.files.folder / FILM, self.config, self.store.settings),
        )

    def _judged(
        self, model: "keras.Model", dataset: Dataset, result: "FitResult", fine_tuning: "FineTuning | None"
    ) -> tuple[Tables, Losses]:
        """Return probabilities and loss on the test set, and on the validation set where there is one."""
        from mnist_core.training.callbacks import diverged
        from mnist_core.training.steps import make_judge

        judge = make_judge(model, self.config.finished)
        tables: Tables = {}
        losses: Losses = {}
        splits: list[Split] = ["test", "validation"] if self.config.uses_validation else ["test"]
        for split in splits:
            tables[split], losses[split] = judge.judge(*dataset.split(split, self.config.data))
        if not math.isfinite(losses["test"]):  # the very last step was one too many
            raise diverged(max(1, len(result.epoch_seconds)), self.config)
        if fine_tuning is not None:
            self.files.write_teaching(fine_tuning.changes(judge))
        return tables, losses

    def _write(self, model: "keras.Model", dataset: Dataset, fine_tuning: "FineTuning | None") -> None:
        """Write the network's files, and what pages show of its inside."""
        from mnist_core.training.parts import network_parts

        assert isinstance(self.config.model, NetworkConfig)
        write_trained(model, self.config.model, dataset.spec.num_classes, self.files)
        initial = fine_tuning.base if fine_tuning else None
        self.files.write_parts(network_parts(model, self.config, dataset.x_test, dataset.spec.num_classes, initial))


class _LogisticJob(_Job):
    def run(self) -> Outcome:
        with self.clock.phase("import"):
            from mnist_core.training.device import cpu_name
            from mnist_core.training.logistic import CrossValidation

            device = cpu_name()
        dataset = self.load()
        with self.clock.phase("fit"):
            self.sink.started(device, 1)
            self.sink.rewound(0)  # a baseline that was interrupted begins anew
            validation = CrossValidation(dataset, self.config)
            for point in validation.points():
                self.sink.points([point])
                self.check_stop()
            model = validation.fit_all()
        with self.clock.phase("evaluate"):
            tables: Tables = {"test": model.predict(dataset.x_test)}
        with self.clock.phase("export"):
            write_graphs(self.config.model, model.arrays, dataset.spec.num_classes, self.files)
            self.files.write_parts({"kernel_00": model.arrays["kernel"]})
        return self.outcome(
            dataset,
            tables,
            {"test": cross_entropy(tables["test"], dataset.y_test)},
            parameters=model.weights.size + model.bias.size,
            device=device,
            epoch_seconds=validation.fold_seconds,
            computed_with=computed_with("scikit-learn", "numpy"),
        )
