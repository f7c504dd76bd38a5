"""From a run and drawings to a run that learns on."""

import zipfile
from dataclasses import replace

import numpy as np
import pytest

from mnist_core.config import (
    BatchNormalization,
    Conv2D,
    DataConfig,
    Dense,
    LogisticConfig,
    NetworkConfig,
    RunConfig,
    TrainConfig,
)
from mnist_core.drawing.personal import PersonalSet, content_hash, held_out
from mnist_core.engine import estimate
from mnist_core.engine.cleaning import clean_drawings
from mnist_core.engine.supervisor import Supervisor
from mnist_core.engine.teaching import REHEARSAL, fine_tune_config
from mnist_core.errors import (
    ArtifactMissingError,
    ConfigError,
    DrawingsError,
    LimitError,
    NotOwnerError,
    RunStateError,
)
from mnist_core.models.network_files import write_graphs
from mnist_core.models.speed import DeviceSpeed, Speed, write_speed
from mnist_core.store import Outcome, RunState, Visitor
from mnist_core.system.processes import own_process
from tests.network_files import older_graph, random_weights
from tests.run_rows import write_columns

ADA, BOB = Visitor("ada"), Visitor("bob")


def drawings(n=20, label=None):
    labels = (np.arange(n) % 10 if label is None else np.full(n, label)).astype(np.uint8)
    return PersonalSet(
        np.random.default_rng(0).integers(0, 256, (n, 28, 28), dtype=np.uint8),
        labels,
        tuple(range(n)),
        held_out(labels),
    )


@pytest.fixture
def base(store, record):
    """Return a finished run of Ada's, with a network of random weights."""
    config = RunConfig(
        data=DataConfig(validation_split=0.1, train_size=8000),
        model=NetworkConfig(layers=(Dense(units=64),)),
        train=TrainConfig(optimizer="sgd", momentum=0.5, batch_size=32, epochs=9, seed=3, tensorboard=True),
    )
    run = record("ada", RunState.COMPLETED, config=config, size=10)
    write_graphs(config.model, random_weights(config.model), 10, store.files(run.id))
    store.files(run.id).write_probabilities({"test": np.full((10, 10), 0.1, np.float32)})
    return run


@pytest.fixture
def supervisor(store, settings):
    """Return a queue that is not begun: what is submitted waits."""
    return Supervisor(store, settings)


def test_the_new_run_learns_gently_from_the_same_kind_of_data(store, base):
    set_ = drawings()
    config = fine_tune_config(base, set_, store)
    assert (config.data.dataset, config.data.train_size) == (base.config.data.dataset, 8000)
    assert config.data.validation_split == 0
    assert config.model == base.config.model
    assert (config.train.optimizer, config.train.seed, config.train.tensorboard) == ("adam", 3, False)
    assert config.train.learning_rate < 0.001
    assert config.fine_tune.base == base.id
    assert config.fine_tune.drawings == content_hash(set_.images, set_.labels)
    assert (config.fine_tune.copies, config.fine_tune.rehearsal) == (1500, REHEARSAL)


@pytest.mark.parametrize(("n", "copies"), [(1, 100), (2, 200), (5, 400), (100, 1500)])
def test_a_few_drawings_are_not_repeated_for_ever(store, base, n, copies):
    assert fine_tune_config(base, drawings(n, label=4), store).fine_tune.copies == copies


def test_many_drawings_are_all_learned_from(store, base):
    assert fine_tune_config(base, drawings(4000), store).fine_tune.copies == 3000


def test_other_drawings_or_another_base_are_another_fingerprint(store, base, record):
    other = record("ada", RunState.COMPLETED, config=base.config, size=10)
    configs = [
        fine_tune_config(run, set_, store)
        for run, set_ in ((base, drawings()), (base, drawings(21)), (other, drawings()))
    ]
    assert len({config.fingerprint() for config in configs} | {base.fingerprint}) == 4
    assert configs[0].fingerprint() == fine_tune_config(base, drawings(), store).fingerprint()
    assert RunConfig.from_json(configs[0].to_json()) == configs[0]


