"""Everything that a person can choose goes all the way: from the form's words to a network that was taken away.

Layers, activations, settings and kinds of datasets are found in the tables of `mnist_core`: what is added there is
tried here without another line. What needs no Keras is asked of each entry alone. Training takes seconds, so as many
settings as can be combined share a run; its name says which ones it has.
"""

import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from functools import cache
from typing import get_args

import numpy as np
import pytest

from mnist_core.analysis.explain import measure_sensitivity
from mnist_core.config import LAYERS, LogisticConfig, NetworkConfig, RunConfig
from mnist_core.config.activations import ACTIVATIONS
from mnist_core.config.links import read_link, write_link
from mnist_core.config.wording import model_words, setting_words
from mnist_core.datasets import DATASETS, load_dataset
from mnist_core.datasets.load import cache_dir
from mnist_core.errors import ConfigError
from mnist_core.evaluation import accuracy
from mnist_core.evaluation.comparing.settings import differing_settings
from mnist_core.evaluation.matrix import confusion_matrix
from mnist_core.film import fixed_images, open_film
from mnist_core.inference import Classifier, open_layers
from mnist_core.models.speed import resolved
from mnist_core.models.summary import layer_rows
from mnist_core.recovery.traces import read_traces
from mnist_core.script import keras_code
from mnist_core.settings import Settings
from mnist_core.store import RunState, Store, Visitor
from mnist_core.system.libraries import load_keras
from mnist_core.system.processes import own_process
from mnist_core.tensorboard.graph import graph
from mnist_core.tensorboard.hparams import settings_of
from mnist_core.text import Translator
from mnist_core.training.control import Control

EN = Translator("en")
ADA = Visitor("ada")
TINY = {"train_size": 120, "epochs": 2, "batch_size": 40}  # 96 images to learn from: three steps an epoch
BASE = RunConfig().with_settings({"dataset": "digits", "layers": [{"kind": "dense", "units": 4}], **TINY})
SECTIONS = ("data", "train", "augment")


# what there is


def tiny(kind, **values):
    """Return a layer as small as it may be, of 4 units or filters at most."""
    spec = LAYERS[kind]
    whole = {name: field.default for name, field in spec.model_fields.items() if field.annotation is int}
    return spec(**{name: min(default, 4) for name, default in whole.items()} | values)


def network(*layers, **settings):
    return BASE.model_copy(update={"model": NetworkConfig(layers=layers)}).with_settings(settings)


def choices_of(info):
    """Return what a setting may be, where that is one of several names."""
    for rule in info.metadata:
        if getattr(rule, "choices", None):
            return list(rule.choices)
    return [value for value in get_args(info.annotation) if isinstance(value, str)]


def another(info):
    """Return a number within a setting's limits that is not its default, nor far from the least."""
    limits = {name: value for rule in info.metadata for name in ("ge", "gt", "le", "lt")
              if (value := getattr(rule, name, None)) is not None}  # fmt: skip
    least, most = limits.get("ge", limits.get("gt", 0)), limits.get("le", limits.get("lt"))
    if int in (info.annotation, *get_args(info.annotation)):
        return least if info.default is None else info.default + (1 if info.default < most else -1)
    value = least + (most - least) / 100
    return value if value != info.default else least + (most - least) / 50


def values_of(info, used):
    """Return the values of a setting that are not the one in use: every name, on or off, or one number."""
    if choices := choices_of(info):
        return [value for value in choices if value != used]
    return [not info.default] if info.annotation is bool else [another(info)]


@cache
def chosen():
    """Return every single choice beside the defaults, as (name, value)."""
    return [
        (name, value)
        for section in SECTIONS
        for name, info in type(getattr(BASE, section)).model_fields.items()
        for value in values_of(info, getattr(getattr(BASE, section), name))
    ]


def combined(*parts):
    """Return the configuration with all these settings, or None where they contradict each other."""
    settings = {}
    for name, value in (item for part in parts for item in part.items()):
        if settings.setdefault(name, value) != value:
            return None
    try:
        return BASE.with_settings(settings)
    except ConfigError:
        return None


