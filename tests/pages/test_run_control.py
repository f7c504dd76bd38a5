"""Whose run it is and what can be done with it, in every state."""

import dataclasses
import hashlib
import sqlite3
from collections.abc import Callable

import numpy as np
import pytest
from sqlalchemy import update
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from mnist_core.config import DataConfig, Dense, LogisticConfig, NetworkConfig, RunConfig, TrainConfig
from mnist_core.engine import close_shared_supervisor
from mnist_core.errors import StorageError
from mnist_core.gateway import VISITOR_COOKIE, Tries
from mnist_core.settings import get_settings
from mnist_core.store import RunError, RunRecord, RunState, Store, Visitor, shared_store
from mnist_core.store.tables import runs
from mnist_core.system.cards import CardUse
from mnist_core.system.processes import own_process
from pages._ui.train.notice import end_notice
from tests.pages.test_pages import words
from tests.pages.test_runs import tick

OpenPage = Callable[..., AppTest]
CONFIG = RunConfig(
    data=DataConfig(dataset="digits"),
    model=NetworkConfig(layers=(Dense(units=16),)),
    train=TrainConfig(epochs=3, batch_size=100),
)
OTHER = "somebody else"


def keys(app: AppTest) -> set[str]:
    """Return the buttons for the run itself; deleting is in a menu of its own."""
    shown = {button.key for button in app.button if button.key and button.key.startswith("run_")}
    return shown - {"run_delete"}


def bar(app: AppTest) -> str:
    text: str = app.get("progress")[0].proto.text
    return text


def everything(app: AppTest) -> str:
    return " ".join(
        str(element.value) for kind in (app.markdown, app.caption, app.error, app.warning) for element in kind
    )


@pytest.fixture(autouse=True)
def queue_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs in the queue stay there: these tests are about what is shown."""
    monkeypatch.setattr("mnist_core.engine.supervisor.Supervisor.start", lambda self: None)


@pytest.fixture
def mine(open_page: OpenPage, store: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[AppTest, str]]:
    """Return a function that records a run in a state and opens it as its owner: the page and the run's id."""

    def opened(
        state: RunState,
        config: RunConfig = CONFIG,
        *,
        step: int | None = None,
        error: RunError | None = None,
    ) -> tuple[AppTest, str]:
        app = open_page("train.py", run="new")
        monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {VISITOR_COOKIE: "my secret"}))
        owner = hashlib.sha256(b"my secret").hexdigest()[:32]
        run_id = record(store, owner, state, config, step=step, error=error)
        app.query_params["run"] = run_id
        app.run()
        assert not app.exception
        return app, run_id

    return opened


def record(
    store: Store,
    owner: str | None,
    state: RunState,
    config: RunConfig = CONFIG,
    *,
    step: int | None = None,
    error: RunError | None = None,
    shared: bool = True,
) -> str:
    run_id = store.new_runs.create(config, "A run", owner=owner, shared=shared)
    if state is RunState.QUEUED:
        return run_id
    assert store.queue.claim(run_id, own_process())
    store.queue.update_progress(run_id, steps_per_epoch=12, step=step or 0, phase="fit")
    if step is not None:
        np.savez(store.files(run_id).checkpoint, step=np.int64(step), memory=np.array("{}"))
    if state is RunState.PAUSED:
        store.queue.mark_paused(run_id)
    elif state is not RunState.RUNNING:
        store.queue.finish(run_id, state, error=error)
    return run_id


# states


def test_a_running_run_can_be_paused_and_stopped(mine: Callable[..., tuple[AppTest, str]], store: Store) -> None:
    app, run_id = mine(RunState.RUNNING)
    assert keys(app) == {"run_pause", "run_stop"}
    app.button(key="run_pause").click().run()
    assert store.runs.get(run_id).pause_requested
    assert app.button(key="run_pause").label == "Pausing …"
    assert app.button(key="run_pause").disabled