def test_a_slow_computer_goes_through_fewer_images(store, settings, base):
    speed = Speed(dense=1e8, conv=1e8, normalization=1e-8, step=0.001)
    write_speed(DeviceSpeed("CPU: slow", {"float32": speed, "mixed_bfloat16": speed}), settings.speed_path)
    slow = fine_tune_config(base, drawings(100), store).fine_tune
    assert slow.copies == 450
    assert slow.rehearsal == int(0.3 * REHEARSAL)


def test_mixed_precision_is_kept_where_it_is_faster(store, settings, base):
    mixed = vars(base) | {"config": base.config.with_settings({"precision": "mixed_bfloat16"})}
    for slower, expected in ((2.0, "float32"), (0.5, "mixed_bfloat16")):
        speed = Speed(dense=1e11, conv=1e11, normalization=1e-9, step=0.001)
        other = Speed(dense=1e11, conv=1e11, normalization=1e-9, step=0.001 * slower)
        write_speed(DeviceSpeed("CPU", {"float32": speed, "mixed_bfloat16": other}), settings.speed_path)
        assert fine_tune_config(base.__class__(**mixed), drawings(), store).train.precision == expected
        assert fine_tune_config(base, drawings(), store).train.precision == "float32"


def test_the_estimate_is_of_the_mix_and_apart_from_the_bases(store, base):
    config = fine_tune_config(base, drawings(), store)
    assert estimate(config, store).epoch_seconds < estimate(RunConfig(model=base.config.model), store).epoch_seconds
    plain = config.model_copy(update={"fine_tune": None})
    assert estimate(plain, store).epoch_seconds != estimate(config, store).epoch_seconds


def test_a_convolutional_network_takes_seconds(store, base):
    layers = (Conv2D(filters=32), Conv2D(filters=64), Dense(units=128))
    config = base.config.model_copy(update={"model": NetworkConfig(layers=layers), "data": DataConfig()})
    big = store.runs.get(base.id).__class__(**{**vars(base), "config": config})
    assert estimate(fine_tune_config(big, drawings(), store), store).seconds < 20


def test_the_drawings_and_the_weights_are_copied(store, supervisor, base):
    set_ = drawings()
    run_id = supervisor.fine_tune(base, set_, "mine", visitor=BOB)  # the run is Ada's, and shared
    files = store.files(run_id)
    copied = files.read_drawings()
    np.testing.assert_array_equal(copied.images, set_.images)
    np.testing.assert_array_equal(copied.labels, set_.labels)
    np.testing.assert_array_equal(copied.held_out, set_.held_out)
    weights = random_weights(base.config.model)
    assert {name: array.tolist() for name, array in files.read_base_weights().items()} == {
        name: array.tolist() for name, array in weights.items()
    }
    record = store.runs.get(run_id)
    assert (record.owner, record.state, record.name) == ("bob", RunState.QUEUED, "mine")


def test_without_drawings_there_is_nothing_to_learn(supervisor, base):
    with pytest.raises(DrawingsError, match="no drawing"):
        supervisor.fine_tune(base, drawings(0), "mine", visitor=ADA)


def test_a_private_run_of_another_visitor_can_not_be_fine_tuned(store, supervisor, base):
    store.runs.set_shared(base.id, False, ADA)
    with pytest.raises(NotOwnerError):
        supervisor.fine_tune(store.runs.get(base.id), drawings(), "mine", visitor=BOB)
    assert supervisor.fine_tune(store.runs.get(base.id), drawings(), "mine", visitor=ADA)


def test_a_baseline_can_not_be_fine_tuned(supervisor, record):
    base = record("ada", RunState.COMPLETED, config=RunConfig(model=LogisticConfig()), size=10)
    with pytest.raises(ConfigError, match="Logistic regression"):
        supervisor.fine_tune(base, drawings(), "mine", visitor=ADA)


