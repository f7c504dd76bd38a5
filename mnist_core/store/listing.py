"""Thousands of runs at once, for tables: light rows, chosen, searched and sorted.

A row is read from its columns; its configuration is not checked. It knows no words: `mnist_core.config.wording` has
those.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from pydantic_core import from_json  # twice as fast as the one of Python
from sqlalchemy import Row, Select, Text, cast, func, select, update

from mnist_core.config.recipes import RECIPES
from mnist_core.config.wording import ModelKind, model_kind
from mnist_core.errors import StorageError
from mnist_core.store.database import Database
from mnist_core.store.records import RunState, Visitor
from mnist_core.store.rows import tell_unreadable
from mnist_core.store.runs import seen_by
from mnist_core.store.tables import metrics, runs

CURVE_POINTS = 40  # more can't be told apart in a table's cell
_CHUNK = 500  # SQLite takes so many values in one statement everywhere
_STATES = {state.value: state for state in RunState}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run in a list.

    Attributes
    ----------
    settings : mapping
        Its configuration in the form of `RunConfig.model_dump`, as it was written: older runs may lack newer settings.
        Shared between rows; not to be changed.
    kind : {"softmax", "dense", "convolutional", "logistic"}
        What kind of model it is, by its hidden layers.
    seconds : float or None
        Wall time of all its phases.
    curve : tuple of float
        Validation accuracy after each epoch, or training accuracy where there was no validation; at most 40 points.
        Empty for cross-validation, where one value after another is no course of time.
    study : str or None
        The study that asked for it.
    """

    id: str
    name: str
    recipe: str | None
    state: RunState
    owner: str | None
    shared: bool
    starred: bool
    shipped: bool
    notes: str
    created: datetime
    dataset: str
    kind: ModelKind
    settings: Mapping[str, Any]
    test_accuracy: float | None
    test_loss: float | None
    seconds: float | None
    parameters: int | None
    curve: tuple[float, ...]
    study: str | None = None

    def may_change(self, visitor: Visitor) -> bool:
        """Whether the visitor may rename or delete it, as `Visitor.may_change` of its record."""
        return not self.shipped and (visitor.is_admin or (visitor.id is not None and visitor.id == self.owner))


@dataclass(frozen=True, kw_only=True)
class RunFilter:
    """Which runs a list shows; what is empty chooses nothing.

    Attributes
    ----------
    text : str
        Words that all occur in name, notes, recipe, dataset, layers, optimizer or id, in any order and case.
    datasets, kinds : tuple of str
    states : tuple of RunState
    mine, starred : bool
        Only the visitor's own; only starred ones.
    study : str or None
        Only those that this study asked for.
    owners : tuple of str or None
        Only those of these visitors.
    """

    text: str = ""
    datasets: tuple[str, ...] = ()
    kinds: tuple[ModelKind, ...] = ()
    states: tuple[RunState, ...] = ()
    mine: bool = False
    starred: bool = False
    study: str | None = None
    owners: tuple[str, ...] | None = None


SORTS: Mapping[str, Callable[[RunRow], Any]] = {
    "date": lambda row: row.created,
    "name": lambda row: row.name.casefold(),
    "dataset": lambda row: row.dataset,
    "model": lambda row: row.kind,
    "state": lambda row: row.state.value,
    "accuracy": lambda row: row.test_accuracy,
    "loss": lambda row: row.test_loss,
    "seconds": lambda row: row.seconds,
    "parameters": lambda row: row.parameters,
}
_COLUMNS = (
    runs.c.id,
    runs.c.name,
    runs.c.recipe,
    runs.c.state,
    runs.c.owner,
    runs.c.shared,
    runs.c.pinned,
    runs.c.shipped.is_not(None).label("shipped"),
    runs.c.notes,
    runs.c.created,
    runs.c.updated,
    runs.c.config,
    runs.c.study,
    # Read here, and faster than SQLAlchemy would.
    cast(runs.c.outcome, Text).label("outcome"),
    cast(runs.c.curve, Text).label("curve"),
)
DESCENDING = ("date", "accuracy")  # where one wants to see the largest first


