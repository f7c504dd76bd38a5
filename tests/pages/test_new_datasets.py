"""Another dataset is one entry of `DATASETS`: it is offered, learned, written as code, told about and drawn for.

One has ten classes in four files that a publisher serves; the other has 26 in a file that is at hand.
"""

import gzip
import hashlib
import os
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from mnist_core.config import Conv2D, DataConfig, NetworkConfig, RunConfig, TrainConfig
from mnist_core.config.datasets import DATASETS, DatasetSpec, RemoteFile
from mnist_core.config.kinds import DIGITS, LETTERS
from mnist_core.datasets import DatasetProvider, load_dataset, shared_provider
from mnist_core.drawing import prepare_parts, read_canvas, write_canvas
from mnist_core.drawing.personal import write_csv
from mnist_core.drawing.personal.csv_file import read_csv
from mnist_core.errors import ConfigError, CorruptDataError
from mnist_core.inference import parts_of
from mnist_core.script import keras_code
from mnist_core.settings import Settings, get_settings
from mnist_core.sharing.bundle.evidence import gather
from mnist_core.sharing.bundle.readme import facts
from mnist_core.sharing.bundle.report import report_html
from mnist_core.sharing.hub.card import model_card
from mnist_core.sharing.hub.folder import card_facts
from mnist_core.store import RunRecord, RunState, Store, shared_store
from mnist_core.system.processes import own_process
from tests.pages.test_pages import drawn, words

OpenPage = Callable[..., AppTest]
Arrays = dict[str, np.ndarray]
_REAL = os.environ.get("MNIST_LAB_DATA_DIR")
N_TRAIN, N_TEST = 130, 52