def test_a_run_without_a_model_can_not_be_fine_tuned(store, supervisor, base, record):
    store.files(base.id).onnx.unlink()
    for run in (base, record("ada", RunState.RUNNING, size=10)):
        with pytest.raises(RunStateError, match="no model that could learn on"):
            supervisor.fine_tune(run, drawings(), "mine", visitor=ADA)


def test_a_network_of_which_not_all_is_known_can_not_be_fine_tuned(store, supervisor, base, record):
    """An earlier version imported it: of its batch normalization only a factor and a term are known."""
    model = NetworkConfig(layers=(BatchNormalization(), Dense(units=4)))
    run = record("ada", RunState.COMPLETED, config=base.config.model_copy(update={"model": model}))
    store.files(run.id).model.unlink()
    store.files(run.id).onnx.write_bytes(older_graph(model, random_weights(model)))
    with pytest.raises(ArtifactMissingError, match="running averages of its batch normalization"):
        supervisor.fine_tune(run, drawings(), "mine", visitor=ADA)


def test_the_limits_of_the_queue_hold(supervisor, base):
    for n in (20, 21):
        supervisor.fine_tune(base, drawings(n), "mine", visitor=ADA)
    with pytest.raises(LimitError, match="waiting"):
        supervisor.fine_tune(base, drawings(22), "mine", visitor=ADA)


def test_a_fine_tuned_configuration_alone_can_not_be_queued(supervisor, store, base):
    with pytest.raises(RunStateError):
        supervisor.submit(fine_tune_config(base, drawings(), store), "mine", visitor=ADA)


def test_drawings_are_cleaned_away_only_when_there_are_very_many(store):
    set_ = drawings()
    store.drawings.add("ada", "digits", set_.images, set_.labels)
    assert clean_drawings(store) == 0
    assert store.drawings.count("ada") == 20


def test_drawings_of_a_run_of_an_earlier_version_are_held_back_as_they_were(store, supervisor, base):
    set_ = drawings(label=3)
    files = store.files(supervisor.fine_tune(base, set_, "mine", visitor=ADA))
    np.savez_compressed(files.drawings, images=set_.images, labels=set_.labels)
    assert np.flatnonzero(files.read_drawings().held_out).tolist() == [2, 6, 10, 14, 18]