def has_effect(settings, name):
    """Whether one of some settings changes what is trained."""
    whole = combined(settings)
    without = combined({key: value for key, value in settings.items() if key != name})
    return whole is not None and without is not None and whole.fingerprint() != without.fingerprint()


@cache
def needed_for(name, value):
    """Return settings with which a choice has an effect, itself among them: momentum needs SGD."""
    own = {name: value}
    for context in ({}, *({key: other} for key, other in chosen() if key != name)):
        if has_effect(context | own, name):
            return context | own
    return own


LAYER_NETWORKS = {kind: network(tiny(kind)) for kind in LAYERS}
ACTIVATION_NETWORKS = {
    f"{kind}-{name}": network(tiny(kind, activation=name))
    for kind, spec in LAYERS.items()
    if "activation" in spec.model_fields
    for name in ACTIVATIONS
}
SETTINGS = {f"{name}={value}": needed_for(name, value) for name, value in chosen()}
ALONE = {
    **LAYER_NETWORKS,
    **ACTIVATION_NETWORKS,
    **{name: combined(settings) for name, settings in SETTINGS.items()},
    "baseline": BASE.model_copy(update={"model": LogisticConfig()}),
}


# each entry alone, without Keras


@pytest.mark.parametrize("config", ALONE.values(), ids=ALONE)
def test_a_choice_survives_a_link_and_the_database(config):
    assert read_link(write_link(config)).config == config
    assert RunConfig.from_json(config.to_json()) == config


@pytest.mark.parametrize("config", ALONE.values(), ids=ALONE)
def test_a_choice_is_said_in_words(config):
    settings = config.model_dump(mode="json")
    assert model_words(settings, EN)
    assert all(setting_words(settings, EN))
    assert all(isinstance(value, str | int | float) for value in settings_of(config, "A run").values())
    assert graph(config).node
    for model in (type(getattr(config, section)) for section in SECTIONS):
        assert all(info.title and info.description for info in model.model_fields.values())


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_changes_the_outcome_and_is_told_everywhere_or_it_changes_the_code(name):
    settings = SETTINGS[name]
    own = name.partition("=")[0]
    config, without = combined(settings), combined({key: settings[key] for key in settings.keys() - {own}})
    if config.fingerprint() == without.fingerprint():
        assert keras_code(config) != keras_code(without)
        return
    assert settings_of(config, "A run") != settings_of(without, "A run")
    rows = {row.name: row.values for row in differing_settings([config, without], EN)}
    assert own in rows
    assert rows[own][0] != rows[own][1]


@pytest.mark.parametrize("kind", LAYERS)
def test_a_layer_is_told_apart_from_all_others(kind):
    others = [network(tiny(other)) for other in LAYERS if other != kind]
    own = LAYER_NETWORKS[kind]
    for words in (
        lambda config: settings_of(config, "A run")["model"],
        lambda config: config.model.layers[0].words(EN),
        lambda config: {node.op for node in graph(config).node if node.op in {spec.title for spec in LAYERS.values()}},
        keras_code,
        lambda config: config.fingerprint(),
    ):
        assert all(words(own) != words(other) for other in others)