def squares(classes: int, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return images with a bright square at a place of its own for each class, and their labels."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(n) % classes).astype(np.uint8)
    images = rng.integers(0, 60, (n, 28, 28), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        row, column = 1 + 5 * (label // 6), 1 + 4 * (label % 6)
        image[row : row + 5, column : column + 4] += 180
    return images, labels


def capitals() -> Arrays:
    """Return letters that people wrote, where the file is at hand, else squares in their place."""
    path = Path(_REAL or "none") / "emnist-byclass-part.npz"
    if not path.is_file():
        return split(*squares(26, N_TRAIN + N_TEST, 3))
    with np.load(path) as archive:
        images, labels, characters = archive["images"], archive["labels"].astype(int), str(archive["characters"])
    places = np.concatenate([np.flatnonzero(labels == characters.index(letter))[:7] for letter in ALPHABET])
    places = places.reshape(26, 7).T.ravel()  # one of each after the other, so that every split has all
    found = np.array([ALPHABET.index(characters[label]) for label in labels[places]], np.uint8)
    return split(images[places], found)


def split(images: np.ndarray, labels: np.ndarray) -> Arrays:
    return {
        "x_train": images[:N_TRAIN],
        "y_train": labels[:N_TRAIN],
        "x_test": images[N_TRAIN:],
        "y_test": labels[N_TRAIN:],
    }


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SYLLABLES = DatasetSpec(
    id="syllables",
    title="Old syllables",
    summary="182 made-up signs.",
    kind=LETTERS,
    class_names=tuple("おきすつなはまやれを"),
    collection="syllables",
    n_train=N_TRAIN,
    n_test=N_TEST,
    format="idx",
    licence="CC BY-SA 4.0",
    hub_licence="cc-by-sa-4.0",
    hub_id="somebody/syllables",
    source="Somebody",
    limits=("They are made up.",),
)
CAPITALS = DatasetSpec(
    id="capitals",
    title="Capital letters",
    summary="182 capital letters.",
    kind=LETTERS,
    class_names=tuple(ALPHABET),
    collection="capitals",
    n_train=N_TRAIN,
    n_test=N_TEST,
    format="npz",
    licence="CC0 1.0",
    hub_licence="cc0-1.0",
    source="Somebody else",
)


@dataclass(frozen=True)
class Lab:
    """A dataset that was registered, where it came from, and a network that learned it."""

    spec: DatasetSpec
    arrays: Arrays
    settings: Settings
    record: RunRecord


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Serve a folder; return its address and its path."""
    folder = tmp_path_factory.mktemp("site")

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    listener = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.server_port}", folder
    listener.shutdown()
    listener.server_close()
    thread.join()


def published(spec: DatasetSpec, arrays: Arrays, site: tuple[str, Path]) -> DatasetSpec:
    """Put files on a site, or one where a person keeps ready downloads; return the spec that names them."""
    address, folder = site
    files = []
    for array in arrays:
        (folder / spec.id).mkdir(exist_ok=True)
        path = folder / spec.id / (f"{array}-ubyte.gz" if spec.format == "idx" else "letters.npz")
        if spec.format == "idx":
            values = arrays[array]
            head = bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
            path.write_bytes(gzip.compress(head + values.tobytes()))
        else:
            np.savez_compressed(path, allow_pickle=False, **arrays)
        name = f"{spec.id}/{path.name}"
        checksum = "md5:" + hashlib.md5(path.read_bytes()).hexdigest()
        files.append(RemoteFile(name=name, url=f"{address}/{name}", checksum=checksum, array=array))
    if spec.format == "npz":
        files = [RemoteFile(name=files[-1].name, url=files[-1].url, checksum=files[-1].checksum)]
    return DatasetSpec(**(vars(spec) | {"files": tuple(files)}))


@pytest.fixture(scope="module", params=["syllables", "capitals"])
def lab(
    request: pytest.FixtureRequest, site: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lab]:
    """Register a dataset, fetch it, and let a network take two steps with it."""
    from mnist_core.training.control import Control
    from mnist_core.training.run import execute

    served = request.param == "syllables"
    arrays = split(*squares(10, N_TRAIN + N_TEST, 1)) if served else capitals()
    home = tmp_path_factory.mktemp("lab")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        spec = published(SYLLABLES if served else CAPITALS, arrays, site)
        patch.setitem(DATASETS, spec.id, spec)
        settings = Settings(
            home=home, keras_dir=home / "keras", data_dir=None if served else site[1], offline=not served
        )
        store = Store(settings)
        config = RunConfig(
            data=DataConfig(dataset=spec.id),
            model=NetworkConfig(layers=(Conv2D(filters=2),)),
            train=TrainConfig(epochs=1, batch_size=52),
        )
        run_id = store.new_runs.create(config, "Two steps")
        assert store.queue.claim(run_id, own_process())
        record = execute(run_id, store, Control())
        store.close()
        yield Lab(spec, arrays, settings, record)


@pytest.fixture
def in_lab(own_home: Path, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """Let this test's home be that of the lab."""
    monkeypatch.setenv("MNIST_LAB_HOME", str(lab.settings.home))
    for cached in (shared_store, shared_provider, get_settings):
        cached.cache_clear()
    return lab


def test_it_is_offered_and_has_its_publishers_arrays(lab: Lab) -> None:
    assert lab.spec.id in DatasetProvider(lab.settings).offered()
    data = load_dataset(lab.spec.id, lab.settings)
    assert all(np.array_equal(getattr(data, name), array) for name, array in lab.arrays.items())


def test_another_file_than_the_published_one_is_refused(lab: Lab, tmp_path: Path) -> None:
    others = {**lab.arrays, "y_test": (lab.arrays["y_test"] + 1) % lab.spec.num_classes}
    (tmp_path / "data").mkdir()
    published(lab.spec, others, ("http://nowhere.invalid", tmp_path / "data"))
    elsewhere = Settings(home=tmp_path, keras_dir=tmp_path, data_dir=tmp_path / "data", offline=True)
    with pytest.raises(CorruptDataError.__base__, match="differs from the published data"):
        load_dataset(lab.spec.id, elsewhere)


def test_a_network_for_it_takes_two_steps_and_has_an_answer_for_each_class(lab: Lab) -> None:
    assert lab.record.state is RunState.COMPLETED, lab.record.error
    assert lab.record.step == 2
    with_store = Store(lab.settings)
    assert with_store.files(lab.record.id).read_probabilities()["test"].shape == (N_TEST, lab.spec.num_classes)
    with_store.close()


def test_what_makes_no_sense_for_its_kind_is_refused_in_its_words() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(DATASETS, CAPITALS.id, CAPITALS)
        with pytest.raises(ConfigError, match="habits of writing are for digits. Set them to 0 for letters"):
            RunConfig().with_settings({"dataset": CAPITALS.id, "habits": 0.2})
        with pytest.raises(ConfigError, match="Pen strokes can only be added to these datasets: MNIST"):
            RunConfig().with_settings({"dataset": CAPITALS.id, "pen_strokes": True})


def test_its_script_fetches_the_same_images(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("agg")
    monkeypatch.setattr(pyplot, "show", pyplot.close)
    (tmp_path / "keras").mkdir()
    monkeypatch.setattr("keras.src.backend.config.keras_home", lambda: str(tmp_path / "keras"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.chdir(tmp_path)
    scope: dict[str, np.ndarray] = {}
    exec(keras_code(lab.record.config), scope)
    assert lab.spec.title in keras_code(lab.record.config)
    for name in ("x_train", "x_test"):
        np.testing.assert_array_equal(scope[name], lab.arrays[name] / 255.0)
    assert scope["y_test"].shape == (N_TEST, lab.spec.num_classes)
    assert "Test: {'accuracy'" in capsys.readouterr().out
    # What Keras fetched is where MNIST Lab looks for it.
    offline = Settings(home=tmp_path / "home", keras_dir=tmp_path / "keras" / "datasets", data_dir=None, offline=True)
    assert len(load_dataset(lab.spec.id, offline).x_test) == N_TEST


def test_card_and_report_name_it(in_lab: Lab) -> None:
    store, spec = shared_store(), in_lab.spec
    card = model_card(card_facts(store, store.runs.get(in_lab.record.id)))
    assert f"{spec.num_classes} classes of {spec.title}" in card
    assert f"license: {spec.hub_licence}\n" in card
    assert spec.source in card
    assert ("somebody/syllables" in card) == (spec.hub_id is not None)
    assert "handwritten letters" in card
    evidence = gather(store.runs.get(in_lab.record.id), store)
    assert spec.title in report_html(evidence, facts(evidence))


def test_a_letter_is_read_as_one_however_many_strokes_it_has(lab: Lab) -> None:
    strokes = [np.array([[60.0, 60], [60, 220]]), np.array([[200.0, 60], [200, 220]])]  # two digits, if it were digits
    drawing = read_canvas(write_canvas(strokes, 18), 280)
    assert len(prepare_parts(drawing, 280, DIGITS.reader)) == 2
    (part,) = prepare_parts(drawing, 280, lab.spec.kind.reader)
    page = np.full((300, 400), 250, np.uint8)
    page[60:240, 100:118] = page[60:240, 280:298] = 20
    path = lab.settings.home / "letter.png"
    Image.fromarray(page).save(path)
    (found,) = parts_of(path.read_bytes(), lab.spec.kind.reader)
    assert found.box == (60, 100, 240, 298)
    for image in (part.image, found.image):
        assert image[:, 4:8].max() == image[:, 20:24].max() == 255


def test_drawings_from_a_file_may_have_each_of_its_labels(lab: Lab) -> None:
    last = lab.spec.num_classes - 1
    images, labels = lab.arrays["x_test"][:1], np.array([last], np.uint8)
    assert read_csv(write_csv(images, labels), 10, lab.spec.num_classes)[1].tolist() == [last]
    with pytest.raises(Exception, match=f"whole numbers from 0 to {last}"):
        read_csv(write_csv(images, labels + 1), 10, lab.spec.num_classes)


def test_every_page_opens_with_it(in_lab: Lab, open_page: OpenPage) -> None:
    app = open_page(run=in_lab.record.id)
    for page in ("train.py", "evaluate.py", "explain.py", "robustness.py", "runs.py", "compare.py"):
        app.switch_page(page)
        app.query_params["run"] = in_lab.record.id
        app.run()
        assert not app.exception, page
        assert not app.error, page


def test_explore_shows_its_classes_on_every_tab(in_lab: Lab, open_page: OpenPage) -> None:
    app = open_page("explore.py")
    app.selectbox(key="form_dataset").set_value(in_lab.spec.id).run()
    assert f"Explore {in_lab.spec.title}" in [title.value for title in app.title]
    for tab in ("Averages", "Typical and unusual", "Neighbours", "Map", "Doubts"):
        app.session_state["explore_tab"] = tab
        app.run()
        assert not app.exception, tab
        assert not app.error, tab


def test_a_letter_is_drawn_answered_and_kept_apart_from_digits(in_lab: Lab, open_page: OpenPage) -> None:
    app = open_page("draw.py", run=in_lab.record.id)
    app.selectbox(key="draw_run").set_value(in_lab.record.id).run()
    assert "Draw one letter" in words(app)
    app.session_state[f"canvas_{in_lab.spec.collection}_0"] = drawn()
    app.run()
    assert not app.exception
    assert app.button(key="draw_was_9").label == in_lab.spec.class_names[9]
    app.button(key="draw_yes").click().run()
    assert not app.exception
    (owner,) = {row.owner for row in _drawings()}
    assert shared_store().drawings.count(owner, in_lab.spec.collection) == 1
    assert shared_store().drawings.count(owner, DIGITS.id) == 0


def _drawings() -> list[Any]:
    from sqlalchemy import select

    from mnist_core.store.tables import drawings

    with shared_store().database.begin() as connection:
        return list(connection.execute(select(drawings)))