class TestWhoseTheDrawingsAre:
    """A run may be shared and be trained on by others; the drawings that it learned from are its owner's."""

    @pytest.fixture
    def taught(self, store, supervisor, base):
        """Return a shared run of Ada's that learned from her drawings, as it is after training."""
        set_ = drawings()
        store.drawings.add("ada", "digits", set_.images, set_.labels)
        run_id = supervisor.fine_tune(base, store.drawings.read("ada", "digits"), "hers", visitor=ADA)
        files = store.files(run_id)
        np.savez(files.checkpoint, step=10)
        write_graphs(base.config.model, random_weights(base.config.model), 10, files)
        files.write_probabilities({"test": np.full((10, 10), 0.1, np.float32)})
        assert store.queue.claim(run_id, own_process())
        store.queue.finish(run_id, RunState.COMPLETED, outcome=Outcome(test_accuracy=0.9))
        return store.runs.get(run_id)

    def train_on(self, supervisor, record, visitor):
        epochs = record.config.train.epochs + 1
        more = record.config.with_settings({"epochs": epochs})
        return supervisor.submit(more, "more", visitor=visitor, continues=record.id)

    def pictures_in(self, folder, images):
        """Return the files below a folder that hold one of the images, packed or not."""
        found = []
        for path in folder.rglob("*"):
            content = path.read_bytes() if path.is_file() else b""
            if content.startswith(b"PK"):
                with zipfile.ZipFile(path) as archive:
                    content = b"".join(archive.read(name) for name in archive.namelist())
            if any(image.tobytes() in content for image in images):
                found.append(path.name)
        return found

    @pytest.mark.parametrize("visitor", [ADA, BOB])
    def test_a_run_that_goes_on_keeps_the_weights_and_never_the_pictures(self, store, supervisor, taught, visitor):
        on = self.train_on(supervisor, taught, visitor)
        assert self.pictures_in(store.files(taught.id).folder, drawings().images) == ["drawings.npz"]
        assert self.pictures_in(store.files(on).folder, drawings().images) == []
        for name in ("checkpoint", "base_weights", "base_probabilities"):
            assert getattr(store.files(on), name).read_bytes() == getattr(store.files(taught.id), name).read_bytes()
        # Its process learns from them where they are.
        np.testing.assert_array_equal(store.files(on).read_drawings().images, drawings().images)
        assert store.drawings.of_run(on, BOB) is None
        assert len(store.drawings.of_run(on, ADA)) == 20

    def test_nor_does_one_that_goes_on_with_that_one(self, store, supervisor, taught):
        on = self.train_on(supervisor, taught, BOB)
        np.savez(store.files(on).checkpoint, step=15)
        assert store.queue.claim(on, own_process())
        store.queue.finish(on, RunState.COMPLETED, outcome=Outcome(test_accuracy=0.9))
        further = self.train_on(supervisor, store.runs.get(on), Visitor("eve"))
        assert store.files(further).drawings_of == taught.id
        assert store.drawings.of_run(further, Visitor("eve")) is None
        assert self.pictures_in(store.files(further).folder, drawings().images) == []

    def test_an_admin_looks_at_nobodys_drawings(self, store, taught):
        assert store.drawings.of_run(taught.id, Visitor("eve", is_admin=True)) is None
        assert store.drawings.of_run(taught.id, Visitor(None, is_admin=True)) is None
        assert len(store.drawings.of_run(taught.id, ADA)) == 20

    def test_once_they_are_gone_nobody_trains_on(self, store, supervisor, taught):
        store.files(taught.id).drawings.unlink()
        folders = len(list(store.settings.runs_dir.iterdir()))
        with pytest.raises(ArtifactMissingError, match="Fine-tune"):
            self.train_on(supervisor, taught, BOB)
        assert len(list(store.settings.runs_dir.iterdir())) == folders, "nothing is left behind"

    def test_a_network_is_not_taught_with_anothers_drawings(self, store, supervisor, base, taught):
        hers = store.drawings.read("ada", "digits")
        with pytest.raises(NotOwnerError, match="another visitor's"):
            supervisor.fine_tune(base, hers, "his", visitor=BOB)
        assert not store.runs.find(owner="bob")

    def test_fine_tuning_it_further_takes_its_weights_and_ones_own_drawings(self, store, supervisor, taught):
        own = replace(drawings(n=12), images=255 - drawings(n=12).images)
        run_id = supervisor.fine_tune(taught, own, "his", visitor=BOB)
        assert len(store.files(run_id).read_drawings()) == 12
        assert self.pictures_in(store.files(run_id).folder, drawings().images) == []
        assert len(store.drawings.of_run(run_id, BOB)) == 12
        assert store.drawings.of_run(run_id, ADA) is None

    @pytest.mark.parametrize(("continues", "seen"), [(None, 20), ("another run", None)])
    def test_in_files_of_earlier_versions_they_are_the_owners_unless_they_were_copied(
        self, store, taught, continues, seen
    ):
        files = store.files(taught.id)
        set_ = files.read_drawings()
        np.savez_compressed(files.drawings, images=set_.images, labels=set_.labels, held_out=set_.held_out)
        write_columns(store, taught.id, continues=continues)
        found = store.drawings.of_run(taught.id, ADA)
        assert (None if found is None else len(found)) == seen
        assert store.drawings.of_run(taught.id, BOB) is None
