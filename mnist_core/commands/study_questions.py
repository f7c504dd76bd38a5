"""What a study asks on the command line: its options, and the question that they are."""

import argparse
from typing import Any

from mnist_core.commands.terminal import t
from mnist_core.commands.training import assignment
from mnist_core.config.recipes import RECIPES, get_recipe
from mnist_core.config.study import PRUNERS, SAMPLERS, Parameter, Question, read_over
from mnist_core.config.study.variant import sizes
from mnist_core.errors import ConfigError
from mnist_core.text import Sentence

KINDS: dict[str, Sentence] = {
    "try": "train all values of one setting, or of two",
    "search": "let Optuna choose values and train them",
    "repeat": "train the same with several seeds: was it luck?",
    "sizes": "train with more and more images: would more data help?",
    "rate": "find a learning rate: one short run with a rising one",
}
_USUAL = {"search": 30, "repeat": 5, "sizes": 3}
_SPREAD = 3  # values of a range that is not said otherwise


def add_kind(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]", kind: str) -> argparse.ArgumentParser:
    """Add the command that asks one of `KINDS`, and return it."""
    command = kinds.add_parser(kind, help=t(KINDS[kind]))
    command.add_argument("--recipe", required=True, metavar="ID", help=t("one of: {names}", names=", ".join(RECIPES)))
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=t("change a setting, e.g. --set batch_size=64; may be given several times"),
    )
    command.add_argument("--name", help=t("what the study is called"))
    if kind in ("try", "search", "sizes"):
        command.add_argument(
            "--over",
            action="append",
            default=[],
            metavar="NAME=VALUES",
            help=t("what is tried: learning_rate=1e-5..1e-1:log, units=32,64,128, or a name alone; several times"),
        )
    if kind == "search":
        command.add_argument("--trials", type=int, default=_USUAL[kind], metavar="N", help=t("how many runs"))
        command.add_argument("--sampler", choices=SAMPLERS, default="tpe", help=t("how values are chosen"))
        command.add_argument("--pruner", choices=PRUNERS, default="none", help=t("how what falls behind is ended"))
        command.add_argument("--seed", type=int, default=0, metavar="N", help=t("seed of the sampler"))
    if kind in ("repeat", "sizes"):
        command.add_argument("--times", type=int, default=_USUAL[kind], metavar="N", help=t("how many seeds"))
    command.add_argument("--json", action="store_true", help=t("print one JSON object as the last line"))
    command.set_defaults(kind=kind)
    return command


def question_of(options: argparse.Namespace) -> Question:
    """Return what the options of ``study`` ask; raises `ConfigError`."""
    base = get_recipe(options.recipe).config.with_settings(dict(assignment(text) for text in options.set))
    over = [read_over(text, base) for text in getattr(options, "over", [])]
    times = getattr(options, "times", 1)
    if times < 1:
        raise ConfigError("--times takes a number from 1 on. Received: {n}", n=times)
    values: dict[str, Any] = {"kind": options.kind, "base": base.model_dump(), "recipe": options.recipe}
    if options.kind in ("try", "sizes"):
        over = [Parameter.of(each.name, values=each.spread(_SPREAD)) for each in over]
    if options.kind == "sizes":
        if not over:
            over = [Parameter.of("train_size", values=sizes(base))]
        over.append(Parameter.of("seed", values=tuple(base.train.seed + k for k in range(times))))
    trials = 1
    for parameter in over:
        trials *= len(parameter.values)
    if options.kind == "repeat":
        trials = times
    elif options.kind == "search":
        trials = options.trials
        values |= {"sampler": options.sampler, "pruner": options.pruner, "seed": options.seed}
    values |= {"over": [parameter.model_dump() for parameter in over], "trials": trials}
    return Question.parse(values)
