"""The page of studies, and how one begins from the form."""

import json
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from mnist_core.config.study import Parameter, Question
from mnist_core.config.study.quick import more_data, rate_test, repetition, search, three_rates, trying
from mnist_core.evaluation.rate import RateFinding
from mnist_core.gateway import VISITOR_COOKIE
from mnist_core.settings import get_settings
from mnist_core.store import RunRecord, Store, StudyRecord, StudyState, TrialState, Visitor
from mnist_core.tensorboard.boards import Boards
from pages._ui.studies.figures import views_of
from tests.study_rows import BASE, put_study

OpenPage = Callable[..., AppTest]
FinishedRun = Callable[..., RunRecord]
SECRET, ADA = "a cookie", "acd33f2619a89184005437a47415ec20"  # who has that cookie
DONE, PRUNED, FAILED = TrialState.COMPLETED, TrialState.PRUNED, TrialState.FAILED
RATES = three_rates(BASE)
RATE_ROWS = [({"learning_rate": rate}, DONE, value) for rate, value in ((0.0001, 0.8), (0.001, 0.95), (0.01, 0.9))]


@pytest.fixture(autouse=True)
def queue_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs in the queue stay there: these tests are about what is shown."""
    monkeypatch.setattr("mnist_core.engine.supervisor.Supervisor.start", lambda self: None)
    monkeypatch.setattr("mnist_core.studies.driver.StudyDriver.start", lambda self: None)


@pytest.fixture
def ada(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> OpenPage:
    """Return a function that opens a page as Ada."""
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {VISITOR_COOKIE: SECRET}))
    return open_page


def shown(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.error, app.info, app.header, app.metric)
    return " ".join(str(element.value) for kind in kinds for element in kind)


def buttons(app: AppTest) -> set[str]:
    return {button.key for button in app.button if button.key}


def links(app: AppTest) -> list[str]:
    """Return where the page's links lead: the page, and what its address asks for."""
    return [f"{link.proto.page}?{link.proto.query_string}" for link in app.get("page_link")]


def figure(app: AppTest) -> dict[str, Any]:
    """Return the figure that is shown."""
    for element in app.get("bidi_component"):
        data = element.proto.bytes
        if data and b'"figure"' in data:
            return json.loads(data)
    raise AssertionError("there is no figure")


class TestList:
    def test_without_any_study_it_says_what_one_is_and_leads_to_train(self, open_page: OpenPage) -> None:
        app = open_page("studies.py")
        assert "A study is a group of runs that answer a question together" in shown(app)
        assert any("train" in link for link in links(app))

    def test_lists_own_and_shared_studies_newest_first(self, ada: OpenPage, store: Store) -> None:
        first = put_study(store, RATES, RATE_ROWS, name="First", owner=ADA)
        put_study(store, RATES, name="Private", owner="eve", shared=False)
        put_study(store, repetition(BASE), name="*Theirs* [x](y)", owner="eve", state=StudyState.RUNNING)
        app = ada("studies.py")
        words = shown(app)
        assert "2 studies" in words
        assert "Private" not in words
        assert "3 of 3 trials done · best: validation accuracy 95.00%" in words
        assert "0 of 5 trials done" in words
        assert "How much is luck? 5 seeds" in words
        assert any(first in link for link in links(app))

    def test_is_korean_for_who_reads_korean(self, open_page: OpenPage, store: Store) -> None:
        put_study(store, RATES, RATE_ROWS)
        assert not open_page("studies.py", lang="ko").error


