"""Commands that use a trained network: evaluate, predict."""

import argparse
import sys
from pathlib import Path

from mnist_core.commands.common import chosen_run, judged_on_test_set, print_json, run_help
from mnist_core.commands.terminal import left, right, t
from mnist_core.datasets import get_spec, is_ready, load_dataset
from mnist_core.errors import DataError, ImageError
from mnist_core.evaluation import class_scores, confusion_matrix
from mnist_core.store import RunRecord, shared_store


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands of this module to a parser."""
    evaluate = commands.add_parser("evaluate", help=t("judge a finished run on the test set"))
    evaluate.add_argument("run", metavar="RUN", help=run_help())
    evaluate.add_argument("--json", action="store_true", help=t("print one JSON object"))
    evaluate.set_defaults(command=_evaluate)

    predict = commands.add_parser("predict", help=t("read pictures of digits or clothes with a run's model"))
    predict.add_argument("run", metavar="RUN", help=run_help())
    predict.add_argument("images", nargs="+", metavar="IMAGE", help=t("PNG, JPEG, WebP or GIF, or strokes as JSON"))
    predict.add_argument("--json", action="store_true", help=t("print one JSON object"))
    predict.set_defaults(command=_predict)


def _evaluate(options: argparse.Namespace) -> int:
    record = chosen_run(options.run)
    spec = get_spec(record.config.data.dataset)
    matrix = confusion_matrix(*judged_on_test_set(record))
    scores = class_scores(matrix)
    if options.json:
        print_json(
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
    print(
        t(
            "test accuracy {accuracy:.4f}, loss {loss:.4f}",
            accuracy=record.outcome.test_accuracy,
            loss=record.outcome.test_loss,
        )
    )
    heads = (t("precision"), t("recall"), "F1", t("images"))
    print(left(t("class"), 14) + "".join(right(head, 10) for head in heads))
    scored = zip(scores.precision, scores.recall, scores.f1, strict=True)
    for name, three, support in zip(spec.class_names, scored, scores.support, strict=True):
        shares = "".join(f"{t.number(share, '.4f'):>10}" for share in three)
        print(f"{left(t(name), 14)}{shares}{t.number(support, 'd'):>10}")
    return 0


def _predict(options: argparse.Namespace) -> int:
    """Read each file; return 0, or 1 where some can't be read, or 2 where none can."""
    # Imported here: Pillow's plugins and ONNX Runtime are only needed to predict.
    from mnist_core.inference import content_of, error_as_json, open_classifier, parts_of, read_parts

    record = chosen_run(options.run)
    spec = get_spec(record.config.data.dataset)
    network = open_classifier(shared_store().files(record.id))
    least = sure_from_of(record)
    told = []
    failed = 0
    for name in options.images:
        try:
            parts = parts_of(content_of(Path(name)), spec.kind.reader)
            reading = read_parts(parts, network.predict, spec.class_names, least)
        except ImageError as error:
            failed += 1
            told.append({"image": name, "class": None, "probabilities": None} | error_as_json(error))
            print(f"mnist_core: {name}: {t(error.template, **error.values)}", file=sys.stderr)
            continue
        first = reading.answers[0]
        told.append({"image": name, "class": first.name, "probabilities": first.row.tolist()} | reading.as_json())
        if not options.json:
            print(f"{name}: {reading.in_a_line(t)}")
    if options.json:
        print_json({"run_id": record.id, "predictions": told})
    return 0 if not failed else 1 if failed < len(options.images) else 2


def sure_from_of(record: RunRecord) -> float:
    """Return from which confidence on a run's network counts as sure, the usual one where its dataset is not there."""
    from mnist_core.inference import USUAL_SURENESS, measure_sureness

    store, config = shared_store(), record.config.data
    if not is_ready(config.dataset, store.settings):
        return USUAL_SURENESS
    try:
        return measure_sureness(store.files(record.id), load_dataset(config.dataset, store.settings), config)
    except DataError:  # damaged meanwhile: pictures are read without it
        return USUAL_SURENESS
