"""An address of the owner's is told of ends of runs, whatever it answers; nobody waits for it."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import SecretStr

from mnist_core.engine import Supervisor
from mnist_core.engine import webhook as webhook_module
from mnist_core.engine.local import LocalWorker
from mnist_core.engine.news import News
from mnist_core.engine.webhook import Webhook
from mnist_core.store import RunError, RunState, Visitor
from mnist_core.system.launching import child_environment
from tests.serving import free_port
from tests.waiting import wait_until

MESSAGE = {"event": "run_ended", "run": "a-run"}


class Listener:
    """A server that answers as it is told, and remembers what it got."""

    def __init__(self) -> None:
        self.answers: list[int] = []  # statuses of the next answers; 200 when there is none left
        self.got: list[dict[str, object]] = []
        self.free = threading.Event()
        self.free.set()
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.got.append(json.loads(body))
                listener.free.wait()
                self.send_response(listener.answers.pop(0) if listener.answers else 200)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = SecretStr(f"http://127.0.0.1:{self.server.server_port}/secret")


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.free.set()
    listener.server.shutdown()
    listener.server.server_close()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_module, "_PAUSES", (0.01, 0.01, 0.01))


def test_the_end_of_a_run_is_posted_without_a_word_of_its_visitor(listener, store, finished_run, settings):
    store.settings = settings.model_copy(update={"webhook_url": listener.address})
    run = finished_run(name="Anna's network", owner="0123456789abcdef")
    store.runs.set_notes(run.id, "a note", Visitor("0123456789abcdef"))
    news = News(store)
    news.ended(run.id)
    news.close(60)
    (got,) = listener.got
    assert {name: got[name] for name in ("event", "run", "state", "accuracy", "why")} == {
        "event": "run_ended",
        "run": run.id,
        "state": "completed",
        "accuracy": run.outcome.test_accuracy,
        "why": None,
    }
    assert got["seconds"] == pytest.approx(sum(run.outcome.seconds.values()))
    assert set(got) == {"event", "text", "run", "state", "seconds", "accuracy", "why", "time"}
    assert not [word for word in ("Anna", "0123456789abcdef", "a note") if word in json.dumps(got)]


@pytest.mark.slow
@pytest.mark.usefixtures("uncounted_children", "digits")
def test_a_run_that_ends_just_before_the_app_is_told_too(listener, store, settings, quick, monkeypatch):
    monkeypatch.setattr(LocalWorker, "poll", lambda self: None)  # its process takes a while to end
    store.settings = settings.model_copy(update={"webhook_url": listener.address})
    supervisor = Supervisor(store, store.settings)
    supervisor.start()
    ended = supervisor.submit(quick, "quick", visitor=Visitor(None, is_admin=True))
    wait_until(lambda: store.runs.get(ended).state is RunState.COMPLETED, 240, "the run's end")
    supervisor.close()
    assert [(got["run"], got["state"]) for got in listener.got] == [(ended, "completed")]


def test_a_run_that_failed_says_so_by_a_code(listener, store, record, settings):
    store.settings = settings.model_copy(update={"webhook_url": listener.address})
    run = record("ada", RunState.RUNNING)
    store.queue.finish(run.id, RunState.FAILED, error=RunError(code="hangs", template="It hangs."))
    news = News(store)
    news.ended(run.id)
    news.close(60)
    assert (listener.got[0]["state"], listener.got[0]["accuracy"], listener.got[0]["why"]) == ("failed", None, "hangs")


@pytest.mark.parametrize(("answers", "tries"), [([], 1), ([503, 429], 3), ([500] * 9, 4), ([404], 1), ([302], 1)])
def test_what_may_pass_is_tried_again_and_a_redirection_is_not_followed(listener, answers, tries):
    listener.answers = answers
    webhook = Webhook(listener.address)
    webhook.send(MESSAGE)
    wait_until(lambda: len(listener.got) == tries, 240, "the tries")
    webhook.close(60)
    assert len(listener.got) == tries


def test_what_was_not_told_is_named_in_the_log_without_the_address(capsys):
    webhook = Webhook(SecretStr(f"http://127.0.0.1:{free_port()}/secret"))
    webhook.send(MESSAGE)
    webhook.close(60)
    said = capsys.readouterr().err
    assert "The webhook could not be told that the run a-run has ended: ConnectionError." in said
    assert "secret" not in said


def test_nobody_waits_for_one_that_does_not_answer(listener, monkeypatch, capsys):
    monkeypatch.setattr(webhook_module, "_MOST", 2)
    listener.free.clear()
    webhook = Webhook(listener.address)
    webhook.send(MESSAGE)
    wait_until(lambda: bool(listener.got), 240, "the first one")
    for _ in range(5):  # returns: two wait, and the others are named in the log
        webhook.send(MESSAGE)
    webhook.close(0.0)
    assert capsys.readouterr().err.count("2 others wait already") == 3


def test_without_an_address_there_is_no_thread():
    webhook = Webhook(None)
    webhook.send(MESSAGE)
    assert webhook._thread is None
    webhook.close(0.0)


def test_workers_don_t_learn_secrets_of_the_app(settings, listener, monkeypatch):
    monkeypatch.setenv("MNIST_LAB_WEBHOOK_URL", listener.address.get_secret_value())
    monkeypatch.setenv("MNIST_LAB_METRICS_TOKEN", "a long password")
    update = {"webhook_url": listener.address, "metrics_token": SecretStr("a long password")}
    environment = child_environment(settings.model_copy(update=update))
    assert not [name for name in environment if name.endswith(("WEBHOOK_URL", "METRICS_TOKEN"))]
