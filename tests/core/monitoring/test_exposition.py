"""Metrics as Prometheus reads them."""

import json
import re
from functools import partial
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from mnist_core.engine.news import News
from mnist_core.errors import ConfigError, StorageError
from mnist_core.monitoring import Exposition, check_library, metrics_port
from mnist_core.monitoring import exposition as exposition_module
from mnist_core.store import RunState, Visitor
from mnist_core.system.instruments import INSTRUMENTS, PAGE_SECONDS, Counter, Histogram
from tests.serving import free_port

ROOT = Path(__file__).parents[3]
WORDS = (ROOT / "docs" / "share.md").read_text()


def read(exposition):
    """Return the value of each sample by its name and labels: ``{"mnist_lab_runs{state=queued}": 1.0}``."""
    found = {}
    for family in text_string_to_metric_families(exposition.text().decode()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sample.labels.items())
            found[sample.name + (f"{{{labels}}}" if labels else "")] = sample.value
    return found


@pytest.fixture
def exposition(store, supervisor, settings):
    return Exposition(store, supervisor, settings)


def test_runs_the_queue_and_the_disk_are_what_the_record_says(exposition, store, finished_run):
    run = finished_run()
    for _ in range(2):
        store.new_runs.create(run.config, "One that waits", owner=None)
    found = read(exposition)
    assert found["mnist_lab_runs{state=completed}"] == 1
    assert found["mnist_lab_runs{state=queued}"] == 2
    assert found["mnist_lab_runs{state=failed}"] == 0
    assert found["mnist_lab_queue_length"] == 2
    assert found["mnist_lab_queue_oldest_seconds"] >= 0
    assert found["mnist_lab_runs_bytes"] == store.runs.disk_usage()
    assert found["mnist_lab_disk_free_bytes"] > 0
    assert found["mnist_lab_database_up"] == 1
    assert found["mnist_lab_workers{kind=training}"] == 0
    assert found["process_resident_memory_bytes"] > 1e6


def test_a_page_s_seconds_are_a_histogram_of_its_page(exposition):
    before = read(exposition).get("mnist_lab_page_seconds_count{page=glossary}", 0.0)
    PAGE_SECONDS.observe(0.02, "glossary")
    exposition = Exposition(exposition._store, exposition._supervisor, exposition._settings)
    found = read(exposition)
    assert found["mnist_lab_page_seconds_count{page=glossary}"] == before + 1
    assert found["mnist_lab_page_seconds_bucket{le=0.025,page=glossary}"] >= 1
    assert found["mnist_lab_page_seconds_bucket{le=+Inf,page=glossary}"] == before + 1


def test_the_end_of_a_run_is_counted_with_its_epochs(exposition, store, finished_run):
    before = read(exposition)
    News(store).ended(finished_run().id)
    after = read(Exposition(exposition._store, exposition._supervisor, exposition._settings))
    ended, epochs = "mnist_lab_runs_ended_total{state=completed}", "mnist_lab_epoch_seconds_count"
    assert after[ended] == before.get(ended, 0) + 1
    assert after[epochs] == before[epochs] + 3


def test_nothing_a_visitor_wrote_is_in_it(exposition, store, finished_run):
    run = finished_run(name="Anna's network", owner="0123456789abcdef")
    store.runs.set_notes(run.id, "my secret note", Visitor("0123456789abcdef"))
    text = exposition.text().decode()
    for secret in ("Anna", "0123456789abcdef", "secret", run.id, str(store.settings.home)):
        assert secret not in text


def test_who_scrapes_again_at_once_asks_the_database_nothing(exposition, store, monkeypatch):
    first = exposition.text()
    monkeypatch.setattr(store.runs, "count_by_state", None)
    assert exposition.text() is first


def test_a_database_that_is_gone_is_told_and_hides_nothing_else(exposition, store, monkeypatch):
    def lost():
        raise StorageError("The database is gone.")

    monkeypatch.setattr(store.runs, "count_by_state", lost)
    found = read(exposition)
    assert found["mnist_lab_database_up"] == 0
    assert found["mnist_lab_open_pages"] == 0


