"""Opening TensorBoard, and a run's logs as one file."""

import io
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from mnist_core.errors import ArtifactMissingError, MnistLabError, RunNotFoundError
from mnist_core.store import RunFiles, RunRecord, Store, StudyRecord, TrialRecord
from mnist_core.tensorboard.board import Board
from mnist_core.tensorboard.events import event_files
from mnist_core.tensorboard.hparams import TriedColumns
from mnist_core.text import cut, graphemes

REFRESH = 5.0
"""Seconds after which runs that began or ended meanwhile are shown too."""

_MOST = 50_000_000  # bytes of logs that are packed: ours have a few hundred thousand
_MOST_NAME = 200  # bytes of a name; folders have at most 255
_IN_NAMES = re.compile(r"[\w .,+%-]")


def zip_logs(files: RunFiles) -> bytes:
    """Return a run's log files as a zip whose only folder is named after the run.

    Raises
    ------
    ArtifactMissingError
        If there are none, or they are larger than 50 MB.
    """
    paths = log_paths(files)
    if not paths:
        raise ArtifactMissingError("This run has no TensorBoard logs. Train it again to get them.")
    if sum(path.stat().st_size for path in paths) > _MOST:
        raise ArtifactMissingError(
            "The TensorBoard logs of this run are too large to be packed. Look at them with: make tensorboard"
        )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for path in paths:
            archive.write(path, Path(files.folder.name, path.relative_to(files.tensorboard)))
    return stream.getvalue()


def log_paths(files: RunFiles) -> list[Path]:
    """Return a run's event files; links are left out."""
    folders = (files.tensorboard, files.tensorboard / "train", files.tensorboard / "validation")
    return [path for folder in folders for path in event_files(folder) if path.is_file() and not path.is_symlink()]


def label(record: RunRecord) -> str:
    """Return what TensorBoard calls a run: its name, when it was made (UTC), and four digits that tell it from others.

    It becomes the name of a folder, so whatever is no letter, digit or plain sign is left out of it.
    """
    # An accent goes with its letter, so that a character stays or goes as a whole.
    name = "".join(part if _IN_NAMES.match(part) else " " for part in graphemes(record.name))
    words = " ".join(name.split()).strip(" .")
    # File systems count bytes, and a letter may have four of them.
    words = cut(cut(words, 60), _MOST_NAME, lambda text: len(text.encode())).rstrip() or "Run"
    return f"{words}, {record.created:%m-%d %H.%M}, {record.id[-4:]}"


class Layout:
    """A folder that TensorBoard shows, with each run under a name that a person understands.

    Runs are linked to. Those without logs, because they came with the program or are from before there were any, get
    logs of what the record knows of them: settings, curves and result. So nothing is written into a run's own folder.

    Parameters
    ----------
    store : Store
    folder : Path
        An empty folder.
    may_see : callable, optional
        Which runs of studies may be shown; all unless told otherwise.
    """

    def __init__(self, store: Store, folder: Path, may_see: Callable[[RunRecord], bool] = lambda _: True) -> None:
        self._store, self._folder, self._may_see = store, folder, may_see
        self._shown: set[str] = set()

    def add(self, records: Sequence[RunRecord]) -> None:
        """Show these runs too; those that are shown, or have nothing to show yet, are passed over."""
        for record in records:
            if record.id in self._shown:
                continue
            files, folder = self._store.files(record.id), self._folder / label(record)
            if log_paths(files):
                folder.symlink_to(files.tensorboard.absolute(), target_is_directory=True)
            elif record.state.has_model:
                self._write_anew(record, folder)
            else:
                continue
            self._shown.add(record.id)

    def add_study(self, study: StudyRecord) -> None:
        """Show the runs of a study that have ended, with what it tried in columns of their own."""
        for record, trial in self._ended(study):
            self._write_anew(record, self._folder / label(record), TriedColumns(study.question.over, trial.values))
            self._shown.add(record.id)

    def may_show_all(self) -> bool:
        """Whether all runs that are shown are there, and may be shown still."""
        try:
            return all(self._may_see(self._store.runs.get(run_id)) for run_id in tuple(self._shown))
        except RunNotFoundError:
            return False

    def can_show(self, study: StudyRecord) -> bool:
        """Whether there is a run of a study that `add_study` would show now."""
        return any(True for _ in self._ended(study))

    def _ended(self, study: StudyRecord) -> Iterator[tuple[RunRecord, TrialRecord]]:
        """Yield the ended runs of a study that may be shown and are not yet."""
        for trial in self._store.trials.of(study.id):
            if not trial.state.is_finished or trial.run_id is None or trial.run_id in self._shown:
                continue
            with suppress(RunNotFoundError):  # it may be deleted
                record = self._store.runs.get(trial.run_id)
                if record.state.has_model and self._may_see(record):
                    yield record, trial

    def _write_anew(self, record: RunRecord, folder: Path, tried: TriedColumns | None = None) -> None:
        board = Board(folder, record.config, record.name, tried)
        board.begin(self._store.metrics.points(record.id))
        if record.outcome.test_accuracy is not None and record.outcome.test_loss is not None:
            board.tell(record.outcome.test_accuracy, record.outcome.test_loss)
        board.end(success=True)


def serve(folder: Path, refresh: Callable[[], None], options: Sequence[str] = ()) -> int:
    """Start TensorBoard, which prints its address, and wait until somebody ends it; return its exit code.

    Parameters
    ----------
    folder : Path
        Where the logs are.
    refresh : callable
        Called every few seconds.
    options : sequence of str
        More of TensorBoard's own, such as ``--port 6007``.
    """
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(folder), "--reload_interval", "5", *options]
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)  # whoever ends this process ends TensorBoard too
    child = subprocess.Popen(command)
    try:
        while True:
            try:
                return child.wait(REFRESH)
            except subprocess.TimeoutExpired:
                with suppress(MnistLabError):  # what is shown stays; the next time it may work
                    refresh()
    except KeyboardInterrupt:
        return 0
    finally:
        child.terminate()  # does nothing to one that has ended
        child.wait()
