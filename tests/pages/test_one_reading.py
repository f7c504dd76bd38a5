"""One picture, one reading: the page, the command line and a bundle's ``predict.py`` say the same."""

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_core.__main__ import main
from mnist_core.inference import USUAL_SURENESS, find_in
from mnist_core.models.graph import with_metadata
from mnist_core.sharing.bundle.describe import onnx_metadata
from mnist_core.sharing.bundle.predict import Reader
from mnist_core.sharing.bundle.predict import main as predict
from mnist_core.sharing.shipped import SHIPPED, install_shipped
from mnist_core.sharing.shipped.install import FOLDER
from mnist_core.store import Store
from pages._ui.parts.reading import read
from tests.enclosure_files import KINDS, enclosed, from_strokes
from tests.photo_files import SCENES, Scene, compose, tidy


def _file(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _two(**scene: object) -> Image.Image:
    return compose([tidy("2")], Scene(width=300, height=300, digit=180, pen=16, **scene), seed=1).image  # type: ignore[arg-type]


def _twos() -> dict[str, bytes]:
    """Return pictures of a 2 that were read as 8 or 3 where each program had its own way of reading."""
    exif = Image.Exif()
    exif[0x0112] = 6
    values = np.asarray(_two().convert("L")).astype(np.uint16) * 16  # 12 bits, as cameras and scanners have them
    return {
        "exif.jpg": _file(_two().transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif),
        "colours.png": _file(_two(paper=(245, 235, 150), ink=(30, 60, 200))),
        "dark.png": _file(_two(paper=(30, 30, 30), ink=(200, 200, 200))),
        "12in16.png": _file(Image.fromarray(values)),
        "name.jfif": _file(_two(), "JPEG"),
    }


def _pictures() -> dict[str, bytes]:
    glyphs = [from_strokes(digit) for digit in tidy("0123456789")]
    found = {f"{kind}.png": enclosed(kind, glyphs, seed=2).file() for kind in KINDS}
    for name in ("shadow", "small", "ruled"):
        found[f"photo {name}.jpg"] = compose([tidy("407"), tidy("13")], SCENES[name], seed=1).file()
    found["empty.png"] = _file(Image.new("L", (60, 60), 255))
    found["strip.png"] = _file(Image.new("RGB", (10_000, 1), "red"))
    return _twos() | found


@pytest.mark.skipif(not list(FOLDER.glob("*.zip")), reason="needs the packages of the shipped models")
def test_page_command_line_and_bundle_read_the_same_files_alike(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install_shipped(store)
    record = store.get(SHIPPED["handwriting"].run_id)
    model = tmp_path / "model.onnx"
    model.write_bytes(with_metadata(store.files(record.id).onnx.read_bytes(), onnx_metadata(record, USUAL_SURENESS)))
    pictures = _pictures()
    assert len(pictures) >= 40
    paths = {name: tmp_path / name for name in pictures}
    for name, data in pictures.items():
        paths[name].write_bytes(data)
    names = [str(path) for path in paths.values()]
    assert main(["predict", "handwriting", "--json", *names]) == 1
    told = json.loads(capsys.readouterr().out)["predictions"]
    assert predict(["--json", "--model", str(model), *names]) == 1
    bundle = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    reader = Reader(model)
    for (name, data), by_command, by_bundle in zip(pictures.items(), told, bundle, strict=True):
        for key in ("reading", "digits"):
            assert by_command[key] == by_bundle[key], name
        assert by_command.get("error") == by_bundle.get("error"), name
        if name in ("empty.png", "strip.png"):
            assert by_command["error"]
            continue
        found = find_in(data, "digits")
        page = read(record, found.parts)
        assert json.loads(json.dumps(page.as_json())) == {key: by_command[key] for key in ("reading", "digits")}, name
        if name in _twos():
            assert by_command["reading"] == "2"
            assert [answer.name for answer in reader.read(data)] == ["2"]
