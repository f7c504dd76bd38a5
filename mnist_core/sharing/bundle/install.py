"""Making a run of a bundle: files first, in one step, the record last."""

import threading
from datetime import UTC, datetime

import numpy as np

from mnist_core.config import NetworkConfig
from mnist_core.config.recipes import RECIPES
from mnist_core.datasets import get_spec, is_ready, load_dataset
from mnist_core.engine.limits import check_disk
from mnist_core.errors import BundleError
from mnist_core.inference import SharedNetwork, open_graph
from mnist_core.models.cost import prediction_cost
from mnist_core.sharing.bundle.bundled import BundledRun
from mnist_core.sharing.bundle.measured import check_accuracy
from mnist_core.sharing.bundle.read import read_bundle
from mnist_core.store import Imported, RunRecord, RunState, Store
from mnist_core.store.run_files import ONNX
from mnist_core.system.patience import pause_point
from mnist_core.text import one_line

_IMAGES = 20
_OPERATIONS = 4_000_000_000  # multiplications to try it with: a third of a second, ten where all numbers are tiny
# What is in a bundle takes some hundred megabytes while it is looked at: one at a time.
_reading = threading.Lock()
_AGREE = 5e-3  # shipped networks bring their probabilities in half precision


def import_bundle(
    data: bytes, store: Store, owner: str | None = None, *, most: int | None = None, address: str | None = None
) -> RunRecord:
    """Make a finished run of a bundle, and return it.

    Its network is written anew from its settings and weights, and has to say what the bundle claims that it said.

    Parameters
    ----------
    data : bytes
        Of any content.
    store : Store
    owner : str, optional
        Whose run it becomes.
    most : int, optional
        See `read_bundle`.
    address : str, optional
        Where the owner comes from, as in `Visitor.address`.

    Raises
    ------
    BundleError
        If it is no bundle, or holds what a run of this program can't have.
    LimitError
        If the owner's runs, or all, would take more of the disk than is allowed.
    StorageError
        If the disk is full or can't be written.
    """
    with _reading:
        pause_point()
        incoming = read_bundle(data, store.settings, most)
    return _import(incoming, store, owner, address)


def _import(incoming: BundledRun, store: Store, owner: str | None, address: str | None) -> RunRecord:
    size = sum(map(len, incoming.files.values()))
    check_disk(owner, store, size, address)
    _try_out(incoming, store)
    # Never the id that the bundle names: what is remembered of that run must not become this one's.
    run_id = store.artifacts.take_in(incoming.files)
    try:
        with store.database.turn("submitting"):  # several at once would all find the last room
            check_disk(owner, store, size, address)
            _record(incoming, store, run_id, owner, address)
    except BaseException:
        store.artifacts.remove(run_id)
        raise
    return store.runs.get(run_id)


def _record(incoming: BundledRun, store: Store, run_id: str, owner: str | None, address: str | None) -> None:
    manifest = incoming.manifest
    store.new_runs.put_imported(
        run_id,
        Imported(
            run_id=manifest.run_id,
            created=manifest.created.isoformat(timespec="seconds"),
            moment=datetime.now(UTC).isoformat(timespec="seconds"),
            written_here=True,
        ),
        incoming.finished(one_line(manifest.name), manifest.recipe if manifest.recipe in RECIPES else None),
        owner=owner,
        address=address,
        state=RunState(manifest.state),
    )


def _try_out(incoming: BundledRun, store: Store) -> None:
    """Predict with the network that was made of the weights; raise `BundleError` where it says something else."""
    spec = get_spec(incoming.config.data.dataset)
    known, labels = None, None
    if is_ready(spec.id, store.settings):
        dataset = load_dataset(spec.id, store.settings)
        known, labels = np.asarray(dataset.x_test[:_IMAGES]), np.asarray(dataset.y_test)
    images = np.random.default_rng(0).integers(0, 256, (_IMAGES, 28, 28), np.uint8) if known is None else known
    network = SharedNetwork(open_graph(incoming.files[ONNX]))
    # One by one: a large network takes a while for each, and waits its turn or ends between two.
    said = np.concatenate([network.predict(image[None]) for image in images[: _pictures(incoming)]])
    if not np.isfinite(said).all():
        raise BundleError("The bundle's network gives no probabilities: its weights are none of a trained network.")
    table = incoming.probabilities["test"]
    if known is not None and np.abs(said - table[: len(said)]).max() > _AGREE:
        raise BundleError("The bundle's predictions are not those of its network: they don't belong together.")
    check_accuracy(incoming.manifest.outcome, incoming.probabilities, labels)


def _pictures(incoming: BundledRun) -> int:
    """Return with how many pictures a network is tried: fewer where it takes long."""
    if not isinstance(incoming.config.model, NetworkConfig):
        return _IMAGES
    cost = prediction_cost(incoming.config.model, incoming.config.spec.num_classes)
    return max(2, min(_IMAGES, _OPERATIONS // max(1, cost.operations)))