class Listing:
    """Lists runs; owns their small curve, which is kept only where the run did not change meanwhile."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(
        self, visitor: Visitor, which: RunFilter | None = None, *, sort: str = "date", descending: bool | None = None
    ) -> list[RunRow]:
        """Return the runs that a visitor may look at, those that came with the program among them.

        Parameters
        ----------
        visitor : Visitor
        which : RunFilter, optional
            By default all.
        sort : str
            One of `SORTS`. Runs without such a value come last.
        descending : bool, optional
            By default as one reads it: newest and best first, else the smallest.
        """
        which = which or RunFilter()
        query = select(*_COLUMNS).where(runs.c.deleted.is_(None), seen_by(visitor))
        if which.states:
            query = query.where(runs.c.state.in_([state.value for state in which.states]))
        if which.mine:
            # Those of the command line have no owner, and neither have the shipped ones.
            query = query.where(runs.c.owner == visitor.id, runs.c.shipped.is_(None))
        if which.starred:
            query = query.where(runs.c.pinned, runs.c.shipped.is_(None))
        if which.owners is not None:
            query = query.where(runs.c.owner.in_(which.owners))
        if which.study is not None:
            query = query.where(runs.c.study == which.study)
        rows = self._read(query)
        words = which.text.casefold().split()
        rows = [
            row
            for row in rows
            if (not which.datasets or row.dataset in which.datasets)
            and (not which.kinds or row.kind in which.kinds)
            and (not words or all(word in _searched(row) for word in words))
        ]
        return _sorted(rows, SORTS[sort], sort in DESCENDING if descending is None else descending)

    def newest(self, since: Mapping[str, float]) -> dict[str, RunRow]:
        """Return the newest run of some visitors, by visitor; whoever has none is left out.

        Parameters
        ----------
        since : mapping of str to float
            Visitors, and the time in Unix seconds before which nothing of theirs is looked at.
        """
        number = func.row_number().over(partition_by=runs.c.owner, order_by=(runs.c.created.desc(), runs.c.id))
        which = (runs.c.owner.in_(since), runs.c.deleted.is_(None), runs.c.imported.is_(None))
        newest = select(runs.c.id, number.label("number")).where(*which).subquery()
        query = select(*_COLUMNS).join(newest, newest.c.id == runs.c.id).where(newest.c.number == 1)
        found = {row.owner: row for row in self._read(query) if row.owner is not None}
        return {owner: row for owner, row in found.items() if row.created.timestamp() >= since[owner]}

    def of(self, run_ids: Collection[str]) -> dict[str, RunRow]:
        """Return some runs by their ids; those that are gone are left out."""
        return {
            row.id: row for row in self._read(select(*_COLUMNS).where(runs.c.id.in_(run_ids), runs.c.deleted.is_(None)))
        }

    def _read(self, query: Select[Any]) -> list[RunRow]:
        found = self._database.rows(query)
        curves = self._missing_curves([row for row in found if row.curve is None])
        rows = []
        for row in found:
            try:
                rows.append(_row(row, curves))
            except (ValueError, KeyError, TypeError, AttributeError) as error:  # as another version wrote it, say
                tell_unreadable(row.id, repr(error))
        return rows

    def _missing_curves(self, rows: Sequence[Row[Any]]) -> dict[str, list[float]]:
        """Return the curves of rows that have none yet; those of finished runs are kept for the next time."""
        curves: dict[str, list[float]] = {}
        for start in range(0, len(rows), _CHUNK):
            chunk = rows[start : start + _CHUNK]
            curves |= self._read_curves([row.id for row in chunk])
        finished = [row for row in rows if (state := _STATES.get(row.state)) is not None and state.is_finished]
        if finished:
            with suppress(StorageError), self._database.begin() as connection:  # a full disk must not hide the list
                for row in finished:
                    # Not where it changed meanwhile: it may have been resumed.
                    unchanged = (runs.c.id == row.id) & (runs.c.updated == row.updated)
                    connection.execute(update(runs).where(unchanged).values(curve=curves.get(row.id, [])))
        return curves

    def _read_curves(self, run_ids: Sequence[str]) -> dict[str, list[float]]:
        query = (
            select(metrics.c.run_id, metrics.c.accuracy, metrics.c.val_accuracy)
            .where(metrics.c.run_id.in_(run_ids), metrics.c.kind == "epoch")
            .order_by(metrics.c.run_id, metrics.c.id)
        )
        points: dict[str, list[tuple[float | None, float | None]]] = {}
        for row in self._database.rows(query):
            points.setdefault(row.run_id, []).append((row.accuracy, row.val_accuracy))
        return {run_id: _curve(values) for run_id, values in points.items()}


def _curve(points: Sequence[tuple[float | None, float | None]]) -> list[float]:
    """Return the validation accuracies, or the training accuracies where there are none, thinned out."""
    column = 1 if any(point[1] is not None for point in points) else 0
    values = [round(value, 4) for point in points if (value := point[column]) is not None]
    if len(values) <= CURVE_POINTS:
        return values
    return [values[round(i * (len(values) - 1) / (CURVE_POINTS - 1))] for i in range(CURVE_POINTS)]


# Configurations never change, and the same visitors look at the same lists again and again; 4 kB each.
@lru_cache(maxsize=6000)
def _read_settings(config: str) -> tuple[Mapping[str, Any], ModelKind]:
    settings = from_json(config)
    return settings, model_kind(settings)


def _row(row: Row[Any], curves: Mapping[str, list[float]]) -> RunRow:
    settings, kind = _read_settings(row.config)
    outcome = from_json(row.outcome)
    curve = from_json(row.curve) if row.curve is not None else curves.get(row.id, ())
    seconds = outcome.get("seconds")
    return RunRow(
        id=row.id,
        name=row.name,
        recipe=row.recipe,
        state=_STATES[row.state],
        owner=row.owner,
        shared=row.shared,
        starred=row.pinned and not row.shipped,
        shipped=bool(row.shipped),
        notes=row.notes,
        created=datetime.fromtimestamp(row.created, UTC),
        dataset=settings.get("data", {}).get("dataset", ""),
        kind=kind,
        settings=settings,
        test_accuracy=outcome.get("test_accuracy"),
        test_loss=outcome.get("test_loss"),
        seconds=sum(seconds.values()) if seconds else None,
        parameters=outcome.get("parameters"),
        curve=tuple(curve) if kind != "logistic" else (),
        study=row.study,
    )


def _searched(row: RunRow) -> str:
    """Return what a search looks at."""
    layers = (layer["kind"] for layer in row.settings.get("model", {}).get("layers", ()))
    recipe = RECIPES.get(row.recipe or "")
    optimizer = row.settings.get("train", {}).get("optimizer", "") if row.kind != "logistic" else ""
    parts: Iterable[str] = (
        row.name,
        row.notes,
        row.recipe or "",
        recipe.title if recipe else "",
        row.dataset,
        row.kind,
        optimizer,
        *layers,
        row.id,
    )
    return " ".join(parts).casefold()


def _sorted(rows: list[RunRow], key: Callable[[RunRow], Any], descending: bool) -> list[RunRow]:
    """Return rows in order, equal ones newest first, those without a value last."""
    rows = sorted(rows, key=lambda row: (row.created, row.id), reverse=True)
    with_value = [row for row in rows if key(row) is not None]
    without = [row for row in rows if key(row) is None]
    return sorted(with_value, key=key, reverse=descending) + without
