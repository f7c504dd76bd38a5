"""Fine-tuning with a visitor's drawings, by real trainings of small networks."""

import shutil

import numpy as np
import pytest

from mnist_core.config import BatchNormalization, Conv2D, Dense, Dropout, MaxPooling2D, NetworkConfig
from mnist_core.datasets import load_dataset
from mnist_core.drawing.personal import PersonalSet, held_out
from mnist_core.engine.teaching import fine_tune_config
from mnist_core.errors import ArtifactMissingError
from mnist_core.evaluation import accuracy
from mnist_core.inference import Classifier
from mnist_core.models.network_files import read_whole_network
from mnist_core.store import RunState, Visitor
from mnist_core.system.processes import own_process
from mnist_core.training.control import Control
from mnist_core.training.run import execute

pytestmark = pytest.mark.slow

ADA = Visitor("ada")


@pytest.fixture(scope="module")
def drawings():
    """Return forty digits by somebody who writes white on black the wrong way round: every row from below."""
    rng = np.random.default_rng(5)
    labels = np.tile(np.arange(10), 4).astype(np.uint8)
    images = np.zeros((40, 28, 28), np.uint8)
    for image, label in zip(images, labels, strict=True):
        row, column = 4 + 10 * (label // 5), 2 + 5 * (label % 5)
        image[row : row + 8, column : column + 4] = rng.integers(150, 256)
    return PersonalSet(images, labels, tuple(range(40)), held_out(labels))


@pytest.fixture(scope="module", params=["dense", "every kind"])
def base(request, module_store, network):
    """Return a trained network."""
    layers = {
        "dense": (Dense(units=32),),
        "every kind": (
            Conv2D(filters=4),
            BatchNormalization(),
            MaxPooling2D(),
            Dropout(rate=0.2),
            Dense(units=16),
        ),
    }
    config = network(epochs=4).model_copy(update={"model": NetworkConfig(layers=layers[request.param])})
    return train(module_store, module_store.new_runs.create(config, "base", owner="ada"))


def train(store, run_id):
    assert store.queue.claim(run_id, own_process())
    record = execute(run_id, store, Control())
    assert record.error is None, record.error
    return record


def teach(store, base, drawings, **settings):
    config = fine_tune_config(base, drawings, store).with_settings(settings)
    weights = read_whole_network(store.files(base.id), config.model, 10)
    return store.new_runs.create(config, "mine", owner="ada", drawings=drawings, base=weights)


@pytest.fixture(scope="module")
def taught(module_store, base, drawings):
    return train(module_store, teach(module_store, base, drawings))


def test_it_reads_the_drawings_and_forgets_little(module_store, base, drawings, taught):
    tables = module_store.files(taught.id).read_teaching()
    labels = drawings.labels[tables["held_out"]]
    assert tables["held_out"].tolist() == held_out(drawings.labels).tolist()
    assert tables["before"].shape == tables["after"].shape == (10, 10)
    assert accuracy(tables["after"], labels) >= accuracy(tables["before"], labels) + 0.4
    assert taught.outcome.test_accuracy > base.outcome.test_accuracy - 0.08
    assert taught.state is RunState.COMPLETED


def test_what_it_said_before_is_what_the_base_says(module_store, base, drawings, taught):
    tables = module_store.files(taught.id).read_teaching()
    classifier = Classifier(module_store.files(base.id))
    np.testing.assert_allclose(tables["before"], classifier.predict(drawings.images[tables["held_out"]]), atol=1e-5)
    test = load_dataset("digits", module_store.settings).x_test
    np.testing.assert_allclose(tables["test_before"], classifier.predict(test), atol=1e-5)


def test_what_it_says_afterwards_is_what_its_export_says(module_store, drawings, taught):
    files = module_store.files(taught.id)
    tables = files.read_teaching()
    answers = Classifier(files).predict(drawings.images[tables["held_out"]])
    np.testing.assert_allclose(tables["after"], answers, atol=1e-5)


def test_its_record_names_the_base_and_it_is_judged_on_the_test_set_alone(module_store, base, taught):
    assert taught.config.fine_tune.base == base.id
    assert taught.config.data.dataset == base.config.data.dataset
    assert len(module_store.metrics.history(taught.id)["accuracy"]) == taught.config.train.epochs
    assert set(module_store.files(taught.id).read_probabilities()) == {"test"}


def test_the_map_before_training_is_the_bases_map(module_store, base, taught):
    before = module_store.files(taught.id).read_parts()["before"]
    after = module_store.files(base.id).read_parts()["after"]
    np.testing.assert_allclose(before, after, rtol=1e-2, atol=1e-2)


def test_the_same_seed_gives_the_same_network(module_store, base, drawings, taught):
    again = train(module_store, teach(module_store, base, drawings))
    assert again.fingerprint == taught.fingerprint
    tables = [module_store.files(run.id).read_probabilities()["test"] for run in (taught, again)]
    np.testing.assert_array_equal(*tables)


def test_the_base_may_be_deleted_before_training_begins(module_store, network, drawings):
    base = train(module_store, module_store.new_runs.create(network(epochs=1), "base", owner="ada"))
    run_id = teach(module_store, base, drawings)
    module_store.bin.delete(base.id, ADA)
    record = train(module_store, run_id)
    more = record.config.with_settings({"epochs": 5})
    on = module_store.new_runs.create(more, "on", owner="ada", continues=record.id)
    module_store.bin.delete(record.id, ADA)
    assert train(module_store, on).config.fine_tune.base == base.id
    before = [module_store.files(on).read_teaching()[name] for name in ("before", "held_out")]
    assert len(before[0]) == before[1].sum() == 10


def test_a_fine_tuned_network_can_be_fine_tuned(module_store, taught, drawings):
    record = train(module_store, teach(module_store, taught, drawings))
    tables = module_store.files(record.id).read_teaching()
    np.testing.assert_allclose(tables["before"], module_store.files(taught.id).read_teaching()["after"], atol=1e-5)


@pytest.mark.parametrize("n", [1, 5])
def test_few_drawings_are_enough_to_learn_from_though_not_to_judge_by(module_store, base, drawings, n):
    few = PersonalSet(drawings.images[:n], drawings.labels[:n], drawings.ids[:n], drawings.held_out[:n])
    record = train(module_store, teach(module_store, base, few))
    tables = module_store.files(record.id).read_teaching()
    assert not tables["held_out"].any()
    assert tables["before"].shape == (0, 10)
    before, after = (Classifier(module_store.files(run.id)).predict(few.images) for run in (base, record))
    assert (after - before)[np.arange(n), few.labels].mean() > 0.05


def test_a_paused_one_ends_with_the_same_weights(module_store, base, drawings, taught):
    run_id = teach(module_store, base, drawings)
    assert module_store.queue.claim(run_id, own_process())
    control = Control()
    control.pause()  # before the first batch is over
    assert execute(run_id, module_store, control).state is RunState.PAUSED
    module_store.queue.request_resume(run_id, ADA)
    record = train(module_store, run_id)
    tables = [module_store.files(run.id).read_probabilities()["test"] for run in (taught, record)]
    np.testing.assert_array_equal(*tables)


def test_a_base_without_a_model_is_refused(module_store, network, drawings):
    base = module_store.runs.get(module_store.new_runs.create(network(), "never trained"))
    with pytest.raises(ArtifactMissingError, match="missing"):
        teach(module_store, base, drawings)


@pytest.mark.parametrize("damaged", ["base_weights", "drawings"])
def test_damaged_files_fail_in_words(module_store, base, drawings, damaged):
    run_id = teach(module_store, base, drawings)
    getattr(module_store.files(run_id), damaged).write_bytes(b"nothing")
    assert module_store.queue.claim(run_id, own_process())
    record = execute(run_id, module_store, Control())
    assert record.state is RunState.FAILED
    assert record.error.code == "artifact_missing"


def test_a_run_of_an_earlier_version_begins_with_the_numbers_of_its_base(module_store, base, drawings, taught):
    """It has the base's weights in a file of Keras's only, which is not opened."""
    run_id = teach(module_store, base, drawings)
    files = module_store.files(run_id)
    files.base_weights.unlink()
    files.older_base.write_bytes(b"a stranger's")
    tables = [module_store.files(run.id).read_probabilities()["test"] for run in (taught, train(module_store, run_id))]
    np.testing.assert_array_equal(*tables)


def test_where_the_base_says_something_else_by_now_it_is_refused(module_store, base, drawings):
    run_id = teach(module_store, base, drawings)
    files = module_store.files(run_id)
    files.base_weights.unlink()
    files.base_probabilities.write_bytes(files.base_probabilities.read_bytes()[:-200])
    assert module_store.queue.claim(run_id, own_process())
    assert execute(run_id, module_store, Control()).error.code == "artifact_missing"


def test_other_drawings_than_the_configuration_names_are_refused(module_store, base, drawings):
    run_id, other = (teach(module_store, base, set_) for set_ in (drawings, first(drawings, 20)))
    shutil.copy(module_store.files(other).drawings, module_store.files(run_id).drawings)
    assert module_store.queue.claim(run_id, own_process())
    assert execute(run_id, module_store, Control()).error.code == "artifact_missing"


def first(drawings, n):
    return PersonalSet(drawings.images[:n], drawings.labels[:n], drawings.ids[:n], drawings.held_out[:n])
