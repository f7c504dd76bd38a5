"""Studies with trials made up by hand: nothing trains."""

from collections.abc import Mapping, Sequence
from typing import Any

from mnist_core.config import DataConfig, Dense, NetworkConfig, RunConfig, TrainConfig
from mnist_core.config.study import Question
from mnist_core.store import Store, StudyState, TrialState, Visitor
from mnist_core.text import Phrase

BASE = RunConfig(
    data=DataConfig(dataset="digits"),
    model=NetworkConfig(layers=(Dense(units=16),)),
    train=TrainConfig(epochs=3, batch_size=100),
)
Row = tuple[Mapping[str, Any], TrialState, float | None]


def put_study(
    store: Store,
    question: Question,
    rows: Sequence[Row] = (),
    *,
    name: str = "A study",
    owner: str | None = "ada",
    state: StudyState = StudyState.COMPLETED,
    runs: Sequence[str] = (),
    shared: bool = True,
    repeats: str | None = None,
) -> str:
    """Record a study with a trial for each row of values, state and value, and return its id.

    `runs` are the ids of their runs; those that are missing are made up.
    """
    study_id = store.studies.create(question, name, visitor=Visitor(owner), shared=shared, repeats=repeats)
    for number, (values, trial_state, value) in enumerate(rows):
        run_id = runs[number] if number < len(runs) else f"20200101-000000-{number:08x}"
        store.trials.begin(study_id, number, values, run_id, cached=False)
        history = [] if value is None else [value / 2, value]
        store.trials.report(study_id, number, history)
        if trial_state.is_finished:
            store.trials.end(study_id, number, trial_state, value, None if value else Phrase("It was stopped."))
    if state is StudyState.STOPPED:
        store.studies.stop(study_id, Visitor(owner))
    elif state is StudyState.PAUSED:
        store.studies.pause(study_id, Visitor(owner))
    elif state is not StudyState.RUNNING:
        store.studies.end(study_id, state)
    return study_id
