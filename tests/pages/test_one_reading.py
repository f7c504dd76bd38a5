"""One picture, one reading: Draw, photo, Explain, the command line and a bundle's ``predict.py`` say the same."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from mnist_core.__main__ import main
from mnist_core.commands.judging import sure_from_of
from mnist_core.drawing import paint_drawing, read_canvas, write_canvas
from mnist_core.inference import Reading, find_in
from mnist_core.onnx.editing import with_metadata
from mnist_core.sharing.bundle.describe import onnx_metadata
from mnist_core.sharing.bundle.evidence import gather
from mnist_core.sharing.bundle.predict import Reader
from mnist_core.sharing.bundle.predict import main as predict
from mnist_core.sharing.shipped import SHIPPED, install_shipped
from mnist_core.store import RunRecord, Store
from mnist_core.system.background import shared_background
from pages._ui.canvas.state import FINE, SIZE, read_drawn
from pages._ui.reading.answers import in_words, large_words
from pages._ui.reading.networks import least_sureness, read
from tests.enclosure_files import KINDS, enclosed, from_strokes
from tests.pages.test_pages import words
from tests.photo_files import SCENES, Scene, compose, tidy

_CANVAS = FINE * SIZE
_NUMBERS = 100
_PEN = 36.0
OpenPage = Callable[..., AppTest]


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
    found = {f"{kind}.png": enclosed(kind, glyphs, seed=2).file() for kind in list(KINDS)[::3]}
    for name in ("shadow", "small", "ruled"):
        found[f"photo {name}.jpg"] = compose([tidy("407"), tidy("13")], SCENES[name], seed=1).file()
    found["empty.png"] = _file(Image.new("L", (60, 60), 255))
    found["strip.png"] = _file(Image.new("RGB", (10_000, 1), "red"))
    return _twos() | found


def _drawn(number: str, rng: np.random.Generator) -> dict[str, Any]:
    """Return what the canvas sends of a number, written upright or a little turned, in the middle or beside it."""
    slot = _CANVAS / len(number)
    zoom = min(0.62 * _CANVAS, slot) * rng.uniform(0.8, 1)
    strokes = []
    for place, digit in enumerate(tidy(number)):
        turn, middle = np.radians(rng.uniform(-8, 8)), np.array([slot * (place + 0.5), _CANVAS / 2])
        matrix = zoom * np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        corners = [np.concatenate(digit.strokes).min(axis=0), np.concatenate(digit.strokes).max(axis=0)]
        at = middle + rng.uniform(-8, 8, 2)
        strokes += [(points - np.mean(corners, axis=0)) @ matrix + at for points in digit.strokes]
    return write_canvas(strokes, _PEN) | {"size": _CANVAS}


def _on_the_canvas(record: RunRecord, content: dict[str, Any]) -> Reading:
    """Return what Draw and Explain say: both ask the canvas for the parts, and the network about them."""
    drawn = read_drawn({"content": content, "read": None}, "digits")
    assert drawn is not None
    return read(record, drawn.parts)


def _painted(content: dict[str, Any]) -> bytes:
    """Return a picture of the canvas."""
    drawing = read_canvas(content, _CANVAS).scaled(1 / FINE)
    return _file(Image.fromarray(paint_drawing(drawing, SIZE)))


def _told(reading: Reading) -> Any:
    return json.loads(json.dumps(reading.as_json()))


class Programs:
    """A network as the command line reads with it, and a bundle's ``predict.py``."""

    def __init__(self, record: RunRecord, store: Store, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._run, self._folder, self._capsys = record.id, folder, capsys
        self.model = folder / "model.onnx"
        told = onnx_metadata(record, gather(record, store).sureness())
        self.model.write_bytes(with_metadata(store.files(record.id).onnx.read_bytes(), told))

    def read(self, files: dict[str, bytes]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Return what each of both says to each file; some can't be read where `code` is 1."""
        for name, data in files.items():
            (self._folder / name).write_bytes(data)
        names = [str(self._folder / name) for name in files]
        codes = [main(["predict", self._run, "--json", *names])]
        by_command = json.loads(self._capsys.readouterr().out)["predictions"]
        codes.append(predict(["--json", "--model", str(self.model), *names]))
        by_bundle = [json.loads(line) for line in self._capsys.readouterr().out.splitlines()]
        assert codes == [int(any(told["reading"] is None for told in by_command))] * 2
        return list(zip(by_command, by_bundle, strict=True))


@pytest.fixture
def record(store: Store) -> RunRecord:
    """Return the network for handwriting that comes with the program; its dataset is not on this computer."""
    install_shipped(store)
    return store.runs.get(SHIPPED["handwriting"].run_id)


@pytest.fixture
def programs(record: RunRecord, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Programs:
    return Programs(record, store, tmp_path, capsys)


def test_photo_command_line_and_bundle_read_the_same_files_alike(record: RunRecord, programs: Programs) -> None:
    pictures = _pictures()
    for (name, data), (by_command, by_bundle) in zip(pictures.items(), programs.read(pictures), strict=True):
        assert by_command.get("error") == by_bundle.get("error"), name
        if name in ("empty.png", "strip.png"):
            assert by_command["error"]
            continue
        page = _told(read(record, find_in(data, "digits").parts))
        assert all(said[key] == page[key] for said in (by_command, by_bundle) for key in page), name
        if name in _twos():
            assert page["reading"] == "2"


def test_a_hundred_numbers_are_read_alike_by_all_five_as_strokes_and_as_a_picture(
    record: RunRecord, programs: Programs
) -> None:
    rng = np.random.default_rng(1)
    lengths = rng.integers(1, 4, _NUMBERS)
    numbers = ["".join(map(str, rng.integers(0, 10, int(length)))) for length in lengths]
    drawn = [_drawn(number, rng) for number in numbers]
    strokes = {f"{n}.json": json.dumps(content).encode() for n, content in enumerate(drawn)}
    pictures = {f"{n}.png": _painted(content) for n, content in enumerate(drawn)}
    of_strokes, of_pictures = programs.read(strokes), programs.read(pictures)
    doubts = 0
    for n, number in enumerate(numbers):
        on_canvas = _told(_on_the_canvas(record, drawn[n]))
        photo = _told(read(record, find_in(pictures[f"{n}.png"], "digits").parts))
        assert on_canvas["reading"] == photo["reading"].replace(" ", "") == number
        assert all(said[key] == on_canvas[key] for said in of_strokes[n] for key in on_canvas), number
        assert all(said[key] == photo[key] for said in of_pictures[n] for key in photo), number
        doubts += not all(digit["sure"] for digit in photo["digits"])
    assert 0 < doubts < _NUMBERS, "of some it is sure, and of some it is not"


@pytest.mark.parametrize("least", [0.0, 2.0], ids=["sure", "not sure"])
def test_all_say_in_the_same_way_whether_they_are_sure(
    least: float, record: RunRecord, programs: Programs, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages._ui.reading.networks.least_sureness", lambda record: least)
    drawn = _drawn("42", np.random.default_rng(0))
    expected = _on_the_canvas(record, drawn)
    large, first = f"<strong>{large_words(expected)}</strong>", in_words(expected.answers[0])
    assert large_words(expected) == ("42" if least == 0 else "42?")
    reader = Reader(programs.model)
    reader.sure_from = least
    assert reader.reading(json.dumps(drawn).encode()).in_a_line().endswith("not sure)") == (least == 2)
    app = open_page("draw.py", run=record.id)
    app.session_state["canvas_digits_0"] = {"drawing": {"raw": drawn, "data": None}}
    app.run()
    assert large in words(app)
    app.switch_page("explain.py")
    app.query_params["run"] = record.id
    app.run()
    if app.get("button_group"):
        app.segmented_control(key="explain_source_now").set_value("drawing").run()
    assert large in words(app)
    assert first in words(app)
    app.switch_page("draw.py").run()
    app.segmented_control(key="draw_source").set_value("upload").run()
    app.file_uploader(key="photo_file").set_value(("42.png", _painted(drawn), "image/png")).run()
    assert large in words(app)
    assert not app.error


def test_all_take_the_same_border(store: Store, finished_run: Callable[..., RunRecord], own_home: Path) -> None:
    run = finished_run()
    own = gather(run, store).sureness()
    assert sure_from_of(run) == own
    least_sureness(run)
    task = shared_background().wait(("sureness", run.id), 60)
    assert task is not None
    assert least_sureness(run) == own
