"""How studies move on, step by step: runs are played, so that each step is seen. The real queue is in tests/faults."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from mnist_core.config import DataConfig, Dense, NetworkConfig, RunConfig, TrainConfig
from mnist_core.config.study import Parameter, Question, applied
from mnist_core.errors import LimitError
from mnist_core.store import MetricPoint, Outcome, RunError, RunState, Store, StudyState, TrialState, Visitor
from mnist_core.studies import StudyDriver, begin, plan
from mnist_core.studies.optuna_storage import open_storage
from mnist_core.system.processes import own_process

ADA, BOB = Visitor("ada"), Visitor("bob")
BASE = RunConfig(
    data=DataConfig(dataset="digits"),
    model=NetworkConfig(layers=(Dense(units=8),)),
    train=TrainConfig(epochs=4, batch_size=100),
)
RATES = Question(kind="try", base=BASE, over=(Parameter(name="learning_rate", values=(0.1, 0.01, 0.001)),), trials=3)
SEARCH = Question(
    kind="search",
    base=BASE,
    over=(
        Parameter(name="learning_rate", low=1e-4, high=1e-1, log=True),
        Parameter(name="layers", low=0, high=2, whole=True),
        Parameter(name="units", low=8, high=64, log=True, whole=True),
    ),
    trials=6,
    sampler="random",
)


class PlayedQueue:
    """A supervisor whose runs nobody trains: the test plays them."""

    leads = True

    def __init__(self, store: Store, slots: int = 1) -> None:
        self.store, self.slots, self.refuses = store, slots, False

    def submit(self, config: RunConfig, name: str, *, visitor: Visitor, **more: Any) -> str:
        if self.refuses:
            raise LimitError("The disk is full.")
        return self.store.new_runs.create(config, name, owner=visitor.id, address=visitor.address, **more)

    def take_start(self, visitor: Visitor) -> None:
        """Let everybody start as often as they like."""

    def stop(self, run_id: str, visitor: Visitor) -> None:
        self.store.queue.request_stop(run_id, visitor)


class Stage:
    """A study of one visitor, moved on by hand."""

    def __init__(self, store: Store, slots: int = 1) -> None:
        self.store, self.queue = store, PlayedQueue(store, slots)
        self.driver = StudyDriver(store, self.queue)  # type: ignore[arg-type]

    def begin(self, question: Question, visitor: Visitor = ADA) -> str:
        study_id = begin(question, "a study", visitor=visitor, store=self.store, supervisor=self.queue)  # type: ignore[arg-type]
        self.driver.look()
        return study_id

    def again(self) -> None:
        """Let another app take over, which knows nothing but the record."""
        self.driver = StudyDriver(self.store, self.queue)  # type: ignore[arg-type]

    def play(self, run_id: str, accuracies: Sequence[float], state: RunState | None = RunState.COMPLETED) -> None:
        """Train a run so far, and end it unless `state` is None."""
        if self.store.runs.get(run_id).state is RunState.QUEUED:
            assert self.store.queue.claim(run_id, own_process())
        known = len(self.store.metrics.points(run_id, "epoch"))
        points = [
            MetricPoint(kind="epoch", step=10 * epoch, epoch=epoch, seconds=epoch, values={"val_accuracy": accuracy})
            for epoch, accuracy in enumerate(accuracies, start=1)
        ]
        beyond = MetricPoint(kind="batch", step=10 * len(points) + 1, epoch=len(points) + 1, seconds=99, values={})
        self.store.metrics.add(run_id, [*points[known:], *([beyond] if state is None else [])])
        if state is not None:
            outcome = (
                Outcome(val_accuracy=accuracies[-1], test_accuracy=accuracies[-1] - 0.01) if accuracies else Outcome()
            )
            self.store.queue.finish(run_id, state, outcome=outcome)

    def training(self, study_id: str) -> list[str]:
        return [
            trial.run_id for trial in self.store.trials.of(study_id) if not trial.state.is_finished and trial.run_id
        ]

    def play_all(self, study_id: str, accuracies: Sequence[float] = (0.5, 0.6, 0.7, 0.8)) -> None:
        for _ in range(50):
            for run_id in self.training(study_id):
                self.play(run_id, accuracies)
            self.driver.look()
            if self.store.studies.get(study_id).state.is_finished:
                return
        raise AssertionError("the study does not end")


@pytest.fixture(params=["file"])
def kind_of_home(request: pytest.FixtureRequest) -> str:
    """Say where records are: in a file, or with ``server`` in PostgreSQL."""
    if request.param == "server":
        request.getfixturevalue("postgres")
    return str(request.param)


@pytest.fixture
def stage(kind_of_home: str, store: Store) -> Stage:
    return Stage(store)


def values_of(stage: Stage, study_id: str) -> list[dict[str, Any]]:
    return [dict(trial.values) for trial in stage.store.trials.of(study_id)]


def test_all_values_are_tried_one_after_the_other_and_the_study_ends(stage: Stage) -> None:
    study_id = stage.begin(RATES)
    assert len(stage.training(study_id)) == 1, "one at a time, where one slot is"
    first = stage.store.runs.get(stage.training(study_id)[0])
    assert (first.study, first.owner, first.config.train.learning_rate) == (study_id, "ada", 0.1)
    assert first.config.data.validation_split == 0.2
    stage.play_all(study_id)
    assert values_of(stage, study_id) == [{"learning_rate": rate} for rate in (0.1, 0.01, 0.001)]
    assert {trial.value for trial in stage.store.trials.of(study_id)} == {0.8}, "measured by the validation set"
    assert stage.store.studies.get(study_id).state is StudyState.COMPLETED


def test_a_repetition_takes_seeds_and_is_measured_by_the_test_set(stage: Stage) -> None:
    study_id = stage.begin(Question(kind="repeat", base=BASE.with_settings({"seed": 7}), trials=3))
    stage.play_all(study_id)
    trials = stage.store.trials.of(study_id)
    assert [trial.values for trial in trials] == [{"seed": 7}, {"seed": 8}, {"seed": 9}]
    assert [trial.value for trial in trials] == pytest.approx([0.79] * 3)
    stage.store.studies.add_trials(study_id, 2, ADA, 200)
    stage.driver.look()
    stage.play_all(study_id)
    assert [trial.values["seed"] for trial in stage.store.trials.of(study_id)] == [7, 8, 9, 10, 11]


def test_a_search_asks_for_units_of_each_layer_that_is_there(stage: Stage) -> None:
    study_id = stage.begin(SEARCH)
    stage.play_all(study_id)
    for values in values_of(stage, study_id):
        assert set(values) == {"learning_rate", "layers", *(f"units_{n + 1}" for n in range(values["layers"]))}
    runs = [stage.store.runs.get(trial.run_id or "") for trial in stage.store.trials.of(study_id)]
    assert len({run.fingerprint for run in runs}) == 6


def test_the_same_seed_searches_in_the_same_places(store: Store) -> None:
    found = []
    for owner in (ADA, BOB):
        stage = Stage(store)
        question = SEARCH.model_copy(update={"seed": 5})
        study_id = stage.begin(question, owner)
        stage.play_all(study_id)
        found.append(values_of(stage, study_id))
    assert found[0] == found[1]


def test_what_was_trained_before_is_not_trained_again(stage: Stage) -> None:
    earlier = stage.store.new_runs.create(
        BASE.with_settings({"learning_rate": 0.01}), "earlier", owner="bob", shared=True
    )
    stage.play(earlier, [0.1, 0.2, 0.3, 0.9])
    stage.play(
        stage.store.new_runs.create(BASE.with_settings({"learning_rate": 0.1}), "x", owner="bob", shared=False), [0.9]
    )
    study_id = stage.begin(RATES)
    stage.play_all(study_id)
    trials = stage.store.trials.of(study_id)
    assert [trial.cached for trial in trials] == [False, True, False], "a private run of another visitor is none"
    assert (trials[1].run_id, trials[1].value) == (earlier, 0.9)
    assert trials[1].history == [0.1, 0.2, 0.3, 0.9]


def test_where_slots_are_idle_it_is_as_wide_as_they_are_and_one_at_a_time_where_others_wait(store: Store) -> None:
    stage = Stage(store, slots=3)
    study_id = stage.begin(RATES)
    assert len(stage.training(study_id)) == 3
    stage = Stage(store, slots=8)
    store.new_runs.create(BASE.with_settings({"units": 9} if False else {"epochs": 3}), "Bob's", owner="bob")
    more = stage.begin(SEARCH, BOB)
    assert len(stage.training(more)) == 1, "Ada's trials wait"


def test_of_one_visitor_one_study_goes_after_the_other(stage: Stage) -> None:
    first, second = stage.begin(RATES), stage.begin(SEARCH)
    stage.driver.look()
    assert (len(stage.training(first)), len(stage.training(second))) == (1, 0)
    stage.play_all(first)
    stage.driver.look()
    assert len(stage.training(second)) == 1


def test_what_falls_behind_is_ended_and_its_curve_is_kept(stage: Stage) -> None:
    study_id = stage.begin(SEARCH.model_copy(update={"pruner": "median", "trials": 12}))
    for _ in range(8):
        (run_id,) = stage.training(study_id)
        stage.play(run_id, (0.5, 0.6, 0.7, 0.8))
        stage.driver.look()
    (run_id,) = stage.training(study_id)
    stage.play(run_id, (0.1, 0.1, 0.1), None)
    stage.driver.look()
    trial = stage.store.trials.of(study_id)[8]
    assert (trial.state, trial.history) == (TrialState.PRUNED, [0.1, 0.1, 0.1])
    assert trial.value == 0.1
    assert stage.store.runs.get(run_id).stop_requested
    # It leads to nothing else, however the run itself ends.
    stage.store.queue.finish(run_id, RunState.STOPPED, outcome=Outcome(val_accuracy=0.9))
    stage.driver.look()
    assert stage.store.trials.of(study_id)[8].state is TrialState.PRUNED


def test_what_failed_is_told_and_tried_once_more(stage: Stage) -> None:
    study_id = stage.begin(RATES)
    for attempt in range(2):
        (run_id,) = stage.training(study_id)
        assert stage.store.queue.claim(run_id, own_process())
        error = RunError(code="process_gone", template="The worker is gone.")
        stage.store.queue.finish(run_id, RunState.INTERRUPTED, error=error)
        stage.driver.look()
        trial = stage.store.trials.of(study_id)[attempt]
        assert (trial.state, str(trial.error), trial.values) == (
            TrialState.FAILED, "The worker is gone.", {"learning_rate": 0.1},
        )  # fmt: skip
    stage.play_all(study_id)
    assert [values["learning_rate"] for values in values_of(stage, study_id)] == [0.1, 0.1, 0.01, 0.001]
    assert stage.store.studies.get(study_id).state is StudyState.COMPLETED


def test_where_nothing_succeeds_the_study_fails_with_the_reason(stage: Stage) -> None:
    study_id = stage.begin(RATES)
    for _ in range(6):
        for run_id in stage.training(study_id):
            stage.play(run_id, [], RunState.FAILED)
        stage.driver.look()
    record = stage.store.studies.get(study_id)
    assert record.state is StudyState.FAILED
    assert record.error


def test_a_run_that_somebody_stops_or_deletes_is_no_value(stage: Stage) -> None:
    study_id = stage.begin(RATES)
    (run_id,) = stage.training(study_id)
    stage.play(run_id, [0.9], RunState.STOPPED)
    stage.driver.look()
    (run_id,) = stage.training(study_id)
    stage.store.bin.delete(run_id, ADA)
    stage.driver.look()
    states = [(trial.state, str(trial.error)) for trial in stage.store.trials.of(study_id)]
    assert states[:2] == [(TrialState.FAILED, "It was stopped."), (TrialState.FAILED, "The run was deleted.")]
    stage.play_all(study_id)
    assert len(stage.store.trials.of(study_id)) == 3, "and not tried again"


def test_paused_it_begins_nothing_and_stopped_it_ends_what_trains(stage: Stage) -> None:
    study_id = stage.begin(RATES)
    (run_id,) = stage.training(study_id)
    stage.store.studies.pause(study_id, ADA)
    stage.play(run_id, [0.5])
    stage.driver.look()
    assert stage.training(study_id) == []
    stage.store.studies.resume(study_id, ADA)
    stage.driver.look()
    (run_id,) = stage.training(study_id)
    stage.play(run_id, [0.5], None)
    stage.store.studies.stop(study_id, ADA)
    stage.driver.look()
    assert stage.store.runs.get(run_id).stop_requested
    stage.store.queue.finish(run_id, RunState.STOPPED)
    stage.driver.look()
    assert [trial.state for trial in stage.store.trials.of(study_id)] == [TrialState.COMPLETED, TrialState.FAILED]
    assert stage.store.studies.get(study_id).state is StudyState.STOPPED


def test_another_app_goes_on_from_the_record_alone(stage: Stage) -> None:
    study_id = stage.begin(SEARCH.model_copy(update={"sampler": "tpe", "trials": 14}))
    for number in range(6):
        (run_id,) = stage.training(study_id)
        stage.play(run_id, (0.5, 0.6, 0.7, 0.5 + number / 100))
        stage.again()
        stage.driver.look()
    stage.store.settings.studies_path.unlink()  # Optuna's side is lost too
    stage.again()
    stage.play_all(study_id)
    trials = stage.store.trials.of(study_id)
    assert [trial.number for trial in trials] == list(range(14))
    assert {trial.state for trial in trials} == {TrialState.COMPLETED}


def test_what_was_asked_for_before_the_app_ended_is_asked_for_again(stage: Stage) -> None:
    study_id = stage.begin(RATES)
    optimizer = stage.driver._optimizers.of(stage.store.studies.get(study_id))
    optimizer.ask({"learning_rate": 0.01})  # and then the app is killed
    stage.again()
    stage.play_all(study_id)
    assert [values["learning_rate"] for values in values_of(stage, study_id)] == [0.1, 0.01, 0.001]


def test_a_fault_in_one_study_ends_no_other(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(base: RunConfig, values: Mapping[str, Any]) -> RunConfig:
        if "layers" in values:
            raise ZeroDivisionError
        return applied(base, values)

    monkeypatch.setattr("mnist_core.studies.beginning.applied", faulty)
    bad, good = stage.begin(SEARCH), stage.begin(RATES, BOB)
    stage.play_all(good)
    assert stage.store.studies.get(good).state is StudyState.COMPLETED
    record = stage.store.studies.get(bad)
    assert (record.state, str(record.error)[:22]) == (StudyState.FAILED, "A fault of MNIST Lab e")


@pytest.mark.parametrize("damage", [b"no journal at all\n", b'{"op_code": 0, "worker', b'{"a": 1}\n'])
def test_where_optuna_s_file_is_damaged_it_is_made_anew_and_the_old_one_kept(stage: Stage, damage: bytes) -> None:
    study_id = stage.begin(RATES)
    path = stage.store.settings.studies_path
    path.write_bytes(damage)
    stage.again()
    stage.play_all(study_id)
    assert [values["learning_rate"] for values in values_of(stage, study_id)] == [0.1, 0.01, 0.001]
    assert path.with_name("studies.log.damaged").read_bytes().startswith(damage)


def test_where_a_limit_is_reached_it_waits_and_asks_optuna_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_core.studies.beginning._PATIENCE", 0.0)
    stage.queue.refuses = True
    study_id = stage.begin(SEARCH)
    for _ in range(5):
        stage.driver.look()
    assert stage.store.trials.of(study_id) == []
    assert stage.store.studies.get(study_id).state is StudyState.RUNNING
    stage.queue.refuses = False
    stage.play_all(study_id)
    assert stage.store.studies.get(study_id).state is StudyState.COMPLETED
    assert [trial.number for trial in stage.store.trials.of(study_id)] == list(range(6))


def test_what_is_deleted_or_made_private_while_a_trial_begins_stays_so(stage: Stage) -> None:
    first, second = stage.begin(RATES), stage.begin(RATES, BOB)
    stage.play_all(first)
    run_id = stage.store.new_runs.create(BASE, "late", owner="bob", study=second)  # submitted by an older record
    stage.store.studies.set_shared(second, False, BOB)
    stage.store.trials.begin(second, 7, {}, run_id, cached=False)
    assert not stage.store.runs.get(run_id).shared
    late = stage.store.new_runs.create(BASE, "too late", owner="ada", study=first)
    stage.store.studies.delete(first, ADA)
    stage.store.trials.begin(first, 7, {}, late, cached=False)
    assert stage.store.runs.exists(late, deleted=True)


def test_a_paused_trial_keeps_its_place(stage: Stage) -> None:
    study_id = stage.begin(RATES)
    (run_id,) = stage.training(study_id)
    assert stage.store.queue.claim(run_id, own_process())
    stage.store.queue.mark_paused(run_id)
    for _ in range(3):
        stage.driver.look()
    assert stage.training(study_id) == [run_id]


def test_a_public_study_tells_nothing_of_private_runs(stage: Stage) -> None:
    private = stage.store.new_runs.create(
        RATES.checked_base.with_settings({"learning_rate": 0.1}), "mine", owner="ada", shared=False
    )
    stage.play(private, [0.9])
    study_id = stage.begin(RATES)
    assert stage.training(study_id) != [private]
    stage.store.studies.stop(study_id, ADA)
    hidden = begin(RATES, "x", visitor=ADA, store=stage.store, supervisor=stage.queue, shared=False)  # type: ignore[arg-type]
    for run_id in stage.training(study_id):
        stage.store.bin.delete(run_id, ADA)
    stage.driver.look()
    assert [trial.run_id for trial in stage.store.trials.of(hidden)][:1] == [private]


@pytest.mark.parametrize("kind_of_home", ["file", "server"], indirect=True)
def test_what_is_gone_for_good_is_gone_from_optuna_s_storage_too(
    stage: Stage, kind_of_home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, stays = stage.begin(RATES), stage.begin(RATES, BOB)
    for study_id in (gone, stays):
        stage.play_all(study_id)
    stage.driver._tidy()
    stage.store.leaving.ask("ada")
    stage.driver._next_tidying = 0.0
    stage.driver._tidy()
    names = [study.study_name for study in open_storage(stage.store.settings).get_all_studies()]
    assert names == [stays]
    if kind_of_home == "file":
        assert gone not in stage.store.settings.studies_path.read_text()
    stage.store.studies.add_trials(stays, 0, BOB, 200)
    stage.driver.look()
    stage.play_all(stays)
    assert stage.store.studies.get(stays).state is StudyState.COMPLETED


def test_values_that_make_no_network_are_told(stage: Stage) -> None:
    question = SEARCH.model_copy(
        update={"over": (Parameter(name="learning_rate", values=(0.1, 50.0)),), "trials": 8, "seed": 1}
    )
    study_id = stage.store.studies.create(question, "x", visitor=ADA)  # past what `begin` would refuse
    stage.driver.look()
    stage.play_all(study_id)
    refused = [trial for trial in stage.store.trials.of(study_id) if trial.state is TrialState.FAILED]
    assert refused
    assert all("Learning rate" in str(trial.error) and trial.run_id is None for trial in refused)


def test_a_plan_says_how_long_it_takes(stage: Stage) -> None:
    found = plan(RATES, stage.store, 1, ADA)
    assert (found.runs, found.cached) == (3, 0)
    assert plan(RATES, stage.store, 3, ADA).seconds == pytest.approx(found.seconds / 3)
    assert plan(SEARCH, stage.store, 1, ADA).runs == 6


def test_limits_of_studies(stage: Stage) -> None:
    with pytest.raises(LimitError, match="at most 200 trials"):
        stage.begin(SEARCH.model_copy(update={"trials": 300}))
    for _ in range(5):
        stage.begin(RATES)
    with pytest.raises(LimitError, match="5 studies under way"):
        stage.begin(RATES)
    stage.begin(RATES, BOB)
