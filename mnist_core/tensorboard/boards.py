"""TensorBoards that are open within pages: each a process for a run or a study, at an address that nobody guesses."""

import os
import secrets
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mnist_core.errors import ArtifactMissingError, LimitError, MnistLabError, RunNotFoundError
from mnist_core.store import RunRecord, Store, StudyRecord, Visitor, shared_store
from mnist_core.store.studies import may_change, may_see
from mnist_core.system.launching import child_environment, end_by_input, launch
from mnist_core.tensorboard.serving import REFRESH, Layout
from mnist_core.text import Sentence

if TYPE_CHECKING:
    import requests

ENDED: Sentence = "This TensorBoard has ended. Open it again."
_PROGRAM = "mnist_core.tensorboard.program"
_ANSWER = 60.0  # seconds that one question may take
_REST = 60.0  # seconds without a question after which one may give way to another
_END = 5.0  # seconds that each gets to end


_Started = tuple["subprocess.Popen[bytes]", Callable[[], bool]]  # a process, and `OpenBoard.may_stay`


@dataclass
class OpenBoard:
    """A TensorBoard at work.

    Attributes
    ----------
    shows : tuple of str and Visitor or None
        The id of a run, alone; that of a study, with who may see all that is shown of it.
    token : str
        The part of its address that only those know who may look at the run, or at the study.
    may_stay : callable
        Whether all that it shows is still there, and may still be seen by those whom it is for.
    asked : float
        When it was asked last, by the monotonic clock.
    """

    shows: tuple[str, Visitor | None]
    process: "subprocess.Popen[bytes]"
    may_stay: Callable[[], bool]
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    asked: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _told: bytes | None = None  # the line that it says once it answers

    @property
    def lives(self) -> bool:
        """Whether it has not ended; it does so by itself where nobody asks for ten minutes."""
        return self.process.poll() is None

    @property
    def port(self) -> int | None:
        """Where it answers, some seconds after it was opened; None where it ended instead. Waits for it."""
        with self._lock:  # the first who asks reads the only line that there is
            if self._told is None:
                assert self.process.stdout is not None
                self._told = self.process.stdout.readline().strip()
        return int(self._told) if self._told.isdigit() else None

    def ask(self, method: str, path: str, query: str, body: bytes, headers: dict[str, str]) -> "requests.Response":
        """Pass a request on; its answer's `raw` is still packed as it came. Blocks.

        Raises
        ------
        ArtifactMissingError
            Where it does not answer any more.
        """
        import requests  # most apps never show one

        self.asked = time.monotonic()
        port = self.port
        if port is not None:
            address = f"http://127.0.0.1:{port}/{path}" + (f"?{query}" if query else "")
            with requests.Session() as session:
                session.trust_env = False  # no proxy lies between
                try:
                    return session.request(
                        method, address, data=body, headers=headers, stream=True, timeout=_ANSWER, allow_redirects=False
                    )
                except requests.RequestException:
                    pass
        raise ArtifactMissingError(ENDED)