def test_every_script_is_a_program_as_ruff_writes_it(tmp_path):
    for number, config in enumerate(ALONE.values()):
        (tmp_path / f"{number}.py").write_text(keras_code(config))
    ruff = [sys.executable.replace("python", "ruff"), "--isolated"]
    for command in (["format", "--diff"], ["check", "--select", "E,F,W,I,B"]):
        done = subprocess.run([*ruff[:1], *command, *ruff[1:], "--line-length", "120", str(tmp_path)],
                              capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


# each network alone, built by Keras


@pytest.mark.parametrize("config", [*LAYER_NETWORKS.values(), *ACTIVATION_NETWORKS.values()],
                         ids=[*LAYER_NETWORKS, *ACTIVATION_NETWORKS])  # fmt: skip
def test_keras_builds_what_the_table_says(config):
    from mnist_core.models.build import build_model

    model = build_model(config)
    rows = layer_rows(config.model)
    assert [type(layer).__name__ for layer in model.layers] == [row.name for row in rows]
    for layer, row in zip(model.layers, rows, strict=True):
        assert layer.output.shape[1:] == row.output_shape
        found = {weight.name: tuple(weight.shape) for weight in layer.weights if weight.name != "seed_generator_state"}
        assert list(found.items()) == list(row.weights.items())
    assert model.count_params() == sum(row.parameters for row in rows)


# the whole way, as many settings as possible at once


@dataclass
class Journey:
    """One training for several choices."""

    settings: dict = field(default_factory=dict)
    names: list = field(default_factory=list)

    def takes(self, name, settings):
        """Whether a choice found room here: nothing contradicts it, and everything still has an effect."""
        both = self.settings | settings
        if combined(self.settings, settings) is None:
            return False
        mine = {*settings, *(key.partition("=")[0] for key in self.names)}
        if not all(has_effect(both, key) for key in mine):
            return False
        self.settings = both
        self.names.append(name)
        return True


def every_layer():
    """Return all kinds of layers in one network: images first, then lists of numbers."""
    takes = {"image": 0, "anything": 1, "list": 3}
    found = [tiny(kind) for kind in LAYERS]
    ends = {kind: len(LAYER_NETWORKS[kind].model.layers[0].output_shape((8, 8, 1), 1)) == 1 for kind in LAYERS}
    return sorted(found, key=lambda layer: 2 if ends[layer.kind] and layer.takes == "image" else takes[layer.takes])


def is_trained(name):
    """Whether a choice has an effect on networks that learn from the bundled digits; all of them have `TINY`'s."""
    settings, own = SETTINGS[name], name.partition("=")[0]
    here = combined(settings).data.dataset == BASE.data.dataset
    return here and not settings.keys() & TINY.keys() and has_effect(settings, own)


def journeys():
    found = []
    for name in filter(is_trained, SETTINGS):
        if not any(journey.takes(name, SETTINGS[name]) for journey in found):
            found.append(Journey(SETTINGS[name], [name]))
    configs = {" ".join(journey.names): combined(journey.settings) for journey in found}
    dense = next(spec for spec in LAYERS.values() if spec.takes == "list")
    for names, layers in (
        ("layers", every_layer()),
        ("activations", [tiny(dense.model_fields["kind"].default, activation=name) for name in ACTIVATIONS]),
    ):
        first = next(name for name in configs if not name.startswith(("layers", "activations")))
        config = configs.pop(first)
        configs[f"{names} {first}"] = config.model_copy(update={"model": NetworkConfig(layers=tuple(layers))})
    known = {DATASETS[BASE.data.dataset].kind.id}
    for spec in DATASETS.values():
        if spec.kind.id not in known:
            known.add(spec.kind.id)
            configs[spec.id] = BASE.with_settings({"dataset": spec.id})
    return configs


JOURNEYS = journeys()


@pytest.fixture(scope="module")
def lab(_digits_home, tmp_path_factory):
    """Return a store whose home has the bundled digits, and images made up for other kinds of datasets."""
    home = tmp_path_factory.mktemp("journey")
    settings = Settings(home=home, keras_dir=home / "none", data_dir=None, offline=True)
    settings.datasets_dir.parent.mkdir(exist_ok=True)
    settings.datasets_dir.symlink_to(_digits_home.datasets_dir, target_is_directory=True)
    for id in {config.data.dataset for config in JOURNEYS.values()} - {BASE.data.dataset}:
        spec, rng = DATASETS[id], np.random.default_rng(0)
        arrays = {}
        for part, size in (("train", 200), ("test", spec.n_test)):
            arrays[f"x_{part}"] = rng.integers(0, 256, (size, 28, 28), np.uint8)
            arrays[f"y_{part}"] = (np.arange(size) % spec.num_classes).astype(np.uint8)
        folder = cache_dir(spec, settings)
        folder.mkdir()
        for name, array in arrays.items():
            np.save(folder / f"{name}.npy", array)
        (folder / "complete.json").write_text(json.dumps({name: array.shape for name, array in arrays.items()}))
    store = Store(settings)
    yield store
    store.close()


class PausedAfter(Control):
    """Asks for a pause as soon as two batches are done."""

    def __init__(self):
        super().__init__()
        self._looks = 0

    @property
    def halting(self):
        self._looks += 1
        if self._looks >= 4:
            self.pause()
        return super().halting


def perform(lab, config, control=None, run_id=None):
    from mnist_core.training.run import execute

    run_id = run_id or lab.new_runs.create(config, "A journey", owner=ADA.id)
    assert lab.queue.claim(run_id, own_process())
    record = execute(run_id, lab, control or Control())
    assert record.error is None, record.error
    return record


def film_of(lab, record, dataset):
    """Return the film of a run as steps and matrices; its figures are those of its weights."""
    film, places = open_film(lab.files(record.id), record.config), fixed_images(dataset.y_test)
    for place in range(len(film)):
        said = film.predict(place, dataset.x_test[places])
        answers = film.answers(place)
        np.testing.assert_allclose(said[: len(answers)], answers, atol=1e-2)
        np.testing.assert_array_equal(confusion_matrix(said, dataset.y_test[places]).counts, film.matrix(place).counts)
    return [(moment.step, film.matrix(place).counts.tolist()) for place, moment in enumerate(film.moments)]


@pytest.mark.slow
@pytest.mark.parametrize("name", JOURNEYS, ids=[" ".join(name.split()[:2]) for name in JOURNEYS])
def test_a_journey(name, lab, tmp_path):
    from mnist_core.sharing.bundle import contents
    from mnist_core.sharing.bundle.install import import_bundle
    from mnist_core.sharing.bundle.make import make_bundle

    config = resolved(JOURNEYS[name], lab.settings)
    record = perform(lab, config, PausedAfter())
    assert record.state is RunState.PAUSED
    lab.queue.request_resume(record.id, ADA)
    record = perform(lab, config, run_id=record.id)
    assert record.state is RunState.COMPLETED
    whole = perform(lab, config)
    assert record.outcome.test_loss == pytest.approx(whole.outcome.test_loss, abs=1e-6)
    files, dataset = lab.files(record.id), load_dataset(config.data.dataset, lab.settings)

    classifier = Classifier(files)
    told = files.read_probabilities()["test"]
    np.testing.assert_allclose(classifier.predict(dataset.x_test), told, atol=1e-5)
    assert record.outcome.test_accuracy == pytest.approx(accuracy(told, dataset.y_test))
    rows = layer_rows(config.model, dataset.spec.num_classes)
    assert [(layer.name, layer.shape) for layer in open_layers(files).layers] == [
        (row.name, row.output_shape) for row in rows
    ]
    assert np.isfinite(measure_sensitivity(classifier.predict, dataset.x_test[0]).log_probability).all()
    recovered = RunConfig.from_json(read_traces(files, shared=True).values["config"])
    assert recovered.model == config.model

    film = film_of(lab, record, dataset)
    assert film == film_of(lab, whole, dataset), "it went on after the pause"
    assert [step for step, _ in film] == [0, 1, 2, 3, 6]

    path = make_bundle(record, lab, tmp_path / "bundle.zip")
    with zipfile.ZipFile(path) as archive:
        # The app has another process make bundles, which may import TensorFlow; this one has its backend for life.
        assert (contents.TFLITE in archive.namelist()) == (load_keras().config.backend() == "tensorflow")
    back = import_bundle(path.read_bytes(), lab, ADA.id)
    assert back.config == config
    assert back.outcome.test_accuracy == record.outcome.test_accuracy
    np.testing.assert_array_equal(
        Classifier(lab.files(back.id)).predict(dataset.x_test[:9]), classifier.predict(dataset.x_test[:9])
    )
    assert film_of(lab, back, dataset) == film
