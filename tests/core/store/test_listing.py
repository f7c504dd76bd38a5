"""Lists of runs: what a row says, and which rows come in which order."""

import pytest
from sqlalchemy import update

from mnist_core.config import (
    Conv2D,
    DataConfig,
    Dense,
    Dropout,
    LogisticConfig,
    NetworkConfig,
    RunConfig,
    TrainConfig,
)
from mnist_core.config.wording import model_kind
from mnist_core.sharing.shipped import SHIPPED, install_shipped
from mnist_core.store import MetricPoint, Outcome, RunState, Visitor
from mnist_core.store.listing import CURVE_POINTS, SORTS, RunFilter
from mnist_core.store.tables import runs
from mnist_core.system.processes import own_process

ADA, EVE = Visitor("ada"), Visitor("eve")
DENSE = RunConfig(
    data=DataConfig(dataset="digits"),
    model=NetworkConfig(layers=(Dense(units=16), Dropout())),
    train=TrainConfig(epochs=3, batch_size=100),
)
PLAIN = DENSE.with_settings({"validation_split": 0.0, "layers": [], "optimizer": "sgd"})


def names(rows):
    return [row.name for row in rows]


def test_a_row_says_what_the_record_says(store, finished_run):
    record = finished_run(DENSE, name="One", owner="ada", recipe="first-network")
    store.runs.set_notes(record.id, "Mine", ADA)
    store.runs.set_pinned(record.id, True, ADA)
    (row,) = store.listing.rows(ADA)
    for name in ("id", "name", "recipe", "state", "owner", "shared", "created"):
        assert getattr(row, name) == getattr(record, name)
    assert (row.notes, row.starred, row.shipped) == ("Mine", True, False)
    assert (row.dataset, row.kind, row.settings) == ("digits", "dense", record.config.model_dump(mode="json"))
    assert (row.test_accuracy, row.test_loss) == (record.outcome.test_accuracy, record.outcome.test_loss)
    assert row.parameters == record.outcome.parameters
    assert row.seconds == pytest.approx(sum(record.outcome.seconds.values()))
    assert row.may_change(ADA)
    assert not row.may_change(EVE)


@pytest.mark.parametrize("turn", ["first", "second"])
def test_the_curve_is_of_the_validation_set_or_of_the_training_set_where_there_is_none(store, finished_run, turn):
    finished_run(DENSE, name="with"), finished_run(PLAIN, name="without")
    if turn == "second":
        store.listing.rows(ADA)  # it is kept
    curves = {row.name: row.curve for row in store.listing.rows(ADA)}
    assert curves["with"] == pytest.approx((0.75, 0.875, 0.9167))
    assert curves["without"] == pytest.approx((0.8, 0.9, 0.9333))


def epoch(step, accuracy):
    return MetricPoint(kind="epoch", step=step, epoch=step, seconds=step, values={"accuracy": accuracy})


def test_the_curve_of_a_run_grows_while_it_trains_and_after_it_was_resumed(store):
    run_id = store.new_runs.create(DENSE, "x", owner="ada")
    assert store.listing.rows(ADA)[0].curve == ()
    assert store.queue.claim(run_id, own_process())
    for n in (1, 2):
        store.metrics.add(run_id, [epoch(n, n / 10)])
        assert store.listing.rows(ADA)[0].curve == (0.1, 0.2)[:n]
    store.queue.finish(run_id, RunState.INTERRUPTED)
    assert store.listing.rows(ADA)[0].curve == (0.1, 0.2)
    store.queue.request_resume(run_id, ADA)
    assert store.queue.claim(run_id, own_process())
    store.metrics.add(run_id, [epoch(3, 0.3)])
    assert store.listing.rows(ADA)[0].curve == (0.1, 0.2, 0.3)


def test_long_curves_are_thinned_out_between_their_ends(store):
    run_id = store.new_runs.create(DENSE, "x", owner="ada")
    assert store.queue.claim(run_id, own_process())
    store.metrics.add(run_id, [epoch(n, n / 1000) for n in range(1, 201)])
    curve = store.listing.rows(ADA)[0].curve
    assert (len(curve), curve[0], curve[-1]) == (CURVE_POINTS, 0.001, 0.2)
    assert list(curve) == sorted(set(curve))


def test_folds_are_no_curve(store, finished_run):
    finished_run(RunConfig(data=DataConfig(dataset="digits"), model=LogisticConfig()))
    assert store.listing.rows(ADA)[0].curve == ()


