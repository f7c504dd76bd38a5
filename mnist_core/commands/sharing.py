"""Commands that take settings elsewhere: code, link, picture."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from mnist_core.commands.common import chosen_run, print_document, print_json, print_written, run_help
from mnist_core.commands.terminal import t
from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.config.links import run_address, settings_address
from mnist_core.config.recipes import RECIPES, get_recipe
from mnist_core.datasets import load_dataset
from mnist_core.diagram import at_work, diagram_of, flow_of, picture_svg
from mnist_core.errors import ConfigError
from mnist_core.models.keras_file import network_keras
from mnist_core.models.network_files import read_base
from mnist_core.models.speed import resolved
from mnist_core.script import files_beside, keras_code, keras_notebook
from mnist_core.script.data import datasets_beside
from mnist_core.script.fine_tuning import DRAWINGS_FILE
from mnist_core.settings import get_settings
from mnist_core.store import RunRecord, shared_store
from mnist_core.system.files import output_file
from mnist_core.text import Sentence


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands of this module to a parser."""
    code = commands.add_parser("code", help=t("print a run or a recipe as a plain Keras script, or as a notebook"))
    _add_choice(code)
    code.add_argument("--notebook", action="store_true", help=t("a Jupyter notebook instead of a script"))
    code.add_argument(
        "--out", type=Path, metavar="FILE", help=t("write it there, with the files that it needs beside it")
    )
    code.set_defaults(command=_code)

    link = commands.add_parser("link", help=t("print links to a run and to its settings, or to a recipe's settings"))
    _add_choice(link)
    link.add_argument(
        "--base",
        metavar="URL",
        help=t("address of the dashboard (default: MNIST_LAB_PUBLIC_URL, or http://localhost:8501)"),
    )
    link.add_argument("--json", action="store_true", help=t("print one JSON object"))
    link.set_defaults(command=_link)

    picture = commands.add_parser("picture", help=t("draw a run's or a recipe's network as an SVG file"))
    _add_choice(picture)
    picture.add_argument("--image", type=int, metavar="N", help=t("of a run: with this test image on its way through"))
    picture.add_argument("--theme", choices=("light", "dark"), default="light", help=t("its colours"))
    picture.add_argument("--out", type=Path, metavar="FILE", help=t("write it there"))
    picture.set_defaults(command=_picture)


def _add_choice(parser: argparse.ArgumentParser) -> None:
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("run", nargs="?", metavar="RUN", help=run_help())
    choice.add_argument("--recipe", metavar="ID", help=t("one of: {names}", names=", ".join(RECIPES)))


def _chosen(options: argparse.Namespace) -> tuple[RunConfig, RunRecord | None]:
    if options.recipe is not None:
        return resolved(get_recipe(options.recipe).config, get_settings()), None
    record = chosen_run(options.run)
    return record.config, record


def _code(options: argparse.Namespace) -> int:
    config, record = _chosen(options)
    write = keras_notebook if options.notebook else keras_code
    _print_or_write(write(config, t), options.out)
    if options.out is None:
        return 0
    for name in files_beside(config):
        target = options.out.parent / name
        _write_beside(name, config, record, target)
        print_written(options.out, t("Written: {file}, which it reads", file=target))
    return 0


def _print_or_write(text: str, out: Path | None) -> None:
    if out is None:
        print_document(text)
        return
    with output_file(out) as path:
        path.write_text(text, encoding="utf-8")
    print_written(out, t("Written: {file}", file=out))


def _write_beside(name: str, config: RunConfig, record: RunRecord | None, target: Path) -> None:
    """Write a file that the code reads; raises `ArtifactMissingError` where the run has lost it."""
    if (dataset := datasets_beside(config.data).get(name)) is not None:
        _write_arrays(
            load_dataset(dataset, shared_store().settings), ("x_train", "y_train", "x_test", "y_test"), target
        )
        return
    assert record is not None, "only runs are fine-tuned"
    files = shared_store().files(record.id)
    if name == DRAWINGS_FILE:  # they may lie with another run; in a file to take along it doesn't say whose they are
        _write_arrays(files.read_drawings(), ("images", "labels", "held_out"), target)
        return
    assert isinstance(config.model, NetworkConfig)
    content = network_keras(config.model, read_base(files, config), config.spec.num_classes)
    with output_file(target) as path:
        path.write_bytes(content)


def _write_arrays(holder: object, names: Sequence[str], target: Path) -> None:
    # Imported here: writing code needs no arrays otherwise.
    import numpy as np

    arrays = {name: getattr(holder, name) for name in names}
    with output_file(target) as path:
        np.savez_compressed(path, allow_pickle=False, **arrays)


def _link(options: argparse.Namespace) -> int:
    config, record = _chosen(options)
    recipe = options.recipe if record is None else record.recipe
    base = options.base or get_settings().public_url or "http://localhost:8501"
    links = {"settings": settings_address(base, config, recipe)}
    if record is not None:
        links["run"] = run_address(base, record.id)
    if options.json:
        print_json(links)
        return 0
    print(t("The settings, ready to train: {link}", link=links["settings"]))
    if record is not None:
        open_to_all = record.shared or record.shipped
        words: Sentence = (
            "The run itself: {link}" if open_to_all else "The run itself: {link} (private: only its owner can open it)"
        )
        print(t(words, link=links["run"]))
    if config.fine_tune is not None:
        print(t("The drawings that it learned from are not in the link: who opens it trains the network without them."))
    return 0


def _picture(options: argparse.Namespace) -> int:
    config, record = _chosen(options)
    flow = None
    if options.image is not None:
        if record is None:
            raise ConfigError("An image goes through a trained network only: name a run instead of a recipe.")
        images = load_dataset(config.data.dataset, shared_store().settings).x_test
        if not 0 <= options.image < len(images):
            raise ConfigError("Test images have numbers from 0 to {last}.", last=len(images) - 1)
        flow = flow_of(at_work(shared_store().files(record.id), config, images[options.image]))
    _print_or_write(picture_svg(diagram_of(config), t, flow=flow, theme=options.theme), options.out)
    return 0
