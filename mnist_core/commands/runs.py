"""Commands about the record of runs: runs, rename, note, star, unstar, delete, undelete."""

import argparse
import json
from collections.abc import Callable, Sequence
from typing import Any

from rich.cells import cell_len

from mnist_core.commands.common import LOCAL, chosen_run, name_of, print_json
from mnist_core.commands.terminal import left, right, t
from mnist_core.config.wording import MODEL_KINDS, model_words, setting_words
from mnist_core.datasets import DATASETS
from mnist_core.engine.cleaning import empty_bin
from mnist_core.errors import ConfigError
from mnist_core.sharing.shipped import install_shipped
from mnist_core.store import RunState, Store, shared_store
from mnist_core.store.bin import UNDO_SECONDS
from mnist_core.store.listing import SORTS, RunFilter, RunRow
from mnist_core.text import cut, one_line

_BARS = "▁▂▃▄▅▆▇█"
_CURVE, _NAME = 8, 32  # places


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands of this module to a parser."""
    listing = commands.add_parser("runs", help=t("list runs, newest first"))
    listing.add_argument(
        "--search", default="", metavar="WORDS", help=t("words in name, notes, recipe, settings or id")
    )
    listing.add_argument(
        "--dataset", action="append", default=[], choices=list(DATASETS), help=t("only of this dataset")
    )
    listing.add_argument("--model", action="append", default=[], choices=MODEL_KINDS, help=t("only of this kind"))
    listing.add_argument(
        "--state",
        action="append",
        default=[],
        choices=[state.value for state in RunState],
        help=t("only in this state"),
    )
    listing.add_argument("--mine", action="store_true", help=t("only those trained on the command line"))
    listing.add_argument("--starred", action="store_true", help=t("only starred ones"))
    listing.add_argument("--deleted", action="store_true", help=t("those that can still be brought back, and no other"))
    order = t("what comes first: the newest, the best, or the smallest")
    listing.add_argument("--sort", default="date", choices=list(SORTS), help=order)
    listing.add_argument("--reverse", action="store_true", help=t("the other way round"))
    listing.add_argument("--limit", type=int, metavar="N", help=t("only the first N"))
    listing.add_argument("--json", action="store_true", help=t("print one JSON array"))
    listing.set_defaults(command=_runs)

    rename = _for_runs(commands, "rename", t("give a run another name"), _rename)
    rename.add_argument("name", metavar="NAME")
    note = _for_runs(commands, "note", t("write notes about a run; without a text, show them"), _note)
    note.add_argument("text", metavar="TEXT", nargs="?", help=t('the new notes; "" deletes them'))
    _for_runs(commands, "star", t("star runs, which keeps them from being deleted to make room"), _star, many=True)
    _for_runs(commands, "unstar", t("take the star back"), _unstar, many=True)
    words = t("delete runs; undelete brings them back for {minutes:.0f} minutes", minutes=UNDO_SECONDS / 60)
    delete = _for_runs(commands, "delete", words, _delete, many=True)
    delete.add_argument("--now", action="store_true", help=t("delete for good, without a way back"))
    _for_runs(commands, "undelete", t("bring deleted runs back"), _undelete, many=True)


def _for_runs(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    words: str,
    command: Callable[[argparse.Namespace], int],
    *,
    many: bool = False,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=words)
    if many:
        parser.add_argument("runs", metavar="RUN", nargs="+", help=t("ids of runs"))
    else:
        parser.add_argument("run", metavar="RUN", help=t("id of a run"))
    parser.set_defaults(command=command)
    return parser


def _runs(options: argparse.Namespace) -> int:
    if options.limit is not None and options.limit < 1:
        raise ConfigError("--limit takes a number from 1 on. Received: {n}", n=options.limit)
    store = shared_store()
    install_shipped(store)
    if options.deleted:
        return _print_deleted(store, options.json)
    which = RunFilter(
        text=options.search,
        datasets=tuple(options.dataset),
        kinds=tuple(options.model),
        states=tuple(RunState(state) for state in options.state),
        mine=options.mine,
        starred=options.starred,
    )
    rows = store.listing.rows(LOCAL, which, sort=options.sort)
    if options.reverse:
        rows.reverse()
    rows = rows[: options.limit]
    if options.json:
        print_json([_as_json(row) for row in rows])
    elif rows:
        _print_table(rows)
    else:
        print(t("No run fits."))
    return 0


def _print_deleted(store: Store, as_json: bool) -> int:
    deleted = [record for record in store.bin.runs(LOCAL) if store.bin.seconds_left(record) > 0]
    if as_json:
        print_json([{"run_id": record.id, "name": record.name} for record in deleted])
        return 0
    for record in deleted:
        minutes = round(store.bin.seconds_left(record) / 60)
        left = t.plural("for {n:,} more minute", "for {n:,} more minutes", minutes)
        print(f"{record.id}  {name_of(record)}  ({left})")
    return 0


def _as_json(row: RunRow) -> dict[str, Any]:
    return {
        "run_id": row.id,
        "name": row.name,
        "notes": row.notes,
        "starred": row.starred,
        "shipped": row.shipped,
        "shared": row.shared,
        "recipe": row.recipe,
        "dataset": row.dataset,
        "model": row.kind,
        "state": row.state.value,
        "created": row.created.isoformat(timespec="seconds"),
        "test_accuracy": row.test_accuracy,
        "test_loss": row.test_loss,
        "seconds": row.seconds,
        "parameters": row.parameters,
        "curve": list(row.curve),
        "config": row.settings,
    }


def _print_table(rows: Sequence[RunRow]) -> None:
    print(
        f"  {'id':24} {left(t('name'), _NAME)} {left(t('dataset'), 14)} {left(t('state'), 11)} "
        f"{right(t('accuracy'), 8)} {right(t('loss'), 7)} {right(t('seconds'), 7)} {right(t('parameters'), 10)} "
        f"{left(t('curve'), _CURVE)} {t('settings')}"
    )
    for row in rows:
        words = " · ".join([model_words(row.settings, t), *setting_words(row.settings, t)])
        print(
            f"{'*' if row.starred else ' '} {row.id:24} {left(_shortened(name_of(row)), _NAME)} {row.dataset:14} "
            f"{row.state.value:11} {_number(row.test_accuracy, '.4f'):>8} {_number(row.test_loss, '.4f'):>7} "
            f"{_number(row.seconds, '.1f'):>7} {_number(row.parameters, ','):>10} {_sparkline(row.curve):{_CURVE}} "
            f"{words}"
        )


def _shortened(name: str) -> str:
    # Quoted where it holds what a terminal would act on.
    name = name if one_line(name) == name else json.dumps(name)
    return name if cell_len(name) <= _NAME else cut(name, _NAME - 1, cell_len).rstrip() + "…"


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else t.number(value, form)


def _sparkline(curve: Sequence[float]) -> str:
    """Return a curve as bars of text, between its least and its greatest value."""
    if not curve:
        return ""
    n = min(len(curve), _CURVE)
    values = [curve[round(i * (len(curve) - 1) / max(1, n - 1))] for i in range(n)]
    low, span = min(values), max(values) - min(values)
    return "".join(_BARS[round((value - low) / span * (len(_BARS) - 1)) if span else 0] for value in values)


def _rename(options: argparse.Namespace) -> int:
    record = chosen_run(options.run)
    shared_store().runs.rename(record.id, options.name, LOCAL)
    return 0


def _note(options: argparse.Namespace) -> int:
    record = chosen_run(options.run)
    if options.text is None:
        print(record.notes)
    else:
        shared_store().runs.set_notes(record.id, options.text, LOCAL)
    return 0


def _star(options: argparse.Namespace) -> int:
    return _set_starred(options.runs, True)


def _unstar(options: argparse.Namespace) -> int:
    return _set_starred(options.runs, False)


def _set_starred(runs: Sequence[str], starred: bool) -> int:
    for record in [chosen_run(run) for run in runs]:
        shared_store().runs.set_pinned(record.id, starred, LOCAL)
    return 0


def _delete(options: argparse.Namespace) -> int:
    store = shared_store()
    empty_bin(store)  # without a dashboard nobody else does it
    ids = [chosen_run(run).id for run in options.runs]
    store.bin.delete_all(ids, LOCAL)
    if options.now:
        for run_id in ids:
            store.bin.remove(run_id, deleted=True)
        store.publishing.tidy()
        return 0
    within = t.plural(
        "Deleted. To undo that within {n:,} minute:",
        "Deleted. To undo that within {n:,} minutes:",
        int(UNDO_SECONDS // 60),
    )
    print(f"{within} python -m mnist_core undelete {' '.join(ids)}")
    return 0


def _undelete(options: argparse.Namespace) -> int:
    for run_id in options.runs:
        print(t("{name} is back.", name=name_of(shared_store().bin.undelete(run_id, LOCAL))))
    return 0
