"""The command about what a run kept of its training: film."""

import argparse
from collections.abc import Mapping

from mnist_core.commands.common import chosen_run, print_json, run_help
from mnist_core.commands.terminal import right, t
from mnist_core.errors import ArtifactMissingError
from mnist_core.film import Film, FilmState, open_film
from mnist_core.store import shared_store
from mnist_core.text import Sentence

WITHOUT: Mapping[FilmState, Sentence] = {
    FilmState.NONE: "This run has no film: it was trained by an older version, without room for one, or has not begun.",
    FilmState.BASELINE: "A baseline has no film: logistic regression is not trained step by step.",
    FilmState.DAMAGED: "The film of this run is damaged. Train it again to get one.",
}


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command of this module to a parser."""
    film = commands.add_parser("film", help=t("list the moments that a run kept while it learned"))
    film.add_argument("run", metavar="RUN", help=run_help())
    film.add_argument("--json", action="store_true", help=t("print one JSON object"))
    film.set_defaults(command=_film)


def _film(options: argparse.Namespace) -> int:
    record = chosen_run(options.run)
    film = open_film(shared_store().files(record.id), record.config)
    if options.json:
        keyframes = [
            {"step": each.step, "epoch": each.epoch, "accuracy": each.accuracy, "bytes": each.bytes}
            | {"share": each.share, "weights": each.has_weights}
            for each in film.moments
        ]
        print_json({"run_id": record.id, "state": film.state.value, "keyframes": keyframes})
    elif film.state is not FilmState.THERE:
        raise ArtifactMissingError(WITHOUT[film.state])
    else:
        _print_table(film)
    return 0


def _print_table(film: Film) -> None:
    heads = ((t("step"), 8), (t("epoch"), 8), (t("accuracy"), 9), (t("bytes"), 10))
    print(" ".join(right(*head) for head in heads), t("weights"))
    for each in film.moments:
        epoch, accuracy = t.number(each.epoch, ".2f"), t.number(each.accuracy, ".3f")
        kept = t("kept") if each.has_weights else "-"
        print(f"{t.number(each.step, ','):>8} {epoch:>8} {accuracy:>9} {t.number(each.bytes, ','):>10} {kept}")
