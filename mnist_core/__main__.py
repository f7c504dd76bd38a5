"""The command line: ``python -m mnist_core``, sharing runs and data with the dashboard."""

import argparse
import json
import os
import signal
import sys
from typing import Any

from mnist_core.datasets import get_spec, load_dataset
from mnist_core.drawing import ink_from_image, prepare_clothes, prepare_digit
from mnist_core.engine import check_continuation
from mnist_core.errors import ConfigError, ImageError, MnistLabError
from mnist_core.evaluation import class_scores, confusion_matrix
from mnist_core.pretrained import SHIPPED, install_shipped
from mnist_core.recipes import RECIPES, get_recipe
from mnist_core.store import RunRecord, Visitor, own_process, shared_store

_RUN = "id of a run, or a shipped model: " + ", ".join(SHIPPED)
# Who can start this owns the computer.
LOCAL = Visitor(None, is_admin=True)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 a run failed, 2 bad input."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.command(options)
    except MnistLabError as error:
        print(f"mnist_core: {error}", file=sys.stderr)
        return 2
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mnist_core", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    recipes = commands.add_parser("recipes", help="list the recipes")
    recipes.add_argument("--json", action="store_true", help="print one JSON object")
    recipes.set_defaults(command=_recipes)

    train = commands.add_parser("train", help="train a recipe")
    train.add_argument("--recipe", required=True, metavar="ID", help="one of: " + ", ".join(RECIPES))
    train.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change a setting, e.g. --set batch_size=64; may be given several times",
    )
    train.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    train.set_defaults(command=_train)

    resume = commands.add_parser("resume", help="go on with a paused or interrupted run, or train a finished one on")
    resume.add_argument("run", metavar="RUN", help=_RUN)
    resume.add_argument("--epochs", type=int, metavar="N", help="epochs in all; makes a new run of a finished one")
    resume.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    resume.set_defaults(command=_resume)

    evaluate = commands.add_parser("evaluate", help="judge a finished run on the test set")
    evaluate.add_argument("run", metavar="RUN", help=_RUN)
    evaluate.add_argument("--json", action="store_true", help="print one JSON object")
    evaluate.set_defaults(command=_evaluate)

    predict = commands.add_parser("predict", help="classify pictures with a run's model")
    predict.add_argument("run", metavar="RUN", help=_RUN)
    predict.add_argument("images", nargs="+", metavar="IMAGE")
    predict.add_argument("--json", action="store_true", help="print one JSON object")
    predict.set_defaults(command=_predict)
    return parser


def _recipes(options: argparse.Namespace) -> int:
    if options.json:
        _print_json(
            [
                {"id": r.id, "title": r.title, "config": r.config.model_dump(mode="json"), "expected": r.expected}
                for r in RECIPES.values()
            ]
        )
        return 0
    for recipe in RECIPES.values():
        print(f"{recipe.id:16} {recipe.config.data.dataset:14} {recipe.summary}")
    return 0


def _train(options: argparse.Namespace) -> int:
    recipe = get_recipe(options.recipe)
    config = recipe.config.with_settings(dict(_assignment(text) for text in options.set))
    return _execute(shared_store().create(config, recipe.title, recipe=recipe.id), options.json)


def _resume(options: argparse.Namespace) -> int:
    store = shared_store()
    store.mark_interrupted()  # the process of a run may have been ended while no dashboard looked on
    record = _chosen(options.run)
    if record.state.can_resume:
        return _execute(store.request_resume(record.id, LOCAL).id, options.json)
    if options.epochs is None:
        raise ConfigError("Give --epochs N to train a finished run on. Received: state={state}", state=record.state)
    config = record.config.with_settings({"epochs": options.epochs})
    check_continuation(record, config)
    return _execute(store.create(config, record.name, recipe=record.recipe, continues=record.id), options.json)


def _execute(run_id: str, as_json: bool) -> int:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # Imported here: the other commands need no training code.
    from mnist_core.training.control import Control
    from mnist_core.training.run import execute

    store = shared_store()
    # Claimed at once, so that a running dashboard does not take the run from its queue.
    if not store.claim(run_id, own_process()):
        print("mnist_core: another process has taken this run", file=sys.stderr)
        return 1
    control = Control()
    signal.signal(signal.SIGINT, lambda *_: control.stop())
    print(f"Training {store.get(run_id).name} as run {run_id}; Ctrl-C stops it and keeps the model so far.")
    record = execute(run_id, store, control)
    _report(record, as_json)
    return 0 if record.state.has_model else 1


