"""What becomes known outside of a run: it is counted, a line of the log, and its end is told to the webhook."""

from datetime import UTC, datetime

from mnist_core.engine.webhook import Message, Webhook
from mnist_core.errors import MnistLabError
from mnist_core.store import RunRecord, Store
from mnist_core.system.instruments import EPOCH_SECONDS, QUEUE_WAIT_SECONDS, RUNS_ENDED
from mnist_core.system.saying import tell


class News:
    """Is told of each run that a worker of this process gets, and of its end; of those found interrupted too.

    Nothing that it passes on is a name, a note or a visitor, and nobody ever waits for it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._webhook = Webhook(store.settings.webhook_url)

    def begins(self, run_id: str, pid: int | None, waited: float) -> None:
        """Pass on that a worker gets a run that has waited for so many seconds."""
        QUEUE_WAIT_SECONDS.observe(waited)
        tell("worker_begins", run=run_id, pid=pid, waited=round(waited, 3))

    def worker_ended(self, run_id: str, pid: int | None, code: int) -> None:
        """Pass on that the worker of a run has ended, and with it perhaps the run."""
        tell("worker_ended", run=run_id, pid=pid, code=code)
        self.ended(run_id)

    def ended(self, run_id: str) -> None:
        """Pass on that a run has ended; nothing where it only rests, waits again, or is gone."""
        try:
            record = self._store.runs.get(run_id)
        except MnistLabError:  # deleted meanwhile, or the database can't be read: the end itself was recorded
            return
        if not record.state.is_finished:
            return
        RUNS_ENDED.add(record.state.value)
        for seconds in record.outcome.epoch_seconds:
            EPOCH_SECONDS.observe(seconds)
        message = message_of(record)
        tell("run_ended", **{name: message[name] for name in ("run", "state", "seconds", "accuracy", "why")})
        self._webhook.send(message)

    def close(self, timeout: float) -> None:
        """Send what is on its way to the webhook, for so many seconds at most."""
        self._webhook.close(timeout)


def message_of(record: RunRecord) -> Message:
    """Return what the webhook is told of a run that has ended.

    ``text`` is for chats that show it as it is (Slack, Mattermost), the rest for programs: ``seconds`` from start to
    result, ``accuracy`` on the test set or null, ``why`` the code of what went wrong or null.
    """
    accuracy = record.outcome.test_accuracy
    seconds = sum(record.outcome.seconds.values())
    if not seconds and record.started and record.finished:
        seconds = (record.finished - record.started).total_seconds()
    words = f"Run {record.id}: {record.state.value} after {round(seconds)} s"
    if accuracy is not None:
        words += f", test accuracy {round(accuracy, 4)}"
    return {
        "event": "run_ended",
        "text": words + ".",
        "run": record.id,
        "state": record.state.value,
        "seconds": round(seconds, 3),
        "accuracy": accuracy,
        "why": record.error.code if record.error else None,
        "time": (record.finished or datetime.now(UTC)).isoformat(timespec="seconds"),
    }
