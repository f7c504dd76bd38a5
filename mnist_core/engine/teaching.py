"""Fine-tuning on a visitor's drawings: which run becomes which."""

from mnist_core.config import DataConfig, FineTuneConfig, NetworkConfig, RunConfig, TrainConfig
from mnist_core.datasets import get_spec
from mnist_core.drawing.personal import PersonalSet, content_hash
from mnist_core.errors import ConfigError, DrawingsError, NotOwnerError, RunStateError
from mnist_core.models.network_files import read_whole_network
from mnist_core.models.speed import REFERENCE, DeviceSpeed, read_speed
from mnist_core.store import RunRecord, Store, Visitor
from mnist_core.store.run_files import MODEL, ONNX

# Measured on writers whom no network knew; benchmarks/README.md.
EPOCHS, LEARNING_RATE, BATCH_SIZE = 2, 5e-4, 64
REHEARSAL, MOST_COPIES, COPIES_OF_EACH = 3000, 1500, 100
_SECONDS = 3.5  # of training and judging, as far as one can tell: a click shall be answered within ten
_LEAST = 0.3  # share of the images that even a slow network learns from
_JUDGING = 0.4  # of a training step's time an image takes to be judged


def check_base(record: RunRecord, visitor: Visitor, store: Store) -> None:
    """Raise an error where a run can't be fine-tuned by a visitor.

    Raises
    ------
    ConfigError
        If it is no network.
    NotOwnerError
        If the visitor may not look at it.
    RunStateError
        If it has no model.
    ArtifactMissingError
        If it can answer, but not learn on.
    """
    visitor.check_sees(record)
    if not isinstance(record.config.model, NetworkConfig):
        raise ConfigError("Logistic regression can't be fine-tuned: only networks can learn on. Choose a network.")
    files = store.files(record.id)
    if not record.state.has_model or files.size_of(ONNX) is None:
        raise RunStateError("This run has no model that could learn on. Choose another one.")
    if files.size_of(MODEL) is None:  # where something is unknown, none is made for Keras
        read_whole_network(files, record.config.model, record.config.spec.num_classes)


def check_drawings(drawings: PersonalSet, visitor: Visitor) -> None:
    """Raise `NotOwnerError` where somebody else drew what a visitor wants to teach a network with."""
    if drawings.owner is not None and not visitor.may_see_drawings(drawings):
        raise NotOwnerError("These drawings are another visitor's. Draw some of your own and say what they are.")


def fine_tune_config(record: RunRecord, drawings: PersonalSet, store: Store) -> RunConfig:
    """Return the configuration of a run that learns on from `record` with a visitor's drawings.

    A network that is slow on this computer goes through fewer images, so that the answer comes soon.

    Raises
    ------
    DrawingsError
        If there are no drawings.
    """
    if not len(drawings):
        raise DrawingsError("There is no drawing to learn from yet. Draw something and say what it is.")
    base = record.config
    config = RunConfig(
        # What else the base was trained with (another schedule, say) is no part of fine-tuning. Nor are validation
        # images, which would take a quarter of the time: the drawings that are held back and the test set judge it.
        data=DataConfig(dataset=base.data.dataset, validation_split=0.0, train_size=base.data.train_size),
        model=base.model,
        train=TrainConfig(
            optimizer="adam",
            learning_rate=LEARNING_RATE,
            loss=base.train.loss,
            batch_size=BATCH_SIZE,
            epochs=EPOCHS,
            seed=base.train.seed,
        ),
    )
    speed = read_speed(store.settings.speed_path) or REFERENCE
    if base.train.precision != config.train.precision:
        config = config.with_settings({"precision": speed.fastest_precision(config)})
    share = _share_in_time(config, speed)
    learned = int((~drawings.held_out).sum())
    fine_tune = FineTuneConfig(
        base=record.id,
        drawings=content_hash(drawings.images, drawings.labels),
        copies=max(learned, int(share * min(MOST_COPIES, COPIES_OF_EACH * learned))),
        rehearsal=min(int(share * REHEARSAL), get_spec(base.data.dataset).n_train),
    )
    return config.model_copy(update={"fine_tune": fine_tune})


def _share_in_time(config: RunConfig, speed: DeviceSpeed) -> float:
    """Return which share of all images a network can go through in the time that there is."""
    spec = get_spec(config.data.dataset)
    image = speed.step_seconds(config) / config.train.batch_size
    left = _SECONDS / image - _JUDGING * spec.n_test
    return min(1.0, max(_LEAST, left / (EPOCHS * (MOST_COPIES + REHEARSAL))))
