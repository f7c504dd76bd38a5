"""Studies recorded by hand: nothing is trained for them."""

from collections.abc import Callable, Sequence

from mnist_core.config import DataConfig, Dense, NetworkConfig, RunConfig, TrainConfig
from mnist_core.config.study import Parameter, Question, applied
from mnist_core.config.study.question import StudyKind
from mnist_core.store import RunRecord, Store, StudyState, TrialState, Visitor
from tests.run_rows import write_columns

BASE = RunConfig(
    data=DataConfig(dataset="digits"),
    model=NetworkConfig(layers=(Dense(units=16),)),
    train=TrainConfig(epochs=3, batch_size=100),
)


def made_study(
    store: Store,
    finished_run: Callable[..., RunRecord],
    *,
    kind: StudyKind = "repeat",
    over: str = "seed",
    values: Sequence[float | int] = (0, 1, 2),
    measured: Sequence[float] = (0.9, 0.95, 0.92),
    pruned: Sequence[int] = (),
    name: str = "A study",
    owner: str | None = None,
    base: RunConfig = BASE,
) -> tuple[str, list[RunRecord]]:
    """Return the id of a completed study of one setting, and its runs by number; some may have been pruned."""
    question = Question(kind=kind, base=base, over=(Parameter(name=over, values=tuple(values)),), trials=len(values))
    study_id = store.studies.create(question, name, visitor=Visitor(owner), shared=True)
    records = []
    for number, (value, result) in enumerate(zip(values, measured, strict=True)):
        run = finished_run(applied(base, {over: value}), name=f"{name} · {number + 1}", owner=owner)
        write_columns(store, run.id, study=study_id, **({"state": "stopped"} if number in pruned else {}))
        store.trials.begin(study_id, number, {over: value}, run.id, cached=False)
        state = TrialState.PRUNED if number in pruned else TrialState.COMPLETED
        store.trials.end(study_id, number, state, result, history=[result - 0.1, result])
        records.append(store.runs.get(run.id))
    store.studies.end(study_id, StudyState.COMPLETED)
    return study_id, records