def _assignment(text: str) -> tuple[str, Any]:
    name, separator, value = text.partition("=")
    if not separator:
        raise ConfigError("A setting is given as NAME=VALUE. Received: {text}", text=text)
    try:
        return name, json.loads(value)  # numbers, true, null and lists of layers
    except ValueError:
        return name, value


def _report(record: RunRecord, as_json: bool) -> None:
    outcome = record.outcome
    if as_json:
        _print_json(
            {
                "run_id": record.id,
                "fingerprint": record.fingerprint,
                "state": record.state.value,
                "error": record.error.message if record.error else None,
                "device": outcome.device,
                "parameters": outcome.parameters,
                "seconds": outcome.seconds,
                "epoch_seconds": outcome.epoch_seconds,
                "history": shared_store().history(record.id),
                "test_loss": outcome.test_loss,
                "test_accuracy": outcome.test_accuracy,
            }
        )
    elif record.error:
        print(f"The run {record.state.value}: {record.error.message}")
    else:
        print(f"The run {record.state.value}: test accuracy {outcome.test_accuracy:.4f}, loss {outcome.test_loss:.4f}")


def _chosen(run: str) -> RunRecord:
    """Return a run by its id, or a shipped model by its name."""
    store = shared_store()
    install_shipped(store)
    return store.get(SHIPPED[run].run_id if run in SHIPPED else run)


def _evaluate(options: argparse.Namespace) -> int:
    store = shared_store()
    record = _chosen(options.run)
    files, spec = store.files(record.id), get_spec(record.config.data.dataset)
    table = files.read_probabilities()["test"]
    labels = files.read_labels().get("test")  # a shipped model brings its labels along
    if labels is None:
        labels = load_dataset(spec.id, store.settings).y_test
    matrix = confusion_matrix(table, labels)
    scores = class_scores(matrix)
    if options.json:
        _print_json(
            {
                "run_id": record.id,
                "test_loss": record.outcome.test_loss,
                "test_accuracy": record.outcome.test_accuracy,
                "classes": list(spec.class_names),
                "confusion_matrix": matrix.counts.tolist(),
                "precision": scores.precision.tolist(),
                "recall": scores.recall.tolist(),
                "f1": scores.f1.tolist(),
            }
        )
        return 0
    print(f"test accuracy {record.outcome.test_accuracy:.4f}, loss {record.outcome.test_loss:.4f}")
    print(f"{'class':14}{'precision':>10}{'recall':>10}{'f1':>10}{'images':>10}")
    for row in zip(spec.class_names, scores.precision, scores.recall, scores.f1, scores.support, strict=True):
        print("{:14}{:10.4f}{:10.4f}{:10.4f}{:10d}".format(*row))
    return 0


def _predict(options: argparse.Namespace) -> int:
    # Imported here: Pillow's plugins and ONNX Runtime are only needed to predict.
    import numpy as np
    from PIL import Image

    from mnist_core.inference import classifier

    store = shared_store()
    record = _chosen(options.run)
    model = classifier(store.files(record.id))
    spec = get_spec(record.config.data.dataset)
    prepare = prepare_digit if spec.kind == "digits" else prepare_clothes
    results = []
    for name in options.images:
        try:
            with Image.open(name) as picture:
                ink = ink_from_image(picture)
        except Exception as error:  # Pillow's readers raise a dozen classes for damaged files
            raise ImageError("{name} can't be read as a picture. Give a PNG or JPEG file.", name=name) from error
        probabilities = model.predict(prepare(ink).image[None])[0]
        best = int(np.argmax(probabilities))
        results.append({"image": name, "class": spec.class_names[best], "probabilities": probabilities.tolist()})
        if not options.json:
            print(f"{name}: {spec.class_names[best]} ({probabilities[best]:.1%})")
    if options.json:
        _print_json({"run_id": record.id, "predictions": results})
    return 0


def _print_json(value: Any) -> None:
    print(json.dumps(value))


if __name__ == "__main__":
    sys.exit(main())
