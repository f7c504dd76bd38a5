"""TensorBoards that are open within pages: each a process that shows one run, under an address that nobody guesses."""

import os
import secrets
import subprocess
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mnist_core.errors import ArtifactMissingError, LimitError
from mnist_core.store import RunRecord, Store, shared_store
from mnist_core.system.launching import child_environment, end_by_input, launch
from mnist_core.tensorboard.serving import Layout
from mnist_core.text import Sentence

if TYPE_CHECKING:
    import requests

ENDED: Sentence = "This TensorBoard has ended. Open it again."
_PROGRAM = "mnist_core.tensorboard.program"
_ANSWER = 60.0  # seconds that one question may take
_REST = 60.0  # seconds without a question after which one may give way to another
_END = 5.0  # seconds that each gets to end


@dataclass
class OpenBoard:
    """A TensorBoard at work.

    Attributes
    ----------
    run_id : str
    token : str
        The part of its address that only those know who may look at the run.
    asked : float
        When it was asked last, by the monotonic clock.
    """

    run_id: str
    process: "subprocess.Popen[bytes]"
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
        with self._lock:
            self._forget_ended()
            found = next((board for board in self._boards.values() if board.run_id == record.id), None)
            if found is None:
                self._make_room()
                found = self._started(record)
                self._boards[found.token] = found
            found.asked = time.monotonic()
            return found

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
        end_by_input(oldest.process, _END)
        del self._boards[oldest.token]

    def _started(self, record: RunRecord) -> OpenBoard:
        settings = self._store.settings
        folder = settings.temporary_dir / f"tensorboard-{secrets.token_hex(8)}"
        folder.mkdir(parents=True)
        Layout(self._store, folder).add([record])
        if not any(folder.iterdir()):
            folder.rmdir()
            raise ArtifactMissingError("This run has no TensorBoard logs yet. They begin with the training.")
        try:
            with open(os.devnull, "wb") as nowhere:
                process = launch(_PROGRAM, [str(folder)], child_environment(settings), output=nowhere, heard=True)
        except OSError as error:
            raise ArtifactMissingError("TensorBoard could not be started: {reason}", reason=str(error)) from error
        return OpenBoard(record.id, process)


_shared: Boards | None = None
_shared_lock = threading.Lock()


def shared_boards() -> Boards:
    """Return the TensorBoards of this process."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = Boards(shared_store())
        return _shared
