"""Telling an address of the owner's that a run has ended."""

import queue
import threading
from http import HTTPStatus
from typing import Any

from pydantic import SecretStr

from mnist_core.system.instruments import ERRORS
from mnist_core.system.saying import complain

Message = dict[str, Any]
_MOST = 500  # messages that wait while the other side does not answer
_TIMEOUT = (5.0, 10.0)  # seconds to connect, and for an answer
_PAUSES = (1.0, 5.0, 30.0)  # seconds before each further try


class Webhook:
    """Posts messages as JSON, one after the other, from a thread of its own: nobody ever waits for the other side.

    A message that can't be delivered is tried again three times within a minute, then named in the log. The address
    itself is in no log: it may hold a password.

    Parameters
    ----------
    address : SecretStr or None
        None: nothing is sent.
    """

    def __init__(self, address: SecretStr | None) -> None:
        self._address = address
        self._waiting: queue.Queue[Message | None] = queue.Queue(_MOST)
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def send(self, message: Message) -> None:
        """Have a message posted; returns at once. For one thread at a time."""
        if self._address is None or self._closing.is_set():
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="webhook", daemon=True)
            self._thread.start()
        try:
            self._waiting.put_nowait(message)
        except queue.Full:
            _lost(message, f"{_MOST} others wait already")

    def close(self, timeout: float) -> None:
        """Post what waits, as far as that can be done at once and within `timeout` seconds."""
        self._closing.set()
        if self._thread is not None:
            try:
                self._waiting.put_nowait(None)
            except queue.Full:
                pass  # the thread is a daemon
            self._thread.join(timeout)

    def _work(self) -> None:
        while (message := self._waiting.get()) is not None:
            self._deliver(message)

    def _deliver(self, message: Message) -> None:
        for pause in (*_PAUSES, None):
            problem, may_pass = self._post(message)
            if problem is None:
                return
            if pause is None or not may_pass or self._closing.wait(pause):
                _lost(message, problem)
                return

    def _post(self, message: Message) -> tuple[str | None, bool]:
        """Return why a message did not arrive, None where it did; and whether that may pass."""
        import requests

        assert self._address is not None
        try:
            with requests.post(
                self._address.get_secret_value(), json=message, timeout=_TIMEOUT, allow_redirects=False, stream=True
            ) as answer:
                status = answer.status_code
        except requests.RequestException as error:  # its words have the address
            return type(error).__name__, True
        if status < HTTPStatus.MULTIPLE_CHOICES:
            return None, False
        return f"HTTP status {status}", status >= 500 or status == HTTPStatus.TOO_MANY_REQUESTS


def _lost(message: Message, why: str) -> None:
    ERRORS.add("webhook")
    complain(f"The webhook could not be told that the run {message['run']} has ended: {why}.")