def test_every_metric_is_explained_and_no_other(exposition, store, finished_run):
    families = text_string_to_metric_families(exposition.text().decode())
    names = {family.name for family in families if family.name.startswith("mnist_lab_")}
    names = {f"{name}_total" if f"{name}_total" in {i.name for i in INSTRUMENTS} else name for name in names}
    assert set(re.findall(r"`(mnist_lab_\w+)(?:\{\w+\})?`", WORDS)) == names


def test_the_board_asks_for_samples_and_labels_that_there_are(exposition, store, finished_run):
    """Of each histogram, counter and gauge by the name that its samples have, and by labels that they have."""
    for instrument in INSTRUMENTS:  # a label has no value before something was counted
        if isinstance(instrument, Counter | Histogram) and instrument.label:
            count = instrument.add if isinstance(instrument, Counter) else partial(instrument.observe, 0.0)
            count("something")
    families = text_string_to_metric_families(exposition.text().decode())
    labels = {}
    for sample in (sample for family in families for sample in family.samples):
        labels.setdefault(sample.name, set()).update(sample.labels)
    board = json.loads((ROOT / "deploy" / "grafana.json").read_text())
    asked = [target["expr"] for panel in board["panels"] for target in panel.get("targets", ())]
    asked += [variable["query"]["query"] for variable in board["templating"]["list"] if variable["type"] == "query"]
    named = set()
    for query in asked:
        names = re.findall(r"(?:mnist_lab|process)_\w+", query)
        assert names, query
        for name in names:
            assert name in labels, query
            named.add(name)
            chosen = re.findall(rf"{name}{{([^}}]*)}}", query)
            told = {label for text in chosen for label in re.findall(r"(\w+)=", text)}
            told |= {label.strip() for text in re.findall(r"by \(([^)]*)\)", query) for label in text.split(",")}
            assert told <= labels[name] | {"job", "instance"}, query  # those are Prometheus's own
    shown = {re.sub("_(bucket|count|sum)$", "", name) for name in named}
    assert {instrument.name for instrument in INSTRUMENTS} <= shown, "what is counted and never looked at"


def test_a_port_of_its_own_serves_the_same_and_is_closed_at_the_end(exposition, settings):
    settings = settings.model_copy(update={"metrics_port": free_port()})
    address = f"http://127.0.0.1:{settings.metrics_port}/metrics"
    with metrics_port(settings, lambda: exposition):
        assert "mnist_lab_open_pages" in requests.get(address, timeout=60).text
        with metrics_port(settings, lambda: exposition):  # taken: it is said, and the app begins all the same
            pass
    with pytest.raises(requests.ConnectionError):
        requests.get(address, timeout=60)


def test_without_a_port_nothing_is_made(settings):
    with metrics_port(settings, lambda: pytest.fail("not asked for")):
        pass


def test_a_run_that_only_rests_has_not_ended(exposition, store, finished_run):
    config = finished_run().config
    waiting = store.new_runs.create(config, "One that waits", owner=None)
    before = read(exposition)
    News(store).ended(waiting)
    News(store).ended("20260101-000000-abcdef")
    after = read(Exposition(exposition._store, exposition._supervisor, exposition._settings))
    for state in RunState:
        name = f"mnist_lab_runs_ended_total{{state={state}}}"
        assert after.get(name) == before.get(name)


@pytest.mark.parametrize("wanted", [{"metrics_port": 9100}, {"metrics_token": SecretStr("a long password")}])
def test_a_library_that_is_missing_is_named_at_the_start(settings, monkeypatch, wanted):
    check_library(settings.model_copy(update=wanted))
    monkeypatch.setattr(exposition_module, "find_spec", lambda _: None)
    check_library(settings)  # nobody asked for metrics
    with pytest.raises(ConfigError, match="pip install -r requirements-server.txt"):
        check_library(settings.model_copy(update=wanted))
