"""A server as seen from outside: its addresses for machines, its log, its webhook, and a tab that nobody looks at."""

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, expect

from mnist_core.config import DataConfig, RunConfig
from mnist_core.gateway import VISITOR_COOKIE
from mnist_core.settings import Settings
from mnist_core.store import Outcome, RunState, Store
from tests.e2e.conftest import home_of_known_speed, new_visitor, settled
from tests.e2e.test_main_job import main, set_number
from tests.held_runs import held_run
from tests.serving import Server, running_server
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e
TOKEN, PLACE = "a long password", "seen-by-nobody"
# The browser's own would need a screen; what it is told and whether it may be are real.
NOTIFICATIONS = """
window.notices = [];
const real = window.Notification;
window.Notification = class {
  constructor(title, options) { window.notices.push([title, options.body]); }
  static get permission() { return real.permission; }
  static requestPermission() { return real.requestPermission(); }
};
"""


@pytest.fixture(scope="module")
def told() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Return the address of a webhook, and what it got."""
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{PLACE}", got
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, told: tuple[str, list[dict[str, Any]]]) -> Iterator[Server]:
    """Return a server that logs JSON and each request, and has a password for its metrics and a webhook."""
    settings = {
        "LOGS": "json",
        "ACCESS_LOG": "1",
        "METRICS_TOKEN": TOKEN,
        "WEBHOOK_URL": told[0],
        "STOP_PATIENCE": "240",
    }
    environment = {f"MNIST_LAB_{name}": value for name, value in settings.items()}
    # What Streamlit prints for people as it begins is no log.
    with running_server(
        home_of_known_speed(tmp_path_factory), "--logger.hideWelcomeMessage", "true", **environment
    ) as server:
        yield server


def metric(server: Server, name: str) -> float:
    answer = requests.get(f"{server.url}/lab/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=240)
    assert answer.status_code == 200
    return sum(float(line.rpartition(" ")[2]) for line in answer.text.splitlines() if line.startswith(name))


def test_machines_are_answered_under_any_name_and_strangers_are_not(watched: Server) -> None:
    foreign = {"Host": "10.1.2.3"}
    ready = requests.get(f"{watched.url}/lab/ready", headers=foreign, timeout=240)
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    for path in ("lab/readyx", "lab/metrics/x", "healthz"):
        assert requests.get(f"{watched.url}/{path}", timeout=240).status_code == 404
    assert requests.get(f"{watched.url}/lab/metrics", timeout=240).status_code == 401
    assert requests.get(f"{watched.url}/_stcore/metrics", timeout=240).status_code == 404


def test_who_looks_elsewhere_is_told_of_the_end_and_the_log_has_none_of_the_visitor(
    watched: Server, browser: Browser, told: tuple[str, list[dict[str, Any]]]
) -> None:
    visitor = new_visitor(browser, user_agent="Annas-Browser")
    visitor.grant_permissions(["notifications"], origin=watched.url)
    visitor.add_init_script(NOTIFICATIONS)
    page = visitor.new_page()
    page.goto(f"{watched.url}/train?run=annas-run")  # there is none
    settled(page)
    page.goto(f"{watched.url}/train?lang=en")
    set_number(page, "Epochs", "200")
    set_number(page, "Batch size", "1")  # for as long as a test may take
    page.get_by_role("button", name="Start training").click()
    box = page.get_by_role("checkbox", name="Tell me when it is over")
    expect(box).not_to_be_checked()
    box.check()
    expect(main(page).get_by_role("button", name="Stop", exact=True)).to_be_visible()
    run = page.url.partition("run=")[2].partition("&")[0]
    page.get_by_role("button", name="Manage").click()
    page.get_by_label("Name", exact=True).fill("Annas secret network")
    page.get_by_label("Name", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="Annas secret network")).to_be_visible()
    assert metric(watched, "mnist_lab_visitors") == 1
    assert metric(watched, 'mnist_lab_workers{kind="training"}') == 1
    assert metric(watched, 'mnist_lab_worker_memory_bytes{kind="training"}') > 1e7

    # The visitor looks at another tab, where the run is stopped.
    visitor.new_cdp_session(page).send("Emulation.setFocusEmulationEnabled", {"enabled": False})
    other = visitor.new_page()
    page.wait_for_function("/^\\d+% · Train · MNIST Lab$/.test(document.title)")
    page.bring_to_front()
    page.wait_for_function("document.title === 'Train · MNIST Lab'")
    other.bring_to_front()
    other.goto(page.url)
    main(other).get_by_role("button", name="Stop", exact=True).click()
    page.wait_for_function("window.notices.length > 0")
    assert page.title() == "Ended: Annas secret network"
    ((title, words),) = page.evaluate("window.notices")
    assert title == "Ended: Annas secret network"
    assert words.startswith("Stopped.")
    page.bring_to_front()
    page.wait_for_function("document.title === 'Train · MNIST Lab'")

    wait_until(lambda: bool(told[1]), 240, "the webhook")
    assert [(message["run"], message["state"]) for message in told[1]] == [(run, "stopped")]
    wait_until(lambda: metric(watched, 'mnist_lab_runs_ended_total{state="stopped"}') == 1, 240, "the count")
    cookies = [cookie["value"] for cookie in visitor.cookies() if cookie["name"] == VISITOR_COOKIE]
    visitor.close()

    text = watched.log.read_text()
    lines = [json.loads(line) for line in text.splitlines()]  # each is an object, also those of uvicorn and Streamlit
    assert all({"time", "level", "message"} <= set(line) for line in lines)
    events = [(line["event"], line["run"]) for line in lines if "run" in line]
    assert events == [("worker_begins", run), ("worker_ended", run), ("run_ended", run)]
    assert ("GET", "/train") in {(line.get("method"), line.get("path")) for line in lines}
    for secret in ("anna", "secret", TOKEN, PLACE, "127.0.0.1", *cookies):
        assert secret.lower() not in text.lower(), secret


def test_who_wants_no_notification_is_told_by_the_title_and_who_can_t_have_one_why(
    watched: Server, browser: Browser
) -> None:
    visitor = new_visitor(browser)
    asked = "window.asked = 0; Notification.requestPermission = async () => { window.asked += 1; return 'default'; };"
    permission = "Object.defineProperty(Notification, 'permission', { get: () => window.may ?? 'default' });"
    visitor.add_init_script(NOTIFICATIONS + asked + permission)
    page = visitor.new_page()
    page.goto(f"{watched.url}/train?lang=en")
    set_number(page, "Epochs", "200")
    set_number(page, "Batch size", "1")
    page.get_by_role("button", name="Start training").click()
    box = page.get_by_role("checkbox", name="Tell me when it is over")
    expect(box).not_to_be_checked()
    assert page.evaluate("window.asked") == 0  # never without a click
    for hinders, words in (
        ("", "question was not answered"),
        ("window.may = 'denied'", "may not notify you here"),
        ("Object.defineProperty(window, 'isSecureContext', { value: false })", "over HTTPS and on localhost only"),
    ):
        page.evaluate(hinders)
        box.click()
        expect(page.get_by_text(words)).to_be_visible()
        expect(box).not_to_be_checked()
    assert page.evaluate("window.asked") == 1
    main(page).get_by_role("button", name="Stop", exact=True).click()
    expect(box).to_be_hidden()

    # However fast or busy a computer is: this run goes on until the test ends it.
    config = RunConfig(data=DataConfig(dataset="digits"))
    with closing(Store(Settings(home=watched.home))) as store, held_run(store, config, "Held") as run_id:
        store.queue.update_progress(run_id, phase="fit", steps_per_epoch=32)
        page.goto(f"{watched.url}/train?run={run_id}&lang=en")
        expect(page.get_by_role("checkbox", name="Tell me when it is over")).to_be_visible()
        visitor.new_cdp_session(page).send("Emulation.setFocusEmulationEnabled", {"enabled": False})
        visitor.new_page()
        store.queue.update_progress(run_id, step=16)
        page.wait_for_function("/^\\d+% · Train · MNIST Lab$/.test(document.title)")
        outcome = Outcome(test_accuracy=0.925, test_loss=0.3, parameters=12730)
        assert store.queue.finish(run_id, RunState.COMPLETED, outcome=outcome)
        page.wait_for_function("document.title === '✓ 92.5% · Held'")
    assert page.evaluate("window.notices") == []
    page.bring_to_front()
    page.wait_for_function("document.title === 'Train · MNIST Lab'")
    visitor.close()
