"""What is said of a run: the same figure on every page, and nothing that its curve does not say."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.config import DataConfig, Dense, NetworkConfig, RunConfig
from mnist_core.config.wording import variant_name
from mnist_core.figures.run_style import plain_name
from mnist_core.store import MetricPoint, Outcome, RunRecord, RunState, Store, Visitor
from mnist_core.system.processes import own_process
from mnist_core.tensorboard.serving import label
from mnist_core.text import Translator, graphemes
from pages._ui.one_run.titles import short_names, title
from tests.pages.test_pages import words

T = Translator("en")
OpenPage = Callable[..., AppTest]
FinishedRun = Callable[..., RunRecord]
Epochs = list[tuple[float, float, float, float]]
CONFIG = RunConfig(data=DataConfig(dataset="digits"), model=NetworkConfig(layers=(Dense(units=16),)))
CURVES: dict[str, Epochs] = {
    # loss, validation loss, accuracy, validation accuracy
    "by heart": [(0.9, 0.8, 0.7, 0.75), (0.4, 0.5, 0.9, 0.86), (0.1, 0.6, 0.97, 0.86), (0.02, 0.8, 0.99, 0.85)],
    "diverging": [(90.0, 44.0, 0.3, 0.3), (70.0, 48.0, 0.32, 0.3), (50.0, 53.0, 0.34, 0.3), (40.0, 61.0, 0.35, 0.3)],
    "validation above": [(2.0, 0.7, 0.5, 0.8), (1.5, 0.8, 0.6, 0.81), (1.2, 0.9, 0.65, 0.81), (1.0, 0.95, 0.7, 0.8)],
    "guessing": [(2.31, 2.30, 0.1, 0.1), (2.306, 2.32, 0.1, 0.1), (2.303, 2.38, 0.1, 0.1), (2.302, 2.4, 0.11, 0.1)],
    "falling": [(2.0, 2.0, 0.3, 0.3), (1.5, 1.5, 0.5, 0.5), (1.0, 1.0, 0.7, 0.7), (0.8, 0.8, 0.8, 0.8)],
}


def run_with(store: Store, epochs: Epochs, state: RunState = RunState.COMPLETED) -> str:
    run_id = store.new_runs.create(CONFIG, "A run")
    assert store.queue.claim(run_id, own_process())
    for epoch, values in enumerate(epochs, 1):
        named = dict(zip(("loss", "val_loss", "accuracy", "val_accuracy"), values, strict=True))
        store.metrics.add(run_id, [MetricPoint(kind="epoch", step=epoch, epoch=epoch, seconds=1.0, values=named)])
    assert store.queue.finish(run_id, state, outcome=Outcome(test_loss=1.0, test_accuracy=0.8, seconds={"fit": 3.0}))
    return run_id


@pytest.mark.parametrize("name", CURVES)
def test_learning_by_heart_is_told_of_nothing_else(name: str, open_page: OpenPage, store: Store) -> None:
    shown = words(open_page("train.py", run=run_with(store, CURVES[name])))
    assert ("The network learns the training images by heart" in shown) == (name == "by heart")
    assert "hardly changed" not in shown
    if name == "by heart":
        assert "From epoch 3 on the curves part" in shown


def _with_outcome(run: RunRecord, store: Store, **values: float) -> RunRecord:
    """Give a run an outcome as its worker writes it: losses are computed from logits."""
    changed = store.new_runs.create(run.config, run.name)
    assert store.queue.claim(changed, own_process())
    store.files(changed).write_probabilities(store.files(run.id).read_probabilities())
    assert store.queue.finish(changed, RunState.COMPLETED, outcome=replace(run.outcome, **values))
    return store.runs.get(changed)


def test_a_run_has_one_test_loss_on_every_page(open_page: OpenPage, finished_run: FinishedRun, store: Store) -> None:
    run = _with_outcome(finished_run(), store, test_loss=0.1209, val_loss=0.3456, val_accuracy=0.8765)
    for page, query in (("runs.py", {"run": run.id}), ("evaluate.py", {"run": run.id})):
        shown = {metric.label: metric.value for metric in open_page(page, **query).metric}
        assert shown["Test loss"] == "0.1209", page
    app = open_page("compare.py", runs=run.id)
    assert "0.1209" in words(app)
    app = open_page("evaluate.py", run=run.id)
    app.segmented_control(key="evaluate_split").set_value("validation").run()
    assert {metric.label: metric.value for metric in app.metric}["Validation loss"] == "0.3456"
    shown = {metric.label: metric.value for metric in open_page("train.py", run=run.id).metric}
    assert shown["Validation accuracy"] == "87.65%"


def test_a_run_that_was_stopped_is_not_compared_as_if_only_settings_differed(
    open_page: OpenPage, finished_run: FinishedRun
) -> None:
    one, two = finished_run(name="One"), finished_run(name="Two", state=RunState.STOPPED)
    three = finished_run(one.config.with_settings({"seed": 3}), name="Three")
    assert "trained to the end" in words(open_page("compare.py", runs=f"{one.id},{two.id}"))
    assert "trained to the end" not in words(open_page("compare.py", runs=f"{one.id},{three.id}"))


@pytest.mark.parametrize(
    ("changes", "sentence", "columns"),
    [
        ({"seed": 7}, "Only the seed differs", 1),
        ({"batch_size": 32}, "Only one setting differs", 1),
        ({"batch_size": 32, "seed": 7}, "One setting differs, and the seed", 2),
        ({"batch_size": 32, "epochs": 4}, "They differ in 2 settings", 2),
        ({"batch_size": 32, "epochs": 4, "seed": 7}, "They differ in 3 settings", 3),
    ],
)
def test_as_many_settings_are_told_to_differ_as_the_table_shows(
    changes: dict[str, int], sentence: str, columns: int, open_page: OpenPage, finished_run: FinishedRun
) -> None:
    first = finished_run(name="One")
    second = finished_run(first.config.with_settings(changes), name="Two")
    shown = words(open_page("compare.py", runs=f"{first.id},{second.id}"))
    assert sentence in shown
    table = shown.split('aria-label="Settings that differ"')[1].split("</thead>")[0]
    assert table.count('scope="col"') == columns + 1


FAMILY, ACCENT = "\U0001f468\u200d\U0001f469\u200d\U0001f467", "e\u0301"


def test_names_with_joined_emoji_and_accents_are_kept_and_shortened_whole(
    finished_run: FinishedRun, store: Store
) -> None:
    run = finished_run(owner="ada")
    store.runs.rename(run.id, f"Net {FAMILY} {ACCENT * 3}", Visitor("ada"))
    kept = store.runs.get(run.id)
    assert kept.name == f"Net {FAMILY} {ACCENT * 3}"
    long = replace(kept, name=f"{FAMILY * 15}{ACCENT * 80}")
    names = [
        title(long).split(" · ")[0],
        short_names([long])[long.id],
        plain_name(long.name),
        variant_name(long.name, T),
    ]
    for name in [*names, label(long).split(",")[0]]:
        assert set(graphemes(name)) <= {FAMILY, ACCENT, *" …, variant"}, name
    assert ACCENT in label(long)