@pytest.mark.parametrize(
    ("layers", "kind"),
    [((), "softmax"), ((Dropout(),), "softmax"), ((Dense(),), "dense"), ((Conv2D(), Dense()), "convolutional")],
)
def test_the_kind_of_a_network_follows_from_its_layers(layers, kind):
    assert model_kind(RunConfig(model=NetworkConfig(layers=layers)).model_dump(mode="json")) == kind


def test_others_private_runs_are_not_listed_and_shipped_ones_are(store, finished_run):
    install_shipped(store)
    private = finished_run(name="private", owner="ada")
    store.runs.set_shared(private.id, False, ADA)
    finished_run(name="public", owner="ada")
    assert {row.name for row in store.listing.rows(EVE) if not row.shipped} == {"public"}
    assert {row.name for row in store.listing.rows(ADA) if not row.shipped} == {"private", "public"}
    shipped = [row for row in store.listing.rows(EVE) if row.shipped]
    assert {row.id for row in shipped} == {model.run_id for model in SHIPPED.values()}
    assert all(row.curve and not row.starred for row in shipped)
    assert not any(row.may_change(Visitor(None, is_admin=True)) for row in shipped)


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        (RunFilter(), {"Größe eins", "plain", "theirs"}),
        (RunFilter(mine=True), {"Größe eins", "plain"}),
        (RunFilter(starred=True), {"plain"}),
        (RunFilter(kinds=("softmax",)), {"plain"}),
        (RunFilter(datasets=("mnist",)), {"theirs"}),
        (RunFilter(states=(RunState.STOPPED, RunState.FAILED)), {"theirs"}),
        (RunFilter(text="GRÖSSE"), {"Größe eins"}),
        (RunFilter(text="dropout digits"), {"Größe eins"}),
        (RunFilter(text="try again"), {"plain"}),
        (RunFilter(text="first network"), {"Größe eins"}),
        (RunFilter(text="sgd", mine=True), {"plain"}),
        (RunFilter(text="100%_ '"), set()),
    ],
)
def test_runs_are_chosen_and_searched(store, finished_run, which, expected):
    finished_run(DENSE, name="Größe eins", owner="ada", recipe="first-network")
    plain = finished_run(PLAIN, name="plain", owner="ada")
    store.runs.set_notes(plain.id, "Try this again", ADA)
    store.runs.set_pinned(plain.id, True, ADA)
    other = DENSE.with_settings({"dataset": "mnist", "layers": [{"kind": "dense"}], "validation_split": 0.0})
    finished_run(other, name="theirs", owner="eve", state=RunState.STOPPED)
    assert set(names(store.listing.rows(ADA, which))) == expected


def test_the_command_lines_own_runs_are_those_without_an_owner(store, finished_run):
    install_shipped(store)
    finished_run(name="local"), finished_run(name="web", owner="ada")
    assert names(store.listing.rows(Visitor(None, is_admin=True), RunFilter(mine=True))) == ["local"]


def result(store, name, accuracy, loss):
    run_id = store.new_runs.create(DENSE, name, owner="ada")
    assert store.queue.claim(run_id, own_process())
    store.queue.finish(run_id, RunState.COMPLETED, outcome=Outcome(test_accuracy=accuracy, test_loss=loss))


def test_lists_are_sorted_with_those_that_have_no_value_last(store):
    for name, accuracy, loss in (("b", 0.9, 0.3), ("A", 0.8, 0.1), ("c", 0.95, 0.2)):
        result(store, name, accuracy, loss)
    store.new_runs.create(DENSE, "waits", owner="ada")
    assert names(store.listing.rows(ADA)) == ["waits", "c", "A", "b"]
    assert names(store.listing.rows(ADA, sort="accuracy")) == ["c", "b", "A", "waits"]
    assert names(store.listing.rows(ADA, sort="accuracy", descending=False)) == ["A", "b", "c", "waits"]
    assert names(store.listing.rows(ADA, sort="loss")) == ["A", "c", "b", "waits"]
    assert names(store.listing.rows(ADA, sort="name")) == ["A", "b", "c", "waits"]
    for sort in SORTS:
        assert len(store.listing.rows(ADA, sort=sort)) == 4


def test_a_run_that_can_not_be_read_hides_no_other_and_is_told_once(store, finished_run, capsys):
    odd = [finished_run(name="odd").id for _ in range(3)]
    finished_run(name="kept")
    with store.database.begin() as connection:
        for run_id, config in zip(odd, ("{", "[]", '{"model": {"layers": [{}]}}'), strict=True):
            connection.execute(update(runs).where(runs.c.id == run_id).values(config=config))
    assert names(store.listing.rows(ADA)) == names(store.listing.rows(ADA)) == ["kept"]
    told = capsys.readouterr().err
    assert [told.count(run_id) for run_id in odd] == [1, 1, 1]