def test_a_running_run_tells_what_its_card_is_doing(
    mine: Callable[..., tuple[AppTest, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    use = CardUse(busy=0.63, used=2**30, memory=40 * 2**30)
    monkeypatch.setattr("mnist_core.engine.supervisor.Supervisor.card_use", lambda self, run_id: use)
    app, _ = mine(RunState.RUNNING)
    assert "card 63% busy, 1.0 of 40 GB taken" in everything(app)


def test_a_paused_run_says_where_it_goes_on(mine: Callable[..., tuple[AppTest, str]], store: Store) -> None:
    app, run_id = mine(RunState.PAUSED, step=18)
    assert bar(app) == "Paused. It will go on in epoch 2, after step 6."
    assert keys(app) == {"run_resume", "run_stop"}
    app.button(key="run_resume").click().run()
    assert store.runs.get(run_id).state is RunState.QUEUED


def test_an_interrupted_run_says_why_and_can_go_on(mine: Callable[..., tuple[AppTest, str]], store: Store) -> None:
    error = RunError(code="worker_killed", template="The process was ended.")
    app, run_id = mine(RunState.INTERRUPTED, step=24, error=error)
    assert app.error[0].value == "The process was ended."
    assert "It will go on after epoch 2." in everything(app)
    assert keys(app) == {"run_new", "run_resume"}
    app.button(key="run_resume").click().run()
    assert store.runs.get(run_id).state is RunState.QUEUED


def test_an_interrupted_run_without_a_checkpoint_begins_anew(mine: Callable[..., tuple[AppTest, str]]) -> None:
    app, _ = mine(RunState.INTERRUPTED, error=RunError(code="x", template="Gone."))
    assert "It will begin anew." in everything(app)


def test_a_baseline_is_not_paused_but_started_again(mine: Callable[..., tuple[AppTest, str]]) -> None:
    baseline = RunConfig(data=DataConfig(dataset="digits"), model=LogisticConfig(folds=2))
    app, _ = mine(RunState.RUNNING, baseline)
    assert keys(app) == {"run_stop"}
    app, _ = mine(RunState.INTERRUPTED, baseline, error=RunError(code="x", template="Gone."))
    assert app.button(key="run_resume").label == "Start again"


def test_a_waiting_run_tells_its_place_and_can_be_cancelled(
    mine: Callable[..., tuple[AppTest, str]], store: Store
) -> None:
    record(store, OTHER, RunState.RUNNING)
    record(store, OTHER, RunState.QUEUED)
    app, run_id = mine(RunState.QUEUED)
    assert bar(app).startswith("Next in the queue: it begins in about ")  # the other one has had a turn
    record(store, "a third one", RunState.QUEUED)
    assert app.button(key="run_stop").label == "Cancel"
    app.button(key="run_stop").click().run()
    assert store.runs.get(run_id).state is RunState.STOPPED


def test_a_run_behind_others_says_how_many(open_page: OpenPage, store: Store) -> None:
    for owner in ("a", "b"):
        record(store, owner, RunState.QUEUED)
    last = record(store, "c", RunState.QUEUED)
    app = open_page("train.py", run=last)
    assert bar(app).startswith("2 runs are before it in the queue. It begins in about ")


def test_a_run_whose_computer_was_lost_says_that_it_goes_on_elsewhere_and_from_where(
    mine: Callable[..., tuple[AppTest, str]], store: Store
) -> None:
    app, run_id = mine(RunState.PAUSED, step=18)
    store.queue.request_resume(run_id, Visitor(hashlib.sha256(b"my secret").hexdigest()[:32]))
    with store.database.begin() as connection:  # as `Queue.mark_interrupted` leaves it where several apps share a lab
        connection.execute(update(runs).where(runs.c.id == run_id).values(retries=1))
    app.run()
    lost, place = "What trained it was lost, so it goes on elsewhere.", "It will go on in epoch 2, after step 6."
    assert bar(app).startswith(f"{lost} {place} Next in the queue")


# training on


def test_training_on_asks_for_more_epochs(
    open_page: OpenPage, finished_run: Callable[..., RunRecord], store: Store
) -> None:
    done = finished_run(CONFIG)
    store.queue.update_progress(done.id)
    np.savez(store.files(done.id).checkpoint, step=np.int64(36), memory=np.array("{}"))
    app = open_page("train.py", run=done.id)
    app.number_input(key=f"more_epochs_{done.id}").set_value(4)
    app.button(key="run_continue").click().run()
    assert not app.exception
    new = store.runs.find()[0]
    assert (new.continues, new.config.train.epochs, new.state) == (done.id, 7, RunState.QUEUED)
    assert new.name == "A finished run, trained on"
    assert new.id in app.query_params["run"]
    assert store.runs.get(done.id) == done


def test_a_run_that_continues_another_names_it(
    open_page: OpenPage, finished_run: Callable[..., RunRecord], store: Store
) -> None:
    done = finished_run(CONFIG)
    np.savez(store.files(done.id).checkpoint, step=np.int64(36), memory=np.array("{}"))
    run_id = store.new_runs.create(CONFIG.with_settings({"epochs": 5}), "More", continues=done.id)
    app = open_page("train.py", run=run_id)
    links = [link.proto.label for link in app.get("page_link")]
    assert "Goes on from “A finished run”" in links
    store.bin.delete(done.id, Visitor(None, is_admin=True))
    app.run()
    assert not app.exception


# whose it is


@pytest.mark.parametrize(
    "state", [RunState.QUEUED, RunState.RUNNING, RunState.PAUSED, RunState.INTERRUPTED, RunState.COMPLETED]
)
def test_others_see_a_shared_run_but_no_control_of_it(open_page: OpenPage, store: Store, state: RunState) -> None:
    run_id = record(store, OTHER, state, step=12)
    app = open_page("train.py", run=run_id)
    assert keys(app) <= {"run_new"}
    assert "run_delete" not in {button.key for button in app.button}
    assert "by another visitor" in everything(app)


RUN_PAGES = ["evaluate.py", "explain.py", "robustness.py", "draw.py"]


@pytest.mark.parametrize("page", ["train.py", *RUN_PAGES])
def test_a_private_run_is_told_to_be_private(
    open_page: OpenPage, finished_run: Callable[..., RunRecord], store: Store, page: str
) -> None:
    done = finished_run(owner=OTHER, name="My secret")
    store.runs.set_shared(done.id, False, Visitor(OTHER))
    app = open_page(page, run=done.id)
    assert app.error[0].value.startswith("This run is private")
    assert "My secret" not in str(app.main)


@pytest.mark.parametrize("page", RUN_PAGES)
def test_the_address_of_a_run_that_is_gone_is_not_answered_by_another_in_silence(
    open_page: OpenPage, finished_run: Callable[..., RunRecord], page: str
) -> None:
    other = finished_run()
    app = open_page(page, run="20261121-000000-00000000")
    assert app.error[0].value.startswith("There is no run 20261121-000000-00000000.")
    assert app.selectbox[0].value == other.id


@pytest.mark.parametrize("page", RUN_PAGES)
def test_a_run_without_a_model_is_said_to_have_none(
    open_page: OpenPage, finished_run: Callable[..., RunRecord], store: Store, page: str
) -> None:
    finished_run()
    run_id = record(store, OTHER, RunState.RUNNING, step=12)
    app = open_page(page, run=run_id)
    assert not app.error
    assert "has no model yet" in app.info[0].value


def test_runs_that_share_name_figures_and_minute_can_be_told_apart(
    open_page: OpenPage, finished_run: Callable[..., RunRecord]
) -> None:
    for _ in range(3):
        finished_run(name="Twin")
    app = open_page("evaluate.py")
    assert len(set(app.selectbox[0].options)) == 3
    app.session_state["evaluate_view"] = "compare"
    app.run()
    other = next(box for box in app.selectbox if box.label == "Compare with")
    assert len(set(other.options)) == 2


def test_the_menu_renames_shares_keeps_and_deletes(mine: Callable[..., tuple[AppTest, str]], store: Store) -> None:
    app, run_id = mine(RunState.PAUSED, step=12)
    app.text_input(key=f"name_{run_id}").set_value("My best").run()
    assert store.runs.get(run_id).name == "My best"
    app.toggle(key=f"shared_{run_id}").set_value(False).run()
    app.toggle(key=f"pinned_{run_id}").set_value(True).run()
    assert (store.runs.get(run_id).shared, store.runs.get(run_id).pinned) == (False, True)
    app.button(key="run_delete").click().run()
    assert not store.runs.exists(run_id)
    assert not app.exception
    app.button(key="undo_delete").click().run()
    assert store.runs.get(run_id).name == "My best"


def test_a_page_that_is_open_takes_back_nothing_that_another_tab_changed(
    mine: Callable[..., tuple[AppTest, str]], store: Store
) -> None:
    app, run_id = mine(RunState.PAUSED, step=12)
    owner = Visitor(store.runs.get(run_id).owner)
    store.runs.set_shared(run_id, False, owner)
    store.runs.set_pinned(run_id, True, owner)
    store.runs.rename(run_id, "Another name", owner)
    app.run()
    record = store.runs.get(run_id)
    assert (record.shared, record.pinned, record.name) == (False, True, "Another name")
    assert app.toggle(key=f"shared_{run_id}_1").value is False
    assert app.toggle(key=f"pinned_{run_id}_1").value is True


def test_a_click_is_not_taken_back_by_what_was_on_its_way(
    mine: Callable[..., tuple[AppTest, str]], store: Store
) -> None:
    app, run_id = mine(RunState.PAUSED, step=12)
    for wanted in (False, True, False):
        app.toggle(key=f"shared_{run_id}").set_value(wanted).run()
        assert store.runs.get(run_id).shared is wanted
        app.run()
        # A page that sets it once more may reach the browser after the next click.
        assert app.toggle(key=f"shared_{run_id}").proto.set_value is False
        assert app.toggle(key=f"shared_{run_id}").value is wanted


def test_where_a_click_can_not_be_kept_the_switch_says_what_is(
    mine: Callable[..., tuple[AppTest, str]], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, run_id = mine(RunState.PAUSED, step=12)

    def full(*_: object) -> None:
        raise StorageError("The disk is full.")

    monkeypatch.setattr("mnist_core.store.runs.Runs.set_shared", full)
    app.run()
    app.toggle(key=f"shared_{run_id}").set_value(False).run()
    assert "The disk is full." in app.error[0].value
    assert app.toggle(key=f"shared_{run_id}_1").value is True


def test_an_empty_name_is_refused_in_words(mine: Callable[..., tuple[AppTest, str]], store: Store) -> None:
    app, run_id = mine(RunState.PAUSED, step=12)
    app.text_input(key=f"name_{run_id}").set_value("   ").run()
    assert "1 to 200 characters" in app.error[0].value
    assert store.runs.get(run_id).name == "A run"


# the admin


@pytest.fixture
def admin_page(open_page: OpenPage, store: Store, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("MNIST_LAB_ADMIN_TOKEN", "a long password")
    get_settings.cache_clear()
    return open_page("train.py", run=record(store, OTHER, RunState.RUNNING))


def test_without_a_password_in_the_settings_nobody_becomes_admin(open_page: OpenPage) -> None:
    app = open_page("train.py", run="new")
    assert not [field for field in app.text_input if field.key == "admin_token"]


def test_the_password_takes_no_sidebar_and_an_admin_is_told_what_an_admin_may_do(
    open_page: OpenPage, store: Store, finished_run: Callable[..., RunRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_LAB_ADMIN_TOKEN", "a long password")
    get_settings.cache_clear()
    theirs = [finished_run(owner=OTHER, name=name) for name in ("One", "Two")]
    app = open_page("runs.py")
    assert not app.sidebar.children
    app.text_input(key="admin_token").set_value("a long password").run()
    assert not app.sidebar.children
    tick(app, "One", "Two")
    assert app.button(key="runs_delete").label == f"Delete {len(theirs)}"
    assert "stay as they are" not in everything(app)


def test_a_wrong_password_changes_nothing(admin_page: AppTest) -> None:
    admin_page.text_input(key="admin_token").set_value("a long passwort").run()
    assert "not the admin's password" in everything(admin_page)
    assert keys(admin_page) == set()


def test_guesses_at_the_password_are_slowed_down_also_in_new_tabs(
    admin_page: AppTest, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages._ui.shell.visitor._tries", Tries())
    admin_page.text_input(key="admin_token").set_value("wrong 0").run()
    for _ in range(9):
        admin_page.run()  # the page runs again: no further guess
    assert "too many guesses" not in everything(admin_page)
    for number in range(1, 5):
        page = open_page("train.py", run="new")
        page.text_input(key="admin_token").set_value(f"wrong {number}").run()
    assert "There were too many guesses" in everything(page)
    page = open_page("train.py", run="new")
    page.text_input(key="admin_token").set_value("a long password").run()
    assert "not the admin's password" in everything(page)


def test_an_admin_may_stop_the_runs_of_others_until_they_leave(admin_page: AppTest, store: Store) -> None:
    admin_page.text_input(key="admin_token").set_value("a long password").run()
    assert keys(admin_page) == {"run_pause", "run_stop"}
    admin_page.button(key="run_stop").click().run()
    assert store.runs.find()[0].stop_requested
    admin_page.button(key="admin_leave").click().run()
    assert keys(admin_page) == set()


# before it starts


def test_time_and_memory_are_told_before_the_start(open_page: OpenPage) -> None:
    app = open_page("train.py", run="new")
    line = next(caption.value for caption in app.caption if "an epoch)" in caption.value)
    assert "About " in line
    assert "GB of memory" in line


def test_a_network_over_a_limit_is_refused_before_the_start(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_LAB_MAX_PARAMETERS", "1000")
    get_settings.cache_clear()
    close_shared_supervisor()
    app = open_page("train.py", run="new")
    assert "407,050 parameters; at most 1,000 are possible" in app.error[0].value
    assert app.button(key="train_start").disabled


def test_the_form_knows_the_limits(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_LAB_MAX_EPOCHS", "7")
    get_settings.cache_clear()
    app = open_page("train.py", run="new")
    app.number_input(key="form_epochs").set_value(8).run()
    assert "A whole number from 1 to 7, please." in words(app)
    assert app.button(key="train_start").disabled


def test_who_has_enough_waiting_is_told_and_nothing_is_lost(
    mine: Callable[..., tuple[AppTest, str]], store: Store
) -> None:
    app, _ = mine(RunState.PAUSED, step=12)
    owner = store.runs.find()[0].owner
    for _ in range(2):
        record(store, owner, RunState.QUEUED)
    app.query_params["run"] = "new"
    app.run()
    app.button(key="train_start").click().run()
    assert "already have 2 runs waiting" in app.error[0].value
    assert len(store.runs.find()) == 3


def test_both_precisions_are_compared_on_this_computer(open_page: OpenPage) -> None:
    app = open_page("train.py", run="new")
    assert any("with normal and about" in caption.value for caption in app.caption)


def test_runs_that_will_be_cleaned_away_are_named(
    mine: Callable[..., tuple[AppTest, str]], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, _ = mine(RunState.STOPPED)
    run = store.runs.find()[0]
    (store.files(run.id).folder / "model.keras").write_bytes(b"x" * 2_000_000)
    with sqlite3.connect(store.settings.database_path) as connection:
        connection.execute("UPDATE runs SET bytes = 2000000")
    monkeypatch.setenv("MNIST_LAB_TOTAL_DISK_MB", "2")
    get_settings.cache_clear()
    close_shared_supervisor()
    shared_store.cache_clear()
    app.query_params["run"] = "new"
    app.run()
    assert "will be deleted to make room: A run" in app.warning[0].value


def test_what_was_typed_just_before_the_click_on_start_counts(open_page: OpenPage, store: Store) -> None:
    app = open_page("train.py", run="new")
    app.number_input(key="form_seed").set_value(7)
    app.button(key="train_start").click().run()  # the browser sends both at once
    assert store.runs.find()[0].config.train.seed == 7


def test_a_part_of_a_page_about_a_run_that_became_private_shows_no_more_of_it(
    store: Store, finished_run: Callable[..., RunRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {}))
    run = finished_run(owner="ada")

    def script(run_id: str) -> None:
        import streamlit as st

        from pages._ui.shell import access

        @access.fragment
        def view(run_id: str) -> None:
            st.markdown(f"what is known of {run_id}")

        view(run_id)

    app = AppTest.from_function(script, args=(run.id,)).run()
    assert app.markdown[0].value == f"what is known of {run.id}"
    store.runs.set_shared(run.id, False, Visitor("ada"))
    app.run()
    assert not app.markdown
    assert app.error[0].value == "This run is private: only the visitor who trained it can look at it."


def test_the_end_of_a_run_can_be_told_while_it_is_under_way_and_not_of_one_that_was_over(
    open_page, store, finished_run
):
    over = finished_run()
    under_way = store.new_runs.create(over.config, "A run of *mine*", owner=None)

    def notices(run_id):
        app = open_page("train.py", run=run_id)
        assert not app.exception
        return [part for part in app.get("bidi_component") if "Tell me when it is over" in str(part.proto)]

    (notice,) = notices(under_way)
    assert "Ended: A run of *mine*" in str(notice.proto)  # a title is no Markdown
    assert notices(over.id) == []


def test_a_tab_in_the_background_is_told_how_far_a_run_is_and_how_good_it_became(
    open_page, store, finished_run, monkeypatch
):
    given = {}
    monkeypatch.setattr("pages._ui.train.notice.st.components.v2.component", lambda *_, **__: given.update)
    over = finished_run()

    def notice(run, **changes):
        given.clear()
        end_notice(dataclasses.replace(run, **changes), [], "How it stands.")
        return given["data"]

    waits = notice(over, state=RunState.QUEUED)
    assert (waits["over"], waits["share"], waits["short"]) == (False, None, None)
    steps = over.config.train.epochs * 100
    trains = notice(over, state=RunState.RUNNING, step=round(0.42 * steps), steps_per_epoch=100)
    assert (trains["over"], trains["share"], trains["short"]) == (False, "42%", None)
    accuracy = over.outcome.test_accuracy
    done = notice(over)
    assert (done["over"], done["short"]) == (True, f"✓ {accuracy:.1%} · {over.name}")
    assert done["title"] == f"Finished: {over.name}"
    failed = notice(over, state=RunState.FAILED)
    assert (failed["short"], failed["title"]) == (None, f"Ended: {over.name}")
    assert notice(over, state=RunState.PAUSED, step=5)["share"] is None, "it goes no further"
    assert set(done["whyNot"]) == {"denied", "framed", "insecure", "missing", "unanswered"}
    assert "title of this tab tells" not in done["whyNot"]["framed"]
