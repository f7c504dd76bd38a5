import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from mnist_core.config import DataConfig, LogisticConfig, RunConfig
from mnist_core.errors import ArtifactMissingError, RunStateError
from mnist_core.inference import open_classifier
from mnist_core.onnx.editing import with_metadata
from mnist_core.sharing.bundle import read_bundle
from mnist_core.sharing.bundle.make import make_bundle
from mnist_core.sharing.shipped import SHIPPED
from mnist_core.store import Store
from tests.bundle_files import bundle_of, members


def test_a_bundle_holds_the_run_in_every_format(real_bundle):
    with zipfile.ZipFile(real_bundle) as archive:
        names = set(archive.namelist())
        assert archive.testzip() is None
    assert {
        "README.md",
        "config.json",
        "metrics.csv",
        "model.keras",
        "model.onnx",
        "model.tflite",
        "predict.py",
        "report.html",
        "saved_model/saved_model.pb",
    } <= names


def test_models_of_a_bundle_are_those_of_the_run(real_bundle, shipped_home):
    files = members(real_bundle.read_bytes())
    store = Store(shipped_home)
    run = store.files(SHIPPED["handwriting"].run_id)
    assert files["model.keras"] == run.model.read_bytes()
    assert with_metadata(files["model.onnx"], {}) == run.onnx.read_bytes()
    store.close()