class Boards:
    """Opens TensorBoards, as many at once as the settings allow. Every method may be called from any thread.

    They end with this process, however it ends: it holds their input.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._boards: dict[str, OpenBoard] = {}
        self._lock = threading.Lock()

    @property
    def most(self) -> int:
        """How many may be open at once."""
        return self._store.settings.tensorboards

    def open(self, record: RunRecord) -> OpenBoard:
        """Return the TensorBoard of a run, opened now unless it is open; whether somebody may look is not asked here.

        Raises
        ------
        LimitError
            If as many are open as there may be, and all of them are in use.
        ArtifactMissingError
            If there is nothing to show yet, or no process can be started.
        """
        return self._open((record.id, None), lambda: self._of_run(record))

    def open_study(self, study: StudyRecord, visitor: Visitor) -> OpenBoard:
        """Return the TensorBoard of a study's runs, opened now unless it is open; those that end later are added.

        Whose study it is sees all of its runs there that they may see; all others share one with what everyone may see.
        It ends once something that it shows is gone or turned private, and is opened anew without that.
        Whether the visitor may look at the study is not asked here. Raises as `open`.
        """
        who = Visitor(visitor.id, visitor.is_admin) if may_change(study, visitor) else Visitor(None)
        return self._open((study.id, who), lambda: self._of_study(study, who))

    def of(self, token: str) -> OpenBoard | None:
        """Return the one that has an address, if it is open."""
        board = self._boards.get(token)
        return board if board is not None and board.lives else None

    def close(self) -> None:
        """End all."""
        with self._lock:
            for board in self._boards.values():
                end_by_input(board.process, _END)
            self._boards = {}

    def _open(self, shows: tuple[str, Visitor | None], start: Callable[[], _Started]) -> OpenBoard:
        with self._lock:
            self._forget_ended()
            found = next((board for board in self._boards.values() if board.shows == shows), None)
            if found is not None and not found.may_stay():
                self._end(found)
                found = None
            if found is None:
                self._make_room()
                found = OpenBoard(shows, *start())
                self._boards[found.token] = found
            found.asked = time.monotonic()
            return found

    def _end(self, board: OpenBoard) -> None:
        end_by_input(board.process, _END)
        del self._boards[board.token]

    def _forget_ended(self) -> None:
        self._boards = {token: board for token, board in self._boards.items() if board.lives}

    def _make_room(self) -> None:
        if len(self._boards) < self.most:
            return
        oldest = min(self._boards.values(), key=lambda board: board.asked, default=None)
        if oldest is None or time.monotonic() - oldest.asked < _REST:
            raise LimitError(
                "As many TensorBoards are open here as there may be: {n:,}. Try again in a minute.", n=self.most
            )
        self._end(oldest)

    def _of_run(self, record: RunRecord) -> _Started:
        folder = self._new_folder()
        Layout(self._store, folder).add([record])
        if not any(folder.iterdir()):
            folder.rmdir()
            raise ArtifactMissingError("This run has no TensorBoard logs yet. They begin with the training.")
        return self._launched(folder), lambda: True  # its page is the run's, and asks who may look

    def _of_study(self, study: StudyRecord, who: Visitor) -> _Started:
        folder = self._new_folder()
        layout = Layout(self._store, folder, who.may_see)
        if not layout.can_show(study):
            folder.rmdir()
            raise ArtifactMissingError("No run of this study has ended yet. TensorBoard shows them from then on.")
        process = self._launched(folder)

        def may_stay() -> bool:
            try:
                return may_see(self._store.studies.get(study.id), who) and layout.may_show_all()
            except RunNotFoundError:
                return False

        # Hundreds of runs take seconds: nobody shall wait for all of them to see the first ones.
        threading.Thread(
            target=self._keep_adding, args=(layout, study.id, folder, process, may_stay), daemon=True
        ).start()
        return process, may_stay

    def _keep_adding(
        self,
        layout: Layout,
        study_id: str,
        folder: Path,
        process: "subprocess.Popen[bytes]",
        may_stay: Callable[[], bool],
    ) -> None:
        """Add the runs of a study as they end, for as long as its TensorBoard lives; end it where it may not stay.

        TensorBoard keeps what it has read, so a run alone can't be taken out of it.
        """
        while process.poll() is None:
            with suppress(MnistLabError, OSError):  # what is shown stays; the next time it may work
                if not may_stay():
                    end_by_input(process, _END)
                    break
                layout.add_study(self._store.studies.get(study_id))
            with suppress(subprocess.TimeoutExpired):
                process.wait(REFRESH)
        shutil.rmtree(folder, ignore_errors=True)  # it may have been written to after the process removed it

    def _new_folder(self) -> Path:
        folder = self._store.settings.temporary_dir / f"tensorboard-{secrets.token_hex(8)}"
        folder.mkdir(parents=True)
        return folder

    def _launched(self, folder: Path) -> "subprocess.Popen[bytes]":
        environment = child_environment(self._store.settings)
        try:
            with open(os.devnull, "wb") as nowhere:
                return launch(_PROGRAM, [str(folder)], environment, output=nowhere, heard=True)
        except OSError as error:
            raise ArtifactMissingError("TensorBoard could not be started: {reason}", reason=str(error)) from error


_shared: Boards | None = None
_shared_lock = threading.Lock()


def shared_boards() -> Boards:
    """Return the TensorBoards of this process."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = Boards(shared_store())
        return _shared
