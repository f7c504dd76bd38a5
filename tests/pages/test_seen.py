"""What machines ask of the server, without one: the answers of its addresses."""

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.requests import Request

from mnist_core.gateway import Tries
from mnist_core.settings import get_settings
from mnist_core.system.instruments import CACHE_LOOKUPS, CACHE_MISSES, ERRORS, PAGE_SECONDS
from pages._ui.shell import seen
from tests.sockets import in_a_loop

TOKEN = "a long password"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    seen.exposition.cache_clear()
    seen._readiness.cache_clear()
    monkeypatch.setattr(seen, "_tries", Tries())


def ask(answer, **headers):
    lines = [(name.encode(), value.encode()) for name, value in headers.items()]
    request = Request({"type": "http", "method": "GET", "path": "/", "headers": lines})
    return in_a_loop(answer(request))


@pytest.fixture
def with_token(monkeypatch):
    monkeypatch.setenv("MNIST_LAB_METRICS_TOKEN", TOKEN)
    get_settings.cache_clear()


def test_without_a_password_for_them_there_are_no_metrics():
    assert ask(seen.metrics, authorization=f"Bearer {TOKEN}").status_code == 404


@pytest.mark.parametrize("given", [None, "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN])
def test_without_the_right_password_nobody_reads_them(with_token, given):
    answer = ask(seen.metrics, **({"authorization": given} if given else {}))
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert b"mnist_lab" not in answer.body


def test_with_the_password_they_are_what_prometheus_reads(with_token):
    answer = ask(seen.metrics, authorization=f"Bearer {TOKEN}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    names = {family.name for family in text_string_to_metric_families(answer.body.decode())}
    assert {"mnist_lab_open_pages", "mnist_lab_runs", "process_cpu_seconds"} <= names


def test_who_guesses_has_to_wait(with_token):
    answers = [ask(seen.metrics, authorization="Bearer wrong") for _ in range(8)]
    assert [answer.status_code for answer in answers][-1] == 429
    assert int(answers[-1].headers["retry-after"]) > 0


def test_ready_is_503_with_words_until_all_is_there(digits):
    assert ask(seen.ready).status_code == 200
    seen._readiness.cache_clear()
    seen.shared_supervisor().close()
    answer = ask(seen.ready)
    assert answer.status_code == 503
    assert b"The queue is not served" in answer.body
    assert ask(seen.health).status_code == 200  # it lives, and a restart would not help


def test_a_look_that_takes_too_long_is_told(monkeypatch, digits):
    monkeypatch.setattr(seen, "_PATIENCE", 0.0)
    answer = ask(seen.ready)
    assert answer.status_code == 503
    assert b"did not answer in time" in answer.body


def test_each_page_is_timed_under_its_own_name(open_page):
    def counted(page):
        durations = PAGE_SECONDS.durations().get(page)
        return sum(durations.counts) if durations else 0

    before = {page: counted(page) for page in ("home", "glossary")}
    open_page("home.py")
    open_page("glossary.py")
    # A test opens the first page before any other.
    assert counted("home") >= before["home"] + 1
    assert counted("glossary") == before["glossary"] + 1


def test_a_result_that_is_there_already_is_a_hit(open_page, finished_run):
    run = finished_run()
    open_page("evaluate.py", run=run.id)
    lookups, misses = CACHE_LOOKUPS.counts()["results"], CACHE_MISSES.counts()["results"]
    charts = CACHE_MISSES.counts()["charts"]
    open_page("evaluate.py", run=run.id)
    assert CACHE_LOOKUPS.counts()["results"] > lookups
    assert CACHE_MISSES.counts()["results"] == misses
    assert CACHE_MISSES.counts()["charts"] == charts


def test_an_error_that_is_shown_is_counted(open_page):
    before = ERRORS.counts().get("told", 0)
    open_page("train.py", run="20260101-000000-abcdef")
    assert ERRORS.counts()["told"] > before
