"""Bundles that strangers send: each is refused with a sentence that says why, and nothing is kept of it."""

import csv
import io
import json
import zipfile
from collections.abc import Callable

import numpy as np
import pytest

from mnist_core.config import Dense, NetworkConfig
from mnist_core.errors import BundleError
from mnist_core.models.onnx_writer import baseline_onnx
from mnist_core.models.weights import weight_shapes
from mnist_core.sharing.bundle import contents as names
from mnist_core.sharing.bundle import most_bytes, read_bundle
from mnist_core.sharing.bundle.archive import Archive
from mnist_core.sharing.shipped import SHIPPED
from tests.bundle_files import bundle_of, changed, keras_file, members, npz, zipped
from tests.film_files import put_film
from tests.network_files import older_graph


@pytest.fixture(scope="module")
def kept() -> dict[str, bytes]:
    """Return what tests keep for each other."""
    return {}


@pytest.fixture
def honest(kept, request) -> bytes:
    """Return the bundle of a run of the bundled digits with one dense layer of 16 units, and a file for Keras."""
    if "honest" not in kept:
        finished_run, store = (request.getfixturevalue(name) for name in ("finished_run", "store"))
        made = bundle_of(finished_run(), store, request.getfixturevalue("tmp_path"))
        kept["honest"] = changed(made, {"model.keras": keras_file()})
    return kept["honest"]


def test_an_honest_bundle_is_read(honest, settings):
    incoming = read_bundle(honest, settings)
    assert incoming.manifest.name == "A finished run"
    assert incoming.config.train.epochs == 3
    assert [point.kind for point in incoming.points] == ["batch", "epoch"] * 3
    assert set(incoming.files) == {"model.onnx", "layers.onnx", "model.keras", "probabilities.npz", "labels.npz"}


def test_real_bundles_of_networks_are_read(real_bundle, settings):
    incoming = read_bundle(real_bundle.read_bytes(), settings)
    as_trained = {"precision": incoming.config.train.precision}  # what automatic meant where it was trained
    assert incoming.config == SHIPPED["handwriting"].config.with_settings(as_trained)
    assert {"layers.onnx", "parts.npz", "model.keras"} <= set(incoming.files)


# films


@pytest.fixture
def with_film(kept, honest, request) -> bytes:
    """Return the same bundle with a film of four moments, one of them without weights."""
    if "film" not in kept:
        finished_run, store, digits = map(request.getfixturevalue, ("finished_run", "store", "digits"))
        record = finished_run()
        put_film(store, record, digits)
        kept["film"] = bundle_of(record, store, request.getfixturevalue("tmp_path"))
    return kept["film"]


def test_a_bundle_of_an_older_version_has_no_film(honest, settings):
    assert read_bundle(honest, settings).film == {}


def test_a_film_comes_along(with_film, settings):
    incoming = read_bundle(with_film, settings)
    assert set(incoming.film) == {f"{step:08d}.npz" for step in (0, 6, 12, 36)}
    assert {f"film/{name}" for name in incoming.film} <= set(incoming.files)
    assert incoming.entries().keys() <= members(with_film).keys()


def test_of_a_film_larger_than_any_here_as_many_moments_stay_as_fit(with_film, settings):
    for megabytes, steps in ((0.2, (0, 6, 12, 36)), (0.08, (0, 36)), (0.01, ())):
        incoming = read_bundle(with_film, settings.model_copy(update={"film_mb": megabytes}))
        assert [int(name[:8]) for name in incoming.film] == list(steps)


def of_keyframe(**changes) -> Callable[[bytes], bytes]:
    """Return a function that changes arrays of the keyframe before the first step; None leaves one out."""

    def change(data: bytes) -> bytes:
        with np.load(io.BytesIO(members(data)[FIRST])) as archive:
            arrays = {name: archive[name] for name in archive.files}
        arrays |= {name: value(arrays.get(name)) if callable(value) else value for name, value in changes.items()}
        return changed(data, {FIRST: npz(**{name: value for name, value in arrays.items() if value is not None})})

    return change


