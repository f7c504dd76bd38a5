"""What a study will take, and its beginning."""

from dataclasses import dataclass
from statistics import median

from mnist_core.config import RunConfig
from mnist_core.config.study import Question, applied
from mnist_core.engine import Supervisor, check_config, check_training, estimate
from mnist_core.errors import ConfigError, LimitError
from mnist_core.store import Store, StudyRecord, StudyState, Visitor
from mnist_core.studies.fixed import fixed_values

_AT_ONCE, _KEPT = 5, 200  # studies of one visitor: under way, and in all
_UNDER_WAY = (StudyState.RUNNING, StudyState.PAUSED)


@dataclass(frozen=True)
class Plan:
    """What a study will take.

    Attributes
    ----------
    runs : int
        How many runs it has.
    cached : int
        How many of them were trained before, so that they take no time.
    seconds : float
        Until all have ended, where nobody else trains and nothing is pruned.
    """

    runs: int
    cached: int
    seconds: float


def plan(question: Question, store: Store, slots: int, visitor: Visitor) -> Plan:
    """Return what a study will take.

    Raises
    ------
    LimitError
        If it has more trials than are allowed, or its runs are larger.
    ConfigError
        If the values make no network.
    """
    settings = store.settings
    _check_trials(question.trials, store)
    configs = _configs(question)
    cached, seconds = 0, []
    for config in configs:
        expected = estimate(config, store)
        check_config(config, settings, expected)
        if question.kind != "search" and store.runs.find_completed(config.fingerprint(), visible_to=visitor):
            cached += 1
        else:
            seconds.append(expected.seconds)
    runs = question.trials if question.kind == "search" else len(configs)
    usual = median(seconds) if seconds else 0.0
    to_train = runs - cached
    return Plan(runs, cached, usual * -(-to_train // max(1, slots)))


def begin(
    question: Question,
    name: str,
    *,
    visitor: Visitor,
    store: Store,
    supervisor: Supervisor,
    repeats: str | None = None,
    shared: bool | None = None,
) -> str:
    """Begin a study and return its id.

    Raises
    ------
    LimitError
        As `plan`; if nothing is trained here, or the visitor has as many studies under way as is allowed.
    ConfigError
        As `plan`.
    """
    check_training(store.settings)
    plan(question, store, supervisor.slots, visitor)
    with store.database.turn("studies"):  # two clicks at once are one after the other
        _check_visitor(visitor, store)
        supervisor.take_start(visitor)
        return store.studies.create(question, name, visitor=visitor, repeats=repeats, shared=shared)


def resume(study: StudyRecord, visitor: Visitor, store: Store) -> None:
    """Go on with a paused or stopped study; raises as `Studies.resume`, and `LimitError` as `begin`."""
    check_training(store.settings)
    with store.database.turn("studies"):
        if study.state is not StudyState.PAUSED:
            _check_visitor(visitor, store)
        store.studies.resume(study.id, visitor)


def add_trials(study: StudyRecord, n: int, visitor: Visitor, store: Store) -> None:
    """Let a study make `n` more trials.

    Raises
    ------
    LimitError
        If nothing is trained here, or it would have more trials than are allowed.
    NotOwnerError
        If it is another visitor's.
    """
    check_training(store.settings)
    with store.database.turn("studies"):
        if study.state is not StudyState.RUNNING:
            _check_visitor(visitor, store)
        store.studies.add_trials(study.id, n, visitor, store.settings.max_trials)


def _check_visitor(visitor: Visitor, store: Store) -> None:
    """Raise `LimitError` where a visitor has as many studies as is allowed."""
    if visitor.id is None:
        return
    if len(store.studies.find(states=_UNDER_WAY, owner=visitor.id)) >= _AT_ONCE:
        raise LimitError(
            "You have {most} studies under way. Let one of them end, or stop it, then begin this one.", most=_AT_ONCE
        )
    if len(store.studies.find(owner=visitor.id, limit=_KEPT)) >= _KEPT:
        raise LimitError("You have {most} studies. Delete some that you don't need, then begin this one.", most=_KEPT)


def _check_trials(n: int, store: Store) -> None:
    most = store.settings.max_trials
    if n > most:
        raise LimitError("A study has at most {most} trials here. Choose fewer. Received: {n}", most=most, n=n)


def _configs(question: Question) -> list[RunConfig]:
    """Return the configurations of all trials; of a search its base and the corners of its ranges."""
    base = question.checked_base
    fixed = fixed_values(question, question.trials)
    if fixed is not None:
        if not fixed:
            raise ConfigError("There is nothing to try.")
        return [applied(base, values) for values in fixed]
    corners = [{parameter.name: parameter.spread(2)[place] for parameter in question.over} for place in (0, -1)]
    return [base, *[applied(base, corner) for corner in corners]]
