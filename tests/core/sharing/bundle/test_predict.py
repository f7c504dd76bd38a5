"""What leaves the dashboard behaves as inside of it."""

import ast
import io
import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

from mnist_core.drawing import prepare_parts, read_canvas, samples
from mnist_core.errors import ImageError
from mnist_core.inference import open_classifier
from mnist_core.photos import find_clothes, find_digits, read_upload
from mnist_core.sharing.bundle.predict import Reader, main
from mnist_core.sharing.bundle.reading import PACKAGE, reading_files
from mnist_core.sharing.shipped import SHIPPED
from mnist_core.store import Store
from tests.bundle_files import CANVAS, drawings, members

THREE = {"numpy", "PIL", "onnxruntime"}
DRAWINGS = 100


def test_what_predict_imports_is_python_itself_three_packages_and_what_lies_beside_it():
    files = reading_files()
    assert "predict.py" in files
    for name, text in files.items():
        if not name.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(text)):
            found = []
            if isinstance(node, ast.Import):
                found = [alias.name for alias in node.names]
            if isinstance(node, ast.ImportFrom):
                found = [node.module]
            for module in found:
                first = module.split(".")[0]
                assert first in {PACKAGE, *THREE} | sys.stdlib_module_names, (name, module)
                if first == PACKAGE and module != PACKAGE:
                    path = module.replace(".", "/")
                    assert f"{path}.py" in files or f"{path}/__init__.py" in files


def site_says(files, name: str, data: bytes):
    """Return what the page Draw says to a drawing on its canvas or to an uploaded picture."""
    if name.endswith(".json"):
        images = np.stack(
            [part.image for part in prepare_parts(read_canvas(json.loads(data), CANVAS), CANVAS, "digits")]
        )
    else:
        images = find_digits(read_upload(data)).images
    return open_classifier(files).predict(images)


@pytest.fixture(scope="session")
def fresh_python(tmp_path_factory: pytest.TempPathFactory):
    """Return the interpreter of a new environment with three packages; skip where no package index answers."""
    folder = tmp_path_factory.mktemp("fresh")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    done = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--retries", "1"]
        + ["--timeout", "10", "numpy", "pillow", "onnxruntime"],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        pytest.skip(f"no package index answers: {done.stderr.strip().splitlines()[-1]}")
    return python


@pytest.mark.slow
def test_in_a_fresh_environment_100_drawings_are_read_as_on_the_site(real_bundle, shipped_home, fresh_python, tmp_path):
    with zipfile.ZipFile(real_bundle) as archive:
        archive.extractall(tmp_path / "bundle")
    content = dict(drawings(DRAWINGS, seed=0))
    for name, data in content.items():
        (tmp_path / name).write_bytes(data)
    done = subprocess.run(
        [fresh_python, "-E", "-s", tmp_path / "bundle" / "predict.py", "--json", *content],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["file"] for answer in told] == list(content)
    store = Store(shipped_home)
    files = store.files(SHIPPED["handwriting"].run_id)
    away = 0.0
    for answer in told:
        expected = site_says(files, answer["file"], content[answer["file"]])
        said = np.array([list(found["probabilities"].values()) for found in answer["found"]])
        assert said.shape == expected.shape, answer["file"]
        assert [found["answer"] for found in answer["found"]] == [str(label) for label in expected.argmax(axis=1)]
        away = max(away, float(np.abs(said - expected).max()))
    store.close()
    assert away < 1e-5


def test_clothes_are_read_as_on_the_site(shipped_home, tmp_path):
    from mnist_core.drawing.prepare import paint_drawing
    from mnist_core.onnx.editing import with_metadata
    from mnist_core.sharing.bundle.describe import onnx_metadata

    store = Store(shipped_home)
    record = store.runs.get(SHIPPED["fashion"].run_id)
    files = store.files(record.id)
    model = tmp_path / "model.onnx"
    model.write_bytes(with_metadata(files.onnx.read_bytes(), onnx_metadata(record, 0.9)))
    reader = Reader(model)
    for sample in samples():
        if sample.collection != "clothes":
            continue
        canvas = sample.on_canvas(18)
        drawing = read_canvas(canvas, CANVAS)
        expected = open_classifier(files).predict(prepare_parts(drawing, CANVAS, "clothes")[0].image[None])[0]
        (answer,) = reader.read(json.dumps(canvas).encode())
        np.testing.assert_allclose(list(answer.probabilities.values()), expected, atol=1e-5)
        stream = io.BytesIO()
        Image.fromarray(255 - paint_drawing(drawing, CANVAS) // 2).save(stream, "PNG")
        found = find_clothes(read_upload(stream.getvalue()))
        (answer,) = reader.read(stream.getvalue())
        np.testing.assert_array_equal(answer.image, found.images[0])
        assert answer.box == found.parts[0].box
    store.close()


@pytest.fixture
def model(real_bundle, tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(members(real_bundle.read_bytes())["model.onnx"])
    return path


def test_files_that_are_no_pictures_get_one_sentence_each_and_the_others_are_read(model, tmp_path, capsys):
    names = []
    for name, data in [
        *drawings(2, seed=1),
        ("text.txt", b"hello"),
        ("broken.json", b"{"),
        ("cut.png", b"\x89PNG\r\n\x1a\n"),
    ]:
        (tmp_path / name).write_bytes(data)
        names.append(str(tmp_path / name))
    assert main([*names, str(tmp_path / "none.png"), "--model", str(model)]) == 1
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    assert len(lines) == 6
    assert "can't be read here (text)" in lines[2]
    assert "strokes of a canvas" in lines[3]
    assert "damaged or cut off" in lines[4]
    assert "can't be opened: No such file" in lines[5]


def test_without_its_model_it_says_where_to_get_it(tmp_path, capsys):
    assert main([str(tmp_path / "x.png"), "--model", str(tmp_path / "none.onnx")]) == 2
    assert "Take it from the bundle again" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"[]", b'{"objects": 3}', b'{"size": -1, "objects": []}', b"[" * 100_000])
def test_strokes_of_any_content_give_a_sentence(model, content):
    with pytest.raises(ImageError):
        Reader(model).read(content)


def test_numbers_stand_as_in_the_picture(model):
    data = next(data for name, data in drawings(20, seed=2) if name.startswith("014"))
    answers = Reader(model).read(data)
    assert len(answers) == 2
    assert answers[0].box[1] < answers[1].box[1]