FIRST = "run/film/00000000.npz"
FILMS = {
    "pickled": (of_keyframe(answers=np.array([{}] * 5, object)), "pickled Python"),
    "another step than its name": (of_keyframe(step=np.int64(7)), "other numbers"),
    "a step below 0": (of_keyframe(step=np.int64(-1)), "other numbers"),
    "no steps in an epoch": (of_keyframe(steps_per_epoch=np.int64(0)), "other numbers"),
    "more answers than are kept": (
        of_keyframe(answers=np.full((5000, 10), 0.1, np.float16)),
        "another shape|would take",
    ),
    "answers of another type": (of_keyframe(answers=lambda old: old.astype(np.float64)), "another shape|would take"),
    "answers that are no probabilities": (of_keyframe(answers=lambda old: old * 2), "other numbers"),
    "other images than the rest": (of_keyframe(answers=lambda old: old[:-1]), "don't belong together"),
    "an empty matrix": (of_keyframe(matrix=lambda old: old * 0), "other numbers"),
    "a full matrix": (of_keyframe(matrix=lambda old: old + np.uint16(60_000)), "other numbers"),
    "sizes of more layers": (of_keyframe(sizes=np.zeros((9, 5), np.float32)), "another shape|would take"),
    "sizes below 0": (of_keyframe(sizes=lambda old: old - 5), "other numbers"),
    "sizes that are no numbers": (of_keyframe(sizes=lambda old: old * np.nan), "no numbers"),
    "weights of another network": (
        of_keyframe(**{"weights/01_Dense/kernel": np.zeros((784, 9), np.float16)}),
        "another shape",
    ),
    "weights that are no numbers": (
        of_keyframe(**{"weights/01_Dense/bias": np.full(16, np.inf, np.float16)}),
        "no numbers",
    ),
    "one of the weights is missing": (of_keyframe(**{"weights/01_Dense/bias": None}), "other numbers"),
    "weights and pictures": (of_keyframe(pictures=np.zeros((4, 28, 28), np.float16)), "other numbers"),
    "pictures too large": (of_keyframe(pictures=np.zeros((4, 500, 500), np.float16)), "another shape|would take"),
    "another array": (of_keyframe(evil=np.zeros(3)), "doesn't belong|holds"),
    "no zip": (lambda data: changed(data, {FIRST: b"\x80\x04cos\nsystem\n"}), "no zip file"),
    "a strange name": (
        lambda data: changed(data, {"run/film/evil.npz": members(data)[FIRST]}),
        "other numbers",
    ),
    "a folder deeper": (
        lambda data: changed(data, {"run/film/x/00000000.npz": members(data)[FIRST]}),
        "other numbers",
    ),
}


@pytest.mark.parametrize("name", FILMS)
def test_a_film_that_is_none_is_refused(name, with_film, settings):
    change, why = FILMS[name]
    with pytest.raises(BundleError, match=why):
        read_bundle(change(with_film), settings)


def test_a_film_longer_than_any_is_refused(with_film, settings):
    files = {}
    for step in range(100, 130):
        arrays = dict(np.load(io.BytesIO(members(with_film)[FIRST]))) | {"step": np.int64(step)}
        files[f"run/film/{step:08d}.npz"] = npz(**arrays)
    with pytest.raises(BundleError, match="don't belong together"):
        read_bundle(changed(with_film, files), settings)


# zips


def with_entry(**attributes) -> Callable[[bytes], bytes]:
    """Return a function that adds a file whose entry says something else than is true."""

    def change(data: bytes) -> bytes:
        stream = io.BytesIO(data)
        with zipfile.ZipFile(stream, "a") as archive:
            info = zipfile.ZipInfo(attributes.pop("filename", "report2.html"))
            content = attributes.pop("content", b"x")
            before = {key: attributes.pop(key) for key in ("external_attr", "compress_type") if key in attributes}
            for key, value in before.items():
                setattr(info, key, value)
            archive.writestr(info, content)
            for key, value in attributes.items():
                setattr(archive.getinfo(info.filename), key, value)
        return stream.getvalue()

    return change


def claims(name: str, size: int) -> Callable[[bytes], bytes]:
    """Return a function that lets the directory claim a size for a file."""

    def change(data: bytes) -> bytes:
        stream = io.BytesIO(data)
        with zipfile.ZipFile(stream, "a") as archive:
            archive.getinfo(name).file_size = size
            archive._didModify = True  # so that the directory is written again
        return stream.getvalue()

    return change


