"""Model cards, read back with the Hub's own reader."""

import socket
from dataclasses import replace

import numpy as np
import pytest
from huggingface_hub import ModelCard
from huggingface_hub.repocard_data import eval_results_to_model_index

from mnist_core.config import DataConfig, FineTuneConfig, LogisticConfig, RunConfig, TrainConfig
from mnist_core.sharing.hub.card import model_card, readable
from mnist_core.sharing.hub.folder import card_facts
from mnist_core.sharing.shipped import SHIPPED

BASELINE = RunConfig(
    data=DataConfig(dataset="digits"), model=LogisticConfig(folds=2), train=TrainConfig(epochs=2, seed=0)
)
SECTIONS = [
    "Model Details",
    "Uses",
    "Bias, Risks, and Limitations",
    "How to Get Started with the Model",
    "Training Details",
    "Evaluation",
    "Environmental Impact",
    "Technical Specifications",
]
HOSTILE = (
    'A "quoted": name\n---\n# <script>alert(1)</script> [x](http://e.vil) www.e.vil :material/star: $x$ |\u2028\x00'
)


@pytest.fixture
def facts(store, finished_run):
    return card_facts(store, finished_run(name="Mine", owner="ada-lovelace"))


@pytest.fixture(params=["network", "baseline", "hostile", *SHIPPED])
def any_facts(request, store, shipped_store, finished_run):
    if request.param in SHIPPED:
        return card_facts(shipped_store, shipped_store.runs.get(SHIPPED[request.param].run_id))
    config = BASELINE if request.param == "baseline" else None
    return card_facts(store, finished_run(config, name=HOSTILE if request.param == "hostile" else "Mine"))


def test_the_hubs_reader_understands_every_card(any_facts):
    record = any_facts.record
    card = ModelCard(model_card(any_facts))
    (task,) = {result.task_type for result in card.data.eval_results}
    assert task == card.data.pipeline_tag == "image-classification"
    found = {result.metric_type: result.metric_value for result in card.data.eval_results}
    assert found["accuracy"] == pytest.approx(record.outcome.test_accuracy, abs=1e-6)
    assert found["loss"] == pytest.approx(record.outcome.test_loss, abs=1e-4)
    assert card.data.library_name == ("onnx" if record.config.model.kind == "logistic_sgd" else "keras")
    # What was written is what the reader would write.
    assert card.data.to_dict()["model-index"] == eval_results_to_model_index(
        card.data.model_name, card.data.eval_results
    )
    assert [line[3:] for line in card.text.splitlines() if line.startswith("## ")][:8] == SECTIONS


def test_the_head_names_data_and_licence(shipped_store):
    record = shipped_store.runs.get(SHIPPED["handwriting"].run_id)
    card = ModelCard(model_card(card_facts(shipped_store, record)))
    assert (card.data.license, card.data.datasets) == ("cc-by-sa-3.0", ["ylecun/mnist"])
    assert "Pen-Based Recognition of Handwritten Digits" in card.text
    assert "`240610fa99e73bfa49df8e7fc24d3206`" in card.text


def test_whatever_a_run_is_called_stays_words(facts):
    card = ModelCard(model_card(replace(facts, record=replace(facts.record, name=HOSTILE))))
    assert card.data.model_name == " ".join(HOSTILE.replace("\0", " ").split())
    title = next(line for line in card.text.splitlines() if line.startswith("# "))
    assert title.startswith('# A "quoted": name --- \\# \\<script\\>alert(1)\\</script\\>')
    assert "www\u2060.e.vil \\:material/star: \\$x\\$ \\|" in title
    assert "<script" not in card.text.replace("\\<script", "")
    assert card.data.license == "cc-by-4.0"


@pytest.mark.parametrize(
    "name", ["yes", "1.0", "null", "- a", "{a: b}", "a: b # c", '"', "\\", "---", "Ünïcode 数字 🙂", "a --- b " * 40]
)
def test_a_name_stays_that_name_in_the_head(facts, name):
    text = model_card(replace(facts, record=replace(facts.record, name=name)))
    assert ModelCard(text).data.model_name == name.strip()
    assert readable(text).lstrip().startswith("#### ")


def test_a_card_is_written_without_a_connection(facts, monkeypatch):
    def refuse(*_args, **_options):
        raise AssertionError("a card asked for a connection")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert model_card(facts).startswith("---\n")


def test_on_a_page_the_card_has_no_head_and_smaller_headings(facts):
    lines = readable(model_card(facts)).splitlines()
    assert {"#### Mine", "##### Uses", "###### Results", "###### Each Class"} <= set(lines)
    assert "license: cc-by-4.0" in model_card(facts).splitlines()
    assert "license: cc-by-4.0" not in lines


def test_nobody_is_named(facts):
    assert "ada-lovelace" not in model_card(facts)


def test_classes_and_mistakes_are_those_of_the_test_set(facts):
    text = model_card(facts)
    wrong = int(np.sum(facts.probabilities.argmax(axis=1) != facts.labels))
    assert f"| Wrong | {wrong} of {len(facts.labels)} |" in text
    rows = [line for line in text.splitlines() if line.startswith(tuple(f"| {name} | " for name in "0123456789"))]
    assert sum("%" in row for row in rows) == 10


def test_a_fine_tuned_network_names_its_base_and_keeps_the_drawings_private(facts):
    fine_tune = FineTuneConfig(base="20260101-000000-00000001", drawings="0" * 16)
    config = facts.record.config.model_copy(update={"fine_tune": fine_tune})
    record = replace(facts.record, config=config)
    text = model_card(replace(facts, record=record, base=replace(record, name="The *base*")))
    assert "“The \\*base\\*”" in text
    assert "The drawings are private" in text
    assert "a network that is deleted since" in model_card(replace(facts, record=record))


def test_what_is_not_known_is_said(facts):
    outcome = replace(facts.record.outcome, device=None, epoch_seconds=[], parameters=None)
    text = model_card(replace(facts, record=replace(facts.record, outcome=outcome)))
    assert "**Hardware Type:** not known" in text
    assert "**Hours used:** not known" in text


def test_head_and_table_have_the_runs_own_loss(store, finished_run):
    record = finished_run()
    table = store.files(record.id).read_probabilities()
    store.files(record.id).write_probabilities({"test": np.eye(10, dtype=np.float32)[table["test"].argmax(axis=1)]})
    text = model_card(card_facts(store, record))
    assert f"| Loss (cross-entropy) | {record.outcome.test_loss:.4f} |" in text
    (value,) = [metric.metric_value for metric in ModelCard(text).data.eval_results if metric.metric_type == "loss"]
    assert value == pytest.approx(record.outcome.test_loss)
