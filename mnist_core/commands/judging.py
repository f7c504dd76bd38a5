"""Commands that use a trained network: evaluate, predict."""

import argparse

from mnist_core.commands.common import RUN_HELP, chosen_run, judged_on_test_set, print_json
from mnist_core.datasets import get_spec
from mnist_core.drawing import ink_from_image, prepare_clothes, prepare_digit
from mnist_core.errors import ImageError
from mnist_core.evaluation import class_scores, confusion_matrix
from mnist_core.store import shared_store


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands of this module to a parser."""
    evaluate = commands.add_parser("evaluate", help="judge a finished run on the test set")
    evaluate.add_argument("run", metavar="RUN", help=RUN_HELP)
    evaluate.add_argument("--json", action="store_true", help="print one JSON object")
    evaluate.set_defaults(command=_evaluate)

    predict = commands.add_parser("predict", help="classify pictures with a run's model")
    predict.add_argument("run", metavar="RUN", help=RUN_HELP)
    predict.add_argument("images", nargs="+", metavar="IMAGE")
    predict.add_argument("--json", action="store_true", help="print one JSON object")
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
    record = chosen_run(options.run)
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
        print_json({"run_id": record.id, "predictions": results})
    return 0