def twice(data: bytes) -> bytes:
    stream = io.BytesIO(data)
    with zipfile.ZipFile(stream, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("config.json", b"{}")
    return stream.getvalue()


def many(data: bytes) -> bytes:
    return changed(data, {f"saved_model/{number}": b"" for number in range(500)})


def endless_directory(data: bytes) -> bytes:
    return changed(data, {f"saved_model/{number:0150}": b"" for number in range(2000)})


def changed_byte(data: bytes) -> bytes:
    """Change a byte in the middle of what is read: the README, which stands before it, is not."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entry = archive.getinfo("run/manifest.json")
    place = entry.header_offset + 30 + len(entry.filename) + entry.compress_size // 2
    return data[:place] + bytes([data[place] ^ 255]) + data[place + 1 :]


ZIPS = {
    "nothing": (lambda data: b"", "no zip file"),
    "text": (lambda data: b"Hello", "no zip file"),
    "a pickle": (lambda data: b"\x80\x04cos\nsystem\n", "no zip file"),
    "a program before the zip": (lambda data: b"#!/bin/sh\n" + data, "no zip file"),
    "cut off": (lambda data: data[: len(data) // 2], "damaged or cut off"),
    "more after the end": (lambda data: data + b"x" * 100, "damaged or cut off"),
    "a changed byte": (changed_byte, "damaged|figures|settings"),
    "zip slip": (with_entry(filename="../../../home/evil.py"), "lead out of its folder"),
    "zip slip inside": (with_entry(filename="run/../../evil.py"), "lead out of its folder"),
    "absolute": (with_entry(filename="/etc/cron.d/evil"), "lead out of its folder"),
    "backslashes": (with_entry(filename="..\\..\\evil.py"), "lead out of its folder"),
    "drive": (with_entry(filename="C:/evil.py"), "lead out of its folder"),
    "control characters": (with_entry(filename="run/\x1b[2J"), "lead out of its folder"),
    "a link": (with_entry(external_attr=0o120777 << 16, content=b"/etc/passwd"), "link or folder"),
    "a device": (with_entry(external_attr=0o020666 << 16), "link or folder"),
    "a folder": (with_entry(filename="run/x/"), "link or folder"),
    "encrypted": (with_entry(flag_bits=1), "encrypted"),
    "packed in another way": (with_entry(compress_type=zipfile.ZIP_BZIP2), "packed in a way"),
    "a name twice": (twice, "two files with one name"),
    "a name in other letters": (with_entry(filename="CONFIG.json"), "two files with one name"),
    "a strange file": (with_entry(filename="run/state.pkl"), "doesn't belong there: run/state.pkl"),
    "a strange program": (with_entry(filename="setup.py"), "doesn't belong there"),
    "500 files": (many, "at most 200"),
    "an endless list of files": (endless_directory, "far too many files"),
    "claims 10 GB": (claims("report.html", 10 * 2**30), "would take 10,737"),
    "claims 300 MB of settings": (
        claims("config.json", 300_000_000),
        "300.0 MB; at most 0.2 MB",
    ),
    "claims little, is much": (
        lambda data: claims("config.json", 90)(changed(data, {"config.json": b" " * 50_000_000})),
        "damaged or cut off",
    ),
    "a bomb that tells": (lambda data: changed(data, {"config.json": b" " * 50_000_000}), "config.json would take"),
    "without weights": (
        lambda data: changed(data, {"model.onnx": None, "weights.npz": None}),
        "weights.npz is missing",
    ),
    "another zip": (lambda data: zipped({"README.md": b"x"}), "no bundle of MNIST Lab"),
}


@pytest.mark.parametrize("name", ZIPS)
def test_a_zip_with_tricks_is_refused(name, honest, settings):
    change, why = ZIPS[name]
    with pytest.raises(BundleError, match=why) as problem:
        read_bundle(change(honest), settings)
    assert len(str(problem.value)) < 300


def test_a_file_larger_than_any_network_here_is_refused_unread(settings):
    small = settings.model_copy(update={"max_parameters": 1000})
    with pytest.raises(BundleError, match="at most 30 MB"):
        read_bundle(b"PK\3\4" + bytes(most_bytes(small)), small)


# what is in it


def edited(name: str, /, **values) -> Callable[[bytes], bytes]:
    """Return a function that changes values of a JSON file in a bundle."""

    def change(data: bytes) -> bytes:
        content = json.loads(members(data)[name])
        for key, value in values.items():
            place, *rest = key.split("__")
            if rest:
                content[place][rest[0]] = value
            else:
                content[place] = value
        return changed(data, {name: json.dumps(content).encode()})

    return change


def put(name: str, content: bytes) -> Callable[[bytes], bytes]:
    return lambda data: changed(data, {name: content})


ROWS = np.full((297, 10), 0.1, np.float32)
HUGE = io.BytesIO()
np.lib.format.write_array_header_1_0(HUGE, {"descr": "<f4", "fortran_order": False, "shape": (50_000, 50_000)})
WEIGHTS = {
    name: np.zeros(shape, np.float32) for name, shape in weight_shapes(NetworkConfig(layers=(Dense(units=16),))).items()
}
LONGER = WEIGHTS | {"03_Dense/kernel": np.zeros((10, 10), np.float32), "03_Dense/bias": np.zeros(10, np.float32)}
KERNEL = "01_Dense/kernel"
NESTED = b'{"data":' + b'{"a":' * 20_000 + b"1" + b"}" * 20_001

CONTENTS = {
    "settings: text": (put(names.CONFIG, b"import os"), "settings can't be used"),
    "settings: bytes": (put(names.CONFIG, b"\xff\xfe"), "no text"),
    "settings: unknown layer": (
        edited(names.CONFIG, model={"kind": "network", "layers": [{"kind": "lambda", "function": "os.system"}]}),
        "settings can't be used",
    ),
    "settings: unknown field": (edited(names.CONFIG, execute="rm"), "settings can't be used"),
    "settings: too many epochs": (edited(names.CONFIG, train__epochs=10**9), "settings can't be used"),
    "settings: nested": (put(names.CONFIG, NESTED), "settings can't be used"),
    "settings: too large a network": (
        edited(names.CONFIG, model={"kind": "network", "layers": [{"kind": "dense", "units": 4096}] * 4}),
        "at most 20,000,000",
    ),
    "settings: another network": (
        edited(names.CONFIG, model={"kind": "network", "layers": [{"kind": "dense", "units": 17}] * 2}),
        "lacks the array|another shape",
    ),
    "manifest: id that leads elsewhere": (edited(names.MANIFEST, run_id="../../../etc"), "run_id"),
    "manifest: another format": (edited(names.MANIFEST, format=2), "format"),
    "manifest: state": (edited(names.MANIFEST, state="running"), "state"),
    "manifest: accuracy": (edited(names.MANIFEST, outcome__test_accuracy=7.0), "figures are none"),
    "manifest: no number": (edited(names.MANIFEST, outcome__test_loss=float("nan")), "figures|can't be read"),
    "manifest: endless name": (edited(names.MANIFEST, name="x" * 1000), "name"),
    "manifest: empty name": (edited(names.MANIFEST, name=" \n "), "figures are none"),
    "manifest: nested": (put(names.MANIFEST, NESTED), "can't be read"),
    "curve: text": (put(names.METRICS, b"hello\nworld\n"), "metrics.csv"),
    "curve: infinite": (
        put(names.METRICS, b"kind,step,epoch,seconds,loss,accuracy,val_loss,val_accuracy\nepoch,1,1,1,inf,0,,\n"),
        "no numbers",
    ),
    "curve: too long": (
        put(names.METRICS, b"kind,step,epoch,seconds,loss,accuracy,val_loss,val_accuracy\nepoch,1,999,1,1,0,,\n"),
        "after the last epoch",
    ),
    "predictions: pickled": (put(names.PROBABILITIES, npz(test=np.array([{}] * 297, object))), "pickled Python"),
    "predictions: wrong shape": (put(names.PROBABILITIES, npz(test=ROWS[:5])), "another shape or type"),
    "predictions: wrong type": (
        put(names.PROBABILITIES, npz(test=ROWS.astype("c8"))),
        "another shape or type|would take",
    ),
    "predictions: claims 10 GB": (
        put(names.PROBABILITIES, zipped({"test.npy": b"\x93NUMPY\x01\x00" + HUGE.getvalue()})),
        "another shape or type|can't be read",
    ),
    "predictions: bomb within": (
        put(names.PROBABILITIES, zipped({"test.npy": bytes(20_000_000)})),
        "would take 20.0 MB",
    ),
    "predictions: no numbers": (put(names.PROBABILITIES, npz(test=ROWS * np.nan)), "no numbers"),
    "predictions: no probabilities": (put(names.PROBABILITIES, npz(test=ROWS * 3)), "sum to 1"),
    "predictions: cut off": (
        lambda data: changed(
            data, {names.PROBABILITIES: zipped({"test.npy": members(npz(test=ROWS))["test.npy"][:-100]})}
        ),
        "cut off",
    ),
    "predictions: missing": (put(names.PROBABILITIES, npz(validation=np.zeros((300, 10), np.float32))), "lacks"),
    "predictions: more": (put(names.PROBABILITIES, npz(test=ROWS, evil=ROWS)), "doesn't belong|holds"),
    "labels: none of these": (put(names.LABELS, npz(test=np.full(297, 200, np.uint8))), "labels that"),
    "labels: wrong shape": (put(names.LABELS, npz(test=np.zeros(5, np.uint8))), "another shape"),
    "parts: pickled": (put(names.PARTS, npz(kernel_01=np.array([{}], object))), "pickled Python"),
    "parts: tables of unequal length": (
        put(names.PARTS, npz(before=np.zeros((50, 16), np.float32), after=np.zeros((60, 16), np.float32))),
        "other images before the training",
    ),
    "parts: one table of two": (put(names.PARTS, npz(after=np.zeros((50, 16), np.float32))), "other images before"),
    "parts: more images than there are": (
        put(names.PARTS, npz(before=np.zeros((1999, 16), np.float32), after=np.zeros((1999, 16), np.float32))),
        "another shape",
    ),
    "parts: one image spans no plane": (
        put(names.PARTS, npz(before=np.zeros((1, 16), np.float32), after=np.zeros((1, 16), np.float32))),
        "another shape",
    ),
    "parts: of another network": (put(names.PARTS, npz(kernel_01=np.zeros((7, 7), np.float32))), "another shape"),
    "weights: pickled": (put(names.WEIGHTS, npz(**WEIGHTS | {KERNEL: np.array([{}], object)})), "pickled Python"),
    "weights: of another shape": (
        put(names.WEIGHTS, npz(**WEIGHTS | {KERNEL: np.zeros((784, 17), np.float32)})),
        "another shape or type|would take",
    ),
    "weights: turned": (
        put(names.WEIGHTS, npz(**WEIGHTS | {KERNEL: np.zeros((16, 784), np.float32)})),
        "another shape",
    ),
    "weights: of another type": (
        put(names.WEIGHTS, npz(**WEIGHTS | {KERNEL: np.zeros((784, 16), np.int32)})),
        "another shape or type",
    ),
    "weights: no numbers": (
        put(names.WEIGHTS, npz(**WEIGHTS | {KERNEL: np.full((784, 16), np.inf, np.float32)})),
        "no numbers",
    ),
    "weights: one is missing": (
        put(names.WEIGHTS, npz(**{key: value for key, value in WEIGHTS.items() if key != KERNEL})),
        "lacks the array",
    ),
    "weights: one more": (put(names.WEIGHTS, npz(**WEIGHTS, **{"03_Dense/kernel": ROWS})), "holds 5 files"),
    "weights: zip slip": (
        put(names.WEIGHTS, zipped({"../../evil.npy": b"x", **{f"{name}.npy": b"" for name in list(WEIGHTS)[1:]}})),
        "lead out of its folder",
    ),
    "weights: claims 10 GB": (
        put(
            names.WEIGHTS,
            zipped(members(npz(**WEIGHTS)) | {f"{KERNEL}.npy": b"\x93NUMPY\x01\x00" + HUGE.getvalue()}),
        ),
        "another shape or type|can't be read",
    ),
    "weights: a bomb within": (
        put(names.WEIGHTS, zipped(members(npz(**WEIGHTS)) | {f"{KERNEL}.npy": bytes(20_000_000)})),
        "would take 20.",
    ),
    "weights: no zip": (put(names.WEIGHTS, b"\x80\x04cos\nsystem\n"), "no zip file"),
}


@pytest.mark.parametrize("name", CONTENTS)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_bundle_whose_content_is_none_of_a_run_is_refused(name, honest, settings):
    change, why = CONTENTS[name]
    with pytest.raises(BundleError, match=why) as problem:
        read_bundle(change(honest), settings)
    assert len(str(problem.value)) < 500


def test_a_number_of_any_length_is_no_figure(honest, settings):
    manifest = json.loads(members(honest)[names.MANIFEST])
    manifest["outcome"]["parameters"] = 10**400
    with pytest.raises(BundleError, match="figures are none"):
        read_bundle(changed(honest, {names.MANIFEST: json.dumps(manifest).encode()}), settings)


def test_a_run_without_a_loss_is_none(honest, settings):
    manifest = json.loads(members(honest)[names.MANIFEST])
    manifest["outcome"]["test_loss"] = None
    with pytest.raises(BundleError, match="figures are none"):
        read_bundle(changed(honest, {names.MANIFEST: json.dumps(manifest).encode()}), settings)


def test_of_a_curve_with_millions_of_rows_no_more_are_read_than_may_be(honest, settings, monkeypatch):
    read = []

    class Counting(csv.DictReader):
        def __next__(self):
            read.append(1)
            return super().__next__()

    monkeypatch.setattr(csv, "DictReader", Counting)
    rows = members(honest)[names.METRICS].splitlines(keepends=True)[0] + b"a\n" * 300_000
    with pytest.raises(BundleError, match="more than 200,000 points"):
        read_bundle(changed(honest, {names.METRICS: rows}), settings)
    assert len(read) == 200_001


# files of a network that libraries would open


HOSTILE_KERAS = {
    "no zip": b"\x89HDF\r\n\x1a\n",
    "a lambda layer": keras_file(class_name="Lambda", config={"function": {"class_name": "__lambda__"}}),
    "a function of Python": keras_file(module="builtins", class_name="eval"),
    "a class of its own": keras_file(registered_name="evil>Dense"),
    "hidden in an initializer": keras_file(config={"kernel_initializer": {"module": "os", "class_name": "system"}}),
    "other layers": keras_file(class_name="Dropout"),
    "a pickle beside": keras_file(extra={"evil.pkl": b"x"}),
    "zip slip": keras_file(extra={"../x": b"x"}),
    "weights of another kind": keras_file(extra={"model.weights.h5": b"\x80\x04pickle"}),
    "two million units": keras_file(units=2_000_000),
    "other classes": keras_file(classes=11),
    "another activation": keras_file(config={"units": 16, "activation": "softmax"}),
    "built for another shape": keras_file(build_config={"input_shape": [None, 9_000_000]}),
    "nested": keras_file(extra={"config.json": NESTED}),
}


@pytest.mark.parametrize("name", HOSTILE_KERAS)
def test_a_stranger_s_keras_file_is_never_opened_and_nothing_of_it_is_kept(name, honest, settings, monkeypatch):
    opened = []
    real = Archive.read
    monkeypatch.setattr(Archive, "read", lambda self, name, most: opened.append(name) or real(self, name, most))
    incoming = read_bundle(changed(honest, {names.MODEL: HOSTILE_KERAS[name]}), settings)
    assert names.WEIGHTS in opened
    assert names.MODEL not in opened
    assert incoming.files == read_bundle(honest, settings).files


def graph_of(change) -> Callable[[bytes], bytes]:
    """Return a function that changes the graph of a bundle with the library for graphs."""

    def changed_graph(data: bytes) -> bytes:
        import onnx

        model = onnx.load_from_string(members(data)["model.onnx"])
        change(model, onnx)
        return changed(data, {"model.onnx": model.SerializeToString()})

    return changed_graph


def external(model, onnx):
    tensor = model.graph.initializer[1]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")


def operator(name, domain="", **attributes):
    def change(model, onnx):
        model.graph.node.append(onnx.helper.make_node(name, ["scores"], ["more"], domain=domain, **attributes))

    return change


def subgraph(model, onnx):
    model.graph.node[1].attribute.append(
        onnx.helper.make_attribute("then_branch", onnx.helper.make_graph([], "inner", [], []))
    )


def large(model, onnx):
    model.graph.initializer.append(onnx.TensorProto(name="large", dims=[50_000, 50_000], data_type=1))


def other_input(model, onnx):
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 4096


def two_inputs(model, onnx):
    model.graph.input.append(model.graph.input[0])


def of_texts(model, onnx):
    model.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.STRING


def other_output(model, onnx):
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 3


def domain(model, onnx):
    model.opset_import.append(onnx.helper.make_opsetid("com.evil", 1))


def function(model, onnx):
    model.functions.append(onnx.FunctionProto(name="f"))


def endless(model, onnx):
    for number in range(1000):
        model.graph.node.append(onnx.helper.make_node("Relu", ["scores"], [f"x{number}"]))


def calculated_place(model, onnx):
    model.graph.node.append(onnx.helper.make_node("Cast", ["scores"], ["ends"], to=7))
    model.graph.node.append(onnx.helper.make_node("Slice", ["image", "ends", "ends"], ["more"]))


def calculated_shape(model, onnx):
    model.graph.node.append(onnx.helper.make_node("Shape", ["image"], ["sides"]))
    model.graph.node.append(onnx.helper.make_node("Mul", ["sides", "sides"], ["areas"]))
    model.graph.node.append(onnx.helper.make_node("Reshape", ["image", "areas"], ["more"]))


def used_often(times, side=300, *, dead=False):
    """Return a change that multiplies by one kernel again and again, on the way to the answer or beside it."""

    def change(model, onnx):
        kernel = onnx.numpy_helper.from_array(np.zeros((side, side), np.float32), "kernel")
        widen = onnx.numpy_helper.from_array(np.zeros((10, side), np.float32), "widen")
        model.graph.initializer.extend([kernel, widen])
        before = model.graph.output[0].name
        steps = ["wide0", *(f"wide{number + 1}" for number in range(times))]
        model.graph.node.append(onnx.helper.make_node("MatMul", [before, "widen"], [steps[0]]))
        for one, other in zip(steps, steps[1:], strict=False):
            model.graph.node.append(onnx.helper.make_node("MatMul", [one, "kernel"], [other]))
        if not dead:
            narrow = onnx.numpy_helper.from_array(np.zeros((side, 10), np.float32), "narrow")
            model.graph.initializer.append(narrow)
            model.graph.node.append(onnx.helper.make_node("MatMul", [steps[-1], "narrow"], ["nothing"]))
            model.graph.node.append(onnx.helper.make_node("Add", [before, "nothing"], ["said"]))
            model.graph.output[0].name = "said"

    return change


def wide_tables(model, onnx):
    """Put out tables of a million numbers for each picture, one after the other, with hardly any arithmetic."""
    column = onnx.numpy_helper.from_array(np.array([0, 784, 1], np.int64), "column")
    row = onnx.numpy_helper.from_array(np.zeros((1, 1, 1300), np.float32), "row")
    model.graph.initializer.extend([column, row])
    model.graph.node.append(onnx.helper.make_node("Reshape", ["image", "column"], ["tall"]))
    model.graph.node.append(onnx.helper.make_node("Add", ["tall", "row"], ["plane0"]))
    for number in range(20):
        model.graph.node.append(onnx.helper.make_node("Relu", [f"plane{number}"], [f"plane{number + 1}"]))


def pictures_by_pictures(model, onnx):
    """Put out a table that grows with the square of the pictures."""
    shapes = {"rows": [-1, 1, 784], "columns": [1, -1, 784]}
    for name, shape in shapes.items():
        model.graph.initializer.append(onnx.numpy_helper.from_array(np.array(shape, np.int64), f"to_{name}"))
        model.graph.node.append(onnx.helper.make_node("Reshape", ["image", f"to_{name}"], [name]))
    model.graph.node.append(onnx.helper.make_node("Mul", ["rows", "columns"], ["more0"]))
    for number in range(40):
        model.graph.node.append(onnx.helper.make_node("Concat", [f"more{number}"] * 2, [f"more{number + 1}"], axis=2))


def hidden_shape(model, onnx):
    """Calculate a shape in a way that could say another thing than it seems."""
    model.graph.node.append(onnx.helper.make_node("Shape", ["image"], ["sides"]))
    model.graph.node.append(onnx.helper.make_node("Cast", ["sides"], ["truth"], to=9))
    model.graph.node.append(onnx.helper.make_node("Cast", ["truth"], ["ones"], to=7))
    model.graph.node.append(onnx.helper.make_node("Reshape", ["image", "ones"], ["more"]))


def backwards(model, onnx):
    """Ask for tables before they are there."""
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(reversed(nodes))


def same_name(model, onnx):
    model.graph.node.append(onnx.helper.make_node("Relu", ["scores"], ["scores"]))


def large_window(model, onnx):
    """Compare each pixel with all others: hardly any numbers, and no multiplication."""
    shape = onnx.numpy_helper.from_array(np.array([-1, 1, 28, 28], np.int64), "planes")
    model.graph.initializer.append(shape)
    model.graph.node.append(onnx.helper.make_node("Reshape", ["image", "planes"], ["pool0"]))
    for number in range(10):
        pool = onnx.helper.make_node(
            "MaxPool", [f"pool{number}"], [f"pool{number + 1}"], kernel_shape=[27, 27], pads=[13, 13, 13, 13]
        )
        model.graph.node.append(pool)


GRAPHS = {
    "one kernel used fifty times": used_often(50, 120),
    "one kernel used fifty times beside the answer": used_often(50, 120, dead=True),
    "wide tables": wide_tables,
    "pictures by pictures": pictures_by_pictures,
    "a shape in disguise": hidden_shape,
    "operators in another order": backwards,
    "two tables with one name": same_name,
    "windows as large as the picture": large_window,
    "a size that depends on the picture": calculated_place,
    "a shape that is calculated": calculated_shape,
    "numbers in another file": external,
    "a loop": operator("Loop"),
    "a condition": operator("If"),
    "room for a terabyte": operator("ConstantOfShape"),
    "an operator of others": operator("Relu", "com.evil"),
    "operators of others": domain,
    "a graph within": subgraph,
    "functions": function,
    "more numbers than the network has": large,
    "another input": other_input,
    "two inputs": two_inputs,
    "texts": of_texts,
    "another output": other_output,
    "endless operators": endless,
}
LACK_NUMBERS = ("numbers in another file", "more numbers than the network has")


@pytest.mark.parametrize("name", GRAPHS)
def test_a_stranger_s_graph_is_never_opened_and_nothing_of_it_is_kept(name, honest, settings):
    evil = graph_of(GRAPHS[name])(honest)
    assert read_bundle(evil, settings).files == read_bundle(honest, settings).files


@pytest.mark.parametrize("name", GRAPHS)
def test_of_a_graph_of_an_earlier_version_only_the_weights_are_taken(name, honest, settings):
    """Without a file of weights they are looked for in the graph, whatever else it would do."""
    evil = changed(graph_of(GRAPHS[name])(honest), {names.WEIGHTS: None})
    if name in LACK_NUMBERS:
        with pytest.raises(BundleError, match="not all in the file"):
            read_bundle(evil, settings)
        return
    assert read_bundle(evil, settings).files == read_bundle(honest, settings).files


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"hello", "can't be read from its model.onnx"),
        (b"", "not one graph"),
        (baseline_onnx({"kernel": np.zeros((784, 10), np.float32), "bias": np.zeros(10, np.float32)}), "of shape"),
        (older_graph(NetworkConfig(layers=(Dense(units=16), Dense(units=10))), LONGER), "more numbers"),
    ],
)
def test_weights_that_an_earlier_version_s_graph_has_not_are_told(content, why, honest, settings):
    with pytest.raises(BundleError, match=why):
        read_bundle(changed(honest, {names.ONNX: content, names.WEIGHTS: None}), settings)


def test_a_bundle_of_an_earlier_version_is_read(honest, settings):
    with np.load(io.BytesIO(members(honest)[names.WEIGHTS])) as archive:
        graph = older_graph(NetworkConfig(layers=(Dense(units=16),)), dict(archive))
    older = changed(honest, {names.ONNX: graph, names.WEIGHTS: None, "run/outputs.bin": b"x"})
    assert read_bundle(older, settings).files == read_bundle(honest, settings).files


def test_bytes_at_random_are_refused_and_never_crash(honest, settings):
    rng = np.random.default_rng(0)
    honest = changed(honest, {names.WEIGHTS: None})
    for name in (names.ONNX, names.PROBABILITIES, names.CONFIG):
        content = members(honest)[name]
        for _ in range(6):
            broken = bytearray(content)
            for place in rng.integers(0, min(len(broken), 4000), 3):
                broken[place] = int(rng.integers(256))
            try:
                read_bundle(changed(honest, {name: bytes(broken)}), settings)
            except BundleError:
                pass


def test_a_stranger_s_bytes_are_not_what_is_kept_of_arrays(honest, settings):
    table = members(members(honest)[names.PROBABILITIES])["test.npy"]
    hidden = zipped({"test.npy": table})
    incoming = read_bundle(changed(honest, {names.PROBABILITIES: hidden, names.LABELS: None}), settings)
    assert incoming.files["probabilities.npz"] != hidden
    with np.load(io.BytesIO(incoming.files["probabilities.npz"])) as archive:
        assert archive.files == ["test"]
