"""Commands that train: recipes, train, resume."""

import argparse
import json
import signal
import sys
from collections.abc import Callable
from typing import Any

from mnist_core.commands.common import LOCAL, STATE_WORDS, chosen_run, name_of, print_json, run_help
from mnist_core.commands.terminal import t
from mnist_core.config import RunConfig
from mnist_core.config.choices import AUTO
from mnist_core.config.links import read_link
from mnist_core.config.recipes import RECIPES, get_recipe
from mnist_core.config.wording import variant_name
from mnist_core.engine import check_continuation, check_training
from mnist_core.errors import ConfigError
from mnist_core.models.speed import read_speed, resolved
from mnist_core.settings import get_settings
from mnist_core.store import RunRecord, shared_store
from mnist_core.system.processes import own_process
from mnist_core.text import Phrase


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands of this module to a parser."""
    recipes = commands.add_parser("recipes", help=t("list the recipes"))
    recipes.add_argument("--json", action="store_true", help=t("print one JSON object"))
    recipes.set_defaults(command=_recipes)

    train = commands.add_parser("train", help=t("train a recipe, a variant of a run, or the settings of a link"))
    begin = train.add_mutually_exclusive_group(required=True)
    begin.add_argument("--recipe", metavar="ID", help=t("one of: {names}", names=", ".join(RECIPES)))
    begin.add_argument("--like", metavar="RUN", help=t("begin with the settings of a run; {run}", run=run_help()))
    begin.add_argument("--link", metavar="LINK", help=t("a link to settings, from the dashboard or the command link"))
    train.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=t("change a setting, e.g. --set batch_size=64; may be given several times"),
    )
    train.add_argument("--json", action="store_true", help=t("print one JSON object as the last line"))
    train.set_defaults(command=_train)

    resume = commands.add_parser("resume", help=t("go on with a paused or interrupted run, or train a finished one on"))
    resume.add_argument("run", metavar="RUN", help=run_help())
    resume.add_argument("--epochs", type=int, metavar="N", help=t("epochs in all; makes a new run of a finished one"))
    resume.add_argument("--json", action="store_true", help=t("print one JSON object as the last line"))
    resume.set_defaults(command=_resume)


def _recipes(options: argparse.Namespace) -> int:
    if options.json:
        print_json(
            [
                {"id": r.id, "title": r.title, "config": r.config.model_dump(mode="json"), "expected": r.expected}
                for r in RECIPES.values()
            ]
        )
        return 0
    for recipe in RECIPES.values():
        print(f"{recipe.id:16} {recipe.config.data.dataset:14} {t(recipe.summary)}")
    return 0


def _train(options: argparse.Namespace) -> int:
    check_training(get_settings())
    name, recipe_id, config = _begin(options)
    config = config.with_settings(dict(assignment(text) for text in options.set))
    if config.train.precision == AUTO:
        _measure_once()
        config = resolved(config, get_settings())
    return _execute(
        lambda app: shared_store().new_runs.create(config, name, recipe=recipe_id, holder=app), options.json
    )


def _measure_once() -> None:
    """Find out which precision is faster here, as a waiting worker of the dashboard would have done."""
    # Imported here: the other commands need no training code.
    from mnist_core.training.machine_speed import calibrate_once

    path = get_settings().speed_path
    if read_speed(path) is None:
        print(t("Measuring once how fast this computer trains with each precision."), flush=True)
        calibrate_once(path, lambda: False)


def _begin(options: argparse.Namespace) -> tuple[str, str | None, RunConfig]:
    """Return what a training begins with: the run's name, its recipe, and settings that may still be changed."""
    if options.like is not None:
        record = chosen_run(options.like)
        if record.config.fine_tune is not None:
            raise ConfigError(
                "“{name}” was fine-tuned with drawings, which are no setting. Train a variant of the network that it "
                "began with: {base}",
                name=name_of(record),
                base=record.config.fine_tune.base,
            )
        return variant_name(name_of(record), t), record.recipe, record.config
    if options.link is not None:
        linked = read_link(options.link)
        return get_recipe(linked.recipe).title if linked.recipe else t("From a link"), linked.recipe, linked.config
    recipe = get_recipe(options.recipe)
    return recipe.title, recipe.id, recipe.config


def _resume(options: argparse.Namespace) -> int:
    check_training(get_settings())
    store = shared_store()
    store.queue.mark_interrupted()  # the process of a run may have been ended while no dashboard looked on
    record = chosen_run(options.run)
    if record.state.can_resume:
        return _execute(lambda app: store.queue.request_resume(record.id, LOCAL, app).id, options.json)
    if options.epochs is None:
        raise ConfigError("Give --epochs N to train a finished run on. Received: state={state}", state=record.state)
    config = record.config.with_settings({"epochs": options.epochs})
    check_continuation(record, config)
    return _execute(
        lambda app: store.new_runs.create(config, record.name, recipe=record.recipe, continues=record.id, holder=app),
        options.json,
    )


def _execute(enqueue: Callable[[str], str], as_json: bool) -> int:
    """Train what `enqueue` puts into the queue for this process, whose id it is given; it returns the run's id."""
    # Imported here: the other commands need no training code.
    from mnist_core.training.control import Control
    from mnist_core.training.run import execute

    store = shared_store()
    store.database.be_patient()
    with store.apps.present() as app:
        run_id = enqueue(app)  # held from the first moment, so that no dashboard takes it from the queue
        if not store.queue.claim(run_id, own_process(), app):
            print("mnist_core: " + t("another process has taken this run"), file=sys.stderr)
            return 1
        control = Control()
        signal.signal(signal.SIGINT, lambda *_: control.stop())
        name = name_of(store.runs.get(run_id))
        print(t("Training {name} as run {run}; Ctrl-C stops it and keeps the model so far.", name=name, run=run_id))
        record = execute(run_id, store, control)
    _report(record, as_json)
    return 0 if record.state.has_model else 1


def assignment(text: str) -> tuple[str, Any]:
    """Return name and value of a setting in the form NAME=VALUE; raises `ConfigError`."""
    name, separator, value = text.partition("=")
    if not separator:
        raise ConfigError("A setting is given as NAME=VALUE. Received: {text}", text=text)
    try:
        return name, json.loads(value)  # numbers, true, null and lists of layers
    except ValueError:
        return name, value


def _report(record: RunRecord, as_json: bool) -> None:
    outcome, state = record.outcome, t(STATE_WORDS[record.state])
    if as_json:
        print_json(
            {
                "run_id": record.id,
                "fingerprint": record.fingerprint,
                "state": record.state.value,
                "error": record.error.message if record.error else None,
                "device": outcome.device,
                "computed_with": outcome.computed_with,
                "parameters": outcome.parameters,
                "seconds": outcome.seconds,
                "epoch_seconds": outcome.epoch_seconds,
                "history": shared_store().metrics.history(record.id),
                "test_loss": outcome.test_loss,
                "test_accuracy": outcome.test_accuracy,
            }
        )
    elif record.error:
        print(
            t(
                "The run {state}: {reason}",
                state=state,
                reason=Phrase(record.error.template, **record.error.values),
            )
        )
    elif outcome.test_accuracy is None or outcome.test_loss is None:
        print(t("The run {state}: there is no model yet", state=state))
    else:
        print(
            t(
                "The run {state}: test accuracy {accuracy:.4f}, loss {loss:.4f}",
                state=state,
                accuracy=outcome.test_accuracy,
                loss=outcome.test_loss,
            )
        )