class TestStudy:
    def test_shows_question_progress_and_the_best_honestly(
        self, ada: OpenPage, store: Store, finished_run: FinishedRun
    ) -> None:
        run = finished_run(BASE, owner=ADA)
        study = put_study(store, RATES, RATE_ROWS, owner=ADA, runs=["gone", run.id])
        app = ada("studies.py", study=study)
        words = shown(app)
        assert "Which value works best? Learning rate: 0.0001, 0.001, 0.01" in words
        assert "95.00%" in words
        assert "The best of 3 looks better than it is" in words
        assert "Trials are ranked by the validation set alone" in words
        assert "The test set is asked once" in words
        assert f"{run.outcome.test_accuracy:.2%}" in words
        assert list(app.dataframe[0].value["of_learning_rate"]) == [0.0001, 0.001, 0.01]
        assert not app.error

    @pytest.mark.parametrize(
        ("question", "rows"),
        [
            (RATES, RATE_ROWS),
            (
                trying(BASE, [Parameter(name="units", values=(8, 16)), Parameter(name="activation", values=("relu",))]),
                [({"units": 8, "activation": "relu"}, DONE, 0.9), ({"units": 16, "activation": "relu"}, FAILED, None)],
            ),
            (
                search(BASE, ["learning_rate", "units", "optimizer"], 25, pruner="median"),
                [
                    ({"learning_rate": 10 ** -(k % 5 + 1), "units": 8 + k, "optimizer": "adam"}, state, 0.5 + k / 60)
                    for k, state in enumerate([DONE, PRUNED] * 11)
                ],
            ),
            (repetition(BASE), [({"seed": k}, DONE, 0.9 + k / 100) for k in range(5)]),
            (more_data(BASE), [({"train_size": 100 * 3**k, "seed": 0}, DONE, 0.5 + k / 10) for k in range(3)]),
        ],
        ids=["try", "try two", "search", "repeat", "sizes"],
    )
    def test_each_view_of_each_kind_is_drawn(
        self, ada: OpenPage, store: Store, question: Question, rows: Sequence[Any]
    ) -> None:
        study = put_study(store, question, rows, owner=ADA)
        app = ada("studies.py", study=study)
        for view in views_of(question):
            app.segmented_control(key=f"study_view_{study}").set_value(view).run()
            assert not app.exception
            assert not [error.value for error in app.error if "There is no run" not in error.value]
            if view == "importance":
                assert "Too few trials to say which setting mattered" in shown(app)
            else:
                assert figure(app)["alt"]

    def test_its_script_is_offered_or_the_reason_why_there_is_none(self, ada: OpenPage, store: Store) -> None:
        app = ada("studies.py", study=put_study(store, repetition(BASE), [({"seed": 0}, DONE, 0.9)], owner=ADA))
        assert [button.label for button in app.get("download_button") if "script" in button.label]
        odd = trying(BASE, [Parameter(name="loss", values=("categorical_crossentropy",))])
        app = ada(
            "studies.py", study=put_study(store, odd, [({"loss": "categorical_crossentropy"}, DONE, 0.9)], owner=ADA)
        )
        assert not [button.label for button in app.get("download_button") if "script" in button.label]

    def test_a_repetition_says_mean_and_spread(self, ada: OpenPage, store: Store) -> None:
        rows = [({"seed": k}, DONE, value) for k, value in enumerate((0.96, 0.97, 0.98))]
        app = ada("studies.py", study=put_study(store, repetition(BASE), rows, owner=ADA))
        assert "97.00% ± 1.00% (3 runs" in shown(app)

    def test_a_rate_test_puts_its_rate_into_the_form(
        self, ada: OpenPage, store: Store, finished_run: FinishedRun, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rates, losses = (1e-6, 1e-3, 1e-2, 1.0), (2.3, 1.0, 0.5, 4.0)
        found = RateFinding(rates, losses, losses, moves=1e-4, best=1e-2, diverges=0.5, suggested=0.0025)
        monkeypatch.setattr("pages._ui.studies.rate.find_rate", lambda points, steps: found)
        run = finished_run(BASE, owner=ADA)
        study = put_study(store, rate_test(BASE, "first-network"), [({}, DONE, 0.1)], owner=ADA, runs=[run.id])
        app = ada("studies.py", study=study)
        assert "Learning rates below 0.0001 are too small" in shown(app)
        assert figure(app)["alt"]
        app.button(key="study_use_rate").click().run()
        assert not app.exception
        assert app.session_state["draft"]["train"] == BASE.model_dump(mode="json")["train"] | {"learning_rate": 0.0025}
        assert app.session_state["draft"]["data"] == BASE.model_dump(mode="json")["data"]

    def test_tensorboard_with_all_its_runs_is_opened_within_the_page(
        self, ada: OpenPage, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened = []

        def open_study(_: Boards, study: StudyRecord, visitor: Visitor) -> SimpleNamespace:
            opened.append((study.id, visitor.id))
            return SimpleNamespace(token="token")

        monkeypatch.setattr(Boards, "open_study", open_study)
        study = put_study(store, RATES, RATE_ROWS, name="*Rates*", owner="eve")
        app = ada("studies.py", study=study)
        assert f"python -m mnist_core tensorboard --study {study}" in [code.value for code in app.code]
        app.button(key=f"open_tensorboard_{study}").click().run()
        assert opened == [(study, ADA)]
        framed = [json.loads(element.proto.json) for element in app.get("bidi_component") if element.proto.json]
        assert {"url": "lab/tensorboard/token/", "title": "TensorBoard of “*Rates*”"}.items() <= framed[0].items()

    def test_where_no_tensorboard_may_be_open_only_the_command_is_told(
        self, ada: OpenPage, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Boards, "most", 0)
        study = put_study(store, RATES, RATE_ROWS, owner=ADA)
        assert f"open_tensorboard_{study}" not in buttons(ada("studies.py", study=study))

    def test_a_study_without_an_ended_run_says_when_tensorboard_shows_it(self, ada: OpenPage, store: Store) -> None:
        study = put_study(store, RATES, owner=ADA, state=StudyState.RUNNING)
        app = ada("studies.py", study=study)
        app.button(key=f"open_tensorboard_{study}").click().run()
        assert "No run of this study has ended yet." in app.error[0].value

    def test_somebody_elses_study_can_be_looked_at_and_not_changed(self, ada: OpenPage, store: Store) -> None:
        app = ada("studies.py", study=put_study(store, RATES, owner="eve", state=StudyState.RUNNING))
        assert not buttons(app) & {"study_pause", "study_stop", "study_delete", "study_resume"}
        assert not app.error

    @pytest.mark.parametrize("study", ["20200101-000000-00000000", "../../etc/passwd", "<script>"])
    def test_a_link_to_no_study_is_answered_in_words(self, open_page: OpenPage, study: str) -> None:
        assert "There is no study with this id." in open_page("studies.py", study=study).error[0].value

    def test_a_private_study_is_its_owners_alone(self, ada: OpenPage, store: Store) -> None:
        app = ada("studies.py", study=put_study(store, RATES, RATE_ROWS, owner="eve", shared=False, name="Hidden"))
        assert "This study is private" in app.error[0].value
        assert "Hidden" not in shown(app)


class TestOwner:
    def test_pauses_resumes_and_stops(self, ada: OpenPage, store: Store) -> None:
        study = put_study(store, RATES, RATE_ROWS[:1], owner=ADA, state=StudyState.RUNNING)
        app = ada("studies.py", study=study)
        for button, state in (
            ("pause", StudyState.PAUSED),
            ("resume", StudyState.RUNNING),
            ("stop", StudyState.STOPPED),
            ("resume", StudyState.RUNNING),
        ):
            app.button(key=f"study_{button}").click().run()
            assert store.studies.get(study).state is state

    def test_asks_for_more_trials_within_the_limit(
        self, ada: OpenPage, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MNIST_LAB_MAX_TRIALS", "20")
        get_settings.cache_clear()
        study = put_study(store, repetition(BASE), [({"seed": 0}, DONE, 0.9)], owner=ADA)
        app = ada("studies.py", study=study)
        app.button(key="study_more").click().run()
        assert (store.studies.get(study).trials, store.studies.get(study).state) == (15, StudyState.RUNNING)
        app.button(key="study_stop").click().run()
        app.button(key="study_more").click().run()
        assert "A study has at most 20 trials here" in app.error[0].value
        assert (store.studies.get(study).trials, store.studies.get(study).state) == (15, StudyState.STOPPED)

    def test_renames_stars_and_makes_private(self, ada: OpenPage, store: Store) -> None:
        study = put_study(store, RATES, RATE_ROWS, owner=ADA)
        app = ada("studies.py", study=study)
        app.text_input(key=f"study_name_{study}").set_value("Rates of today").run()
        app.toggle(key=f"study_pinned_{study}").set_value(True).run()
        app.toggle(key=f"study_shared_{study}").set_value(False).run()
        record = store.studies.get(study)
        assert (record.name, record.pinned, record.shared) == ("Rates of today", True, False)

    def test_a_page_that_is_open_changes_nothing_back(self, ada: OpenPage, store: Store) -> None:
        study = put_study(store, repetition(BASE), [({"seed": 0}, DONE, 0.9)], owner=ADA)
        app = ada("studies.py", study=study)
        store.studies.set_shared(study, False, Visitor(ADA))  # in another tab
        store.studies.set_pinned(study, True, Visitor(ADA))
        store.studies.rename(study, "Another name", Visitor(ADA))
        app.run()
        record = store.studies.get(study)
        assert (record.shared, record.pinned, record.name) == (False, True, "Another name")
        assert app.toggle(key=f"study_shared_{study}_1").value is False
        assert app.toggle(key=f"study_pinned_{study}_1").value is True

    def test_deletes_and_brings_back(self, ada: OpenPage, store: Store) -> None:
        study = put_study(store, RATES, RATE_ROWS, owner=ADA)
        app = ada("studies.py", study=study)
        app.button(key="study_delete").click().run()
        assert "is deleted. You can bring it back for ten minutes." in shown(app)
        assert store.studies.find() == []
        app.button(key="undo_study").click().run()
        assert store.studies.get(study).name == "A study"
        assert "Which value works best?" in shown(app)

    def test_repeats_the_best_with_other_seeds_once(
        self, ada: OpenPage, store: Store, finished_run: FinishedRun
    ) -> None:
        run = finished_run(BASE, owner=ADA)
        study = put_study(store, RATES, RATE_ROWS, owner=ADA, runs=["gone", run.id])
        app = ada("studies.py", study=study)
        app.button(key="study_repeat").click().run()
        (repeated,) = store.studies.find(repeats=study)
        assert (repeated.question.kind, repeated.question.trials, repeated.question.base.train.seed) == ("repeat", 5, 1)
        store.trials.begin(repeated.id, 0, {"seed": 1}, "a-run", cached=False)
        store.trials.end(repeated.id, 0, DONE, 0.9321)
        app = ada("studies.py", study=study)
        assert "93.21%" in shown(app)
        assert "study_repeat" not in buttons(app)


class TestFromTheForm:
    @pytest.fixture
    def form(self, ada: OpenPage) -> AppTest:
        app = ada("train.py", run="new")
        return app.button(key="several").click().run()

    def test_three_learning_rates_begin_in_three_clicks(self, form: AppTest, store: Store) -> None:
        assert "Which value works best? Learning rate: 0.0001, 0.001, 0.01" in shown(form)
        assert "3 runs · about" in shown(form)
        form.button(key="several_begin").click().run()
        assert not form.exception
        (study,) = store.studies.find(owner=ADA)
        assert study.question.over[0].values == (0.0001, 0.001, 0.01)
        assert study.name == "First network · Learning rate"

    @pytest.mark.parametrize(
        ("way", "kind", "words"),
        [
            ("batches", "try", "Batch size: "),
            ("repeat", "repeat", "5 seeds"),
            ("sizes", "sizes", "3 seeds each"),
            ("search", "search", "30 trials by TPE"),
            ("values", "try", "Which value works best?"),
            ("rate", "rate", "Which learning rate is right?"),
        ],
    )
    def test_each_way_says_what_it_asks_and_begins(
        self, form: AppTest, store: Store, way: str, kind: str, words: str
    ) -> None:
        form.radio(key="several_way").set_value(way).run()
        assert words in shown(form)
        form.button(key="several_begin").click().run()
        assert not form.exception
        assert [study.question.kind for study in store.studies.find(owner=ADA)] == [kind]

    def test_values_are_what_was_typed(self, form: AppTest, store: Store) -> None:
        form.radio(key="several_way").set_value("values").run()
        form.text_input(key="several_values_learning_rate").set_value("0.5, abc").run()
        assert form.error
        assert form.button(key="several_begin").disabled
        form.text_input(key="several_values_learning_rate").set_value("0.002, 0.02").run()
        form.button(key="several_begin").click().run()
        (study,) = store.studies.find(owner=ADA)
        assert study.question.over[0].values == (0.002, 0.02)

    def test_more_trials_than_allowed_are_refused_in_words(
        self, ada: OpenPage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MNIST_LAB_MAX_TRIALS", "2")
        get_settings.cache_clear()
        app = ada("train.py", run="new")
        app.button(key="several").click().run()
        assert "A study has at most 2 trials here" in app.error[0].value
        assert app.button(key="several_begin").disabled

    def test_the_baseline_has_no_learning_rate_to_find(self, ada: OpenPage) -> None:
        app = ada("train.py", run="new")
        app.selectbox(key="recipe_choice").set_value("logistic-sgd").run()
        app.button(key="several").click().run()
        assert not {"rates", "rate", "batches"} & set(app.radio(key="several_way").options)
        assert not app.error