@pytest.mark.usefixtures("uncounted_children")
@pytest.mark.slow
def test_every_format_says_the_same(real_bundle, tmp_path):
    with zipfile.ZipFile(real_bundle) as archive:
        archive.extractall(tmp_path)
    program = (
        "import numpy as np, onnxruntime, tensorflow as tf\n"
        "x = np.random.default_rng(1).random((30, 28, 28), dtype=np.float32)\n"
        "session = onnxruntime.InferenceSession('model.onnx')\n"
        "expected = session.run(None, {session.get_inputs()[0].name: x})[0]\n"
        "lite = tf.lite.Interpreter('model.tflite')\n"
        "(source,), (target,) = lite.get_input_details(), lite.get_output_details()\n"
        "lite.resize_tensor_input(source['index'], x.shape); lite.allocate_tensors()\n"
        "lite.set_tensor(source['index'], x); lite.invoke()\n"
        "print(abs(lite.get_tensor(target['index']) - expected).max())\n"
        "saved = tf.saved_model.load('saved_model')\n"
        "print(abs(saved.serve(tf.constant(x)).numpy() - expected).max())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    away = [float(line) for line in done.stdout.split()[-2:]]
    assert max(away) < 1e-4


def test_the_onnx_file_says_how_its_input_is_made(finished_run, store, tmp_path):
    import onnxruntime

    record = finished_run(name="Zwölf „Netze“")
    content = members(bundle_of(record, store, tmp_path))["model.onnx"]
    session = onnxruntime.InferenceSession(content)
    told = session.get_modelmeta().custom_metadata_map
    assert told["name"] == record.name
    assert json.loads(told["classes"]) == list("0123456789")
    assert "divided by 255" in told["input"]
    assert "centre of mass" in told["preprocessing"]
    images = np.random.default_rng(0).integers(0, 256, (30, 28, 28), np.uint8)
    scaled = images.astype(np.float32) / np.float32(255)
    said = session.run(None, {session.get_inputs()[0].name: scaled})[0]
    np.testing.assert_allclose(said, open_classifier(store.files(record.id)).predict(images), atol=1e-6)


def test_settings_and_curve_are_exact(finished_run, store, tmp_path):
    record = finished_run()
    files = members(bundle_of(record, store, tmp_path))
    assert RunConfig.from_json(files["config.json"].decode()) == record.config
    rows = list(csv.DictReader(io.StringIO(files["metrics.csv"].decode())))
    points = store.metrics.points(record.id)
    assert [(row["kind"], int(row["step"])) for row in rows] == [(point.kind, point.step) for point in points]
    assert float(rows[-1]["val_loss"]) == points[-1].values["val_loss"]


def test_the_readme_says_versions_checksum_hardware_and_seed(real_bundle):
    text = members(real_bundle.read_bytes())["README.md"].decode()
    for part in ("keras 3", "tensorflow 2", "numpy 2", "onnxruntime 1", "python 3", "x_train md5 6510e85a", "seed: 0"):
        assert part in text
    assert "hardware: CPU" in text
    assert "pip install numpy pillow onnxruntime" in text


def test_what_could_not_be_made_is_named_with_the_reason(finished_run, store, tmp_path):
    config = RunConfig(data=DataConfig(dataset="digits"), model=LogisticConfig())
    files = members(bundle_of(finished_run(config), store, tmp_path))
    assert "model.keras" not in files
    assert "model.tflite" not in files
    assert re.search(r"Left out:\n\n- `model.tflite`: only networks of Keras", files["README.md"].decode())


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.addresses, self.pictures = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "svg" and dict(attrs).get("role") not in (None, "none"):
            self.pictures.append(dict(attrs)["aria-label"])
        self.addresses += [value for name, value in attrs if name in ("src", "href", "action")]


def test_the_report_is_one_page_that_needs_nothing(finished_run, store, tmp_path, digits):
    text = members(bundle_of(finished_run(), store, tmp_path))["report.html"].decode()
    page = Page(text)
    charts = [words for words in page.pictures if not words.startswith("The network")]
    assert (len(charts), len(page.pictures)) == (2, 3)
    assert page.tags.count("polyline") == 4
    wrong = int(re.search(r"([\d,]+) of 297 test images read wrongly", text)[1])
    assert page.tags.count("img") == min(wrong, 24) > 0
    assert all(address.startswith("data:image/png;base64,") for address in page.addresses)
    namespace = 'xmlns="http://www.w3.org/2000/svg"'  # a name, from where nothing is fetched
    assert "http" not in re.sub(rf'http-equiv|"Content-Security-Policy"|{namespace}', "", text)


def test_what_people_type_is_no_markup_in_a_bundle(finished_run, store, tmp_path):
    record = finished_run(name="<script>alert(1)</script> [x](http://a) **b** {{ 7 * 7 }}")
    files = members(bundle_of(record, store, tmp_path))
    report = files["report.html"].decode()
    assert "script" not in Page(report).tags
    assert report.count("{{ 7 * 7 }}") == 2  # title and heading; the template takes it for words
    first = files["README.md"].decode().splitlines()[0]
    assert first == r"# \<script\>alert(1)\</script\> \[x\](http\:" "\u2060" r"//a) \*\*b\*\* \{\{ 7 \* 7 \}\}"


def test_what_a_bundle_said_about_its_hardware_is_no_markup_in_the_next(finished_run, store, tmp_path):
    record = replace(finished_run(), device="![x](https://evil.example/t.png)\n\n# Free")
    readme = members(bundle_of(record, store, tmp_path))["README.md"].decode()
    assert r"hardware: \!\[x\](https\:" "\u2060" r"//evil.example/t.png) \# Free" in readme


def test_a_run_with_the_longest_name_and_more_can_be_taken_away(finished_run, store, tmp_path):
    record = finished_run(name="x" * 200 + ", trained on")
    assert read_bundle(bundle_of(record, store, tmp_path), store.settings).manifest.name == "x" * 200


def test_a_report_without_the_images_says_so(real_bundle):
    text = members(real_bundle.read_bytes())["report.html"].decode()
    assert "the images were not on the computer that made this report" in text
    assert "What it takes for what" in text  # the labels came along


def test_a_run_without_a_model_has_no_bundle(store, finished_run, tmp_path):
    run_id = store.new_runs.create(finished_run().config, "Waits")
    with pytest.raises(RunStateError, match="no model"):
        make_bundle(store.runs.get(run_id), store, tmp_path / "x.zip")
    assert not (tmp_path / "x.zip").exists()


def test_a_run_whose_model_is_gone_has_no_bundle(store, finished_run, tmp_path):
    record = finished_run()
    store.files(record.id).onnx.unlink()
    with pytest.raises(ArtifactMissingError):
        make_bundle(record, store, tmp_path / "x.zip")
