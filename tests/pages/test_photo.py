"""Pictures on the page Draw: uploaded or taken, read, refused in words, switched off."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from mnist_core.config import DataConfig, Dense, NetworkConfig, RunConfig
from mnist_core.inference import open_classifier, read_parts
from mnist_core.photos import find_digits, read_upload
from mnist_core.settings import get_settings
from mnist_core.store import RunRecord, Store
from pages._ui.shell import session
from tests.photo_files import SCENES, Scene, compose, tidy

OpenPage = Callable[..., AppTest]
FinishedRun = Callable[..., RunRecord]
SCENE = Scene(width=600, height=450, digit=80, pen=6)


def words(app: AppTest) -> str:
    """Return all text that the page shows outside widgets."""
    shown = [str(element.value) for kind in ("markdown", "caption", "error") for element in getattr(app, kind)]
    return " ".join(shown + [element.proto.body for element in app.get("html")])


def galleries(app: AppTest) -> list[str]:
    return [body for element in app.get("html") if (body := element.proto.body).startswith('<div class="lab-gallery')]


def source(app: AppTest, name: str) -> AppTest:
    """Choose where the picture comes from."""
    app.segmented_control(key="draw_source").set_value(name)
    return app.run()


def uploaded(app: AppTest, data: bytes, name: str = "photo.jpg", kind: str = "image/jpeg") -> AppTest:
    app.file_uploader(key="photo_file").set_value((name, data, kind))
    return app.run()


@pytest.fixture
def upload_page(open_page: OpenPage, finished_run: FinishedRun) -> AppTest:
    """Return the page with a run on digits, ready for an upload."""
    finished_run()
    return source(open_page("draw.py"), "upload")


@pytest.mark.parametrize("way", ["upload", "camera"])
def test_a_photo_is_read_with_each_digit_and_how(
    way: str, open_page: OpenPage, finished_run: FinishedRun, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages._ui.reading.networks.least_sureness", lambda record: 2.0)
    run = finished_run()
    data = compose([tidy("407"), tidy("13")], SCENE, seed=1).file()
    app = source(open_page("draw.py"), way)
    if way == "upload":
        uploaded(app, data)
    else:
        app.camera_input(key="photo_camera").set_value(("shot.jpg", data, "image/jpeg")).run()
    assert not app.exception
    found = find_digits(read_upload(data))
    reading = read_parts(found.parts, open_classifier(store.files(run.id)).predict, "0123456789", 2.0)
    read = "  /  ".join(reading.lines)
    assert f"<strong>{read}?</strong>" in words(app)
    assert "5 digits; of the least sure one" in words(app)
    assert words(app).count("<figure>") == 5 + 4
    for step in ("Cut out", "A fitting pen", "Made small", "What it sees"):
        assert step in words(app)
    assert "nothing is saved" in words(app)


def test_the_steps_of_another_digit_can_be_looked_at(upload_page: AppTest) -> None:
    app = uploaded(upload_page, compose([tidy("407")], SCENE, seed=1).file())
    before = galleries(app)
    app.slider(key="photo_digit_3").set_value(3).run()
    after = galleries(app)
    assert after[0] == before[0]  # what was found
    assert after[1] != before[1]


def test_a_misread_digit_is_kept_as_what_it_is(
    upload_page: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "owner", lambda: "ada")
    data = compose([tidy("407")], SCENE, seed=1).file()
    app = uploaded(upload_page, data)
    app.slider(key="photo_digit_3").set_value(2).run()
    wrong = next(label for label in range(10) if not app.button(key=f"photo_was_{label}").disabled)
    app.button(key=f"photo_was_{wrong}").click().run()
    assert not app.exception
    assert "Thanks!" in words(app)
    kept = store.drawings.read("ada", "digits")
    np.testing.assert_array_equal(kept.images, find_digits(read_upload(data)).images[1:2])
    assert kept.labels.tolist() == [wrong]


@pytest.mark.parametrize("least", [0.0, 2.0])
def test_a_photo_is_answered_as_a_drawing_is_sure_or_not(
    least: float, upload_page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages._ui.reading.networks.least_sureness", lambda record: least)
    app = uploaded(upload_page, compose([tidy("4")], SCENE, seed=1).file())
    assert ("It is sure: " in words(app)) == (least == 0)
    assert (" or " in words(app).split("<strong>")[1].split("</strong>")[0]) == (least == 2)
    app = uploaded(app, compose([tidy("407")], SCENE, seed=1).file())
    assert "of the least sure one" in words(app)
    assert ("Not sure of those with a question mark: 3." in words(app)) == (least == 2)
    assert galleries(app)[0].count("not sure, ") == (3 if least == 2 else 0)
    assert "counts as sure" in words(app)


@pytest.mark.parametrize(
    ("data", "name", "kind", "sentence"),
    [
        (compose([tidy("3")], SCENE, seed=0).file(), "IMG_1.jfif", "image/jpeg", None),
        (compose([tidy("3")], SCENE, seed=0).file(), "photo", "", None),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "IMG_2.HEIC", "image/heic", "“Most compatible”"),
        (b"%PDF-1.7", "scan.pdf", "application/pdf", "Take a picture of the page"),
    ],
)
def test_the_content_of_a_file_decides_and_never_its_name(
    data: bytes, name: str, kind: str, sentence: str | None, upload_page: AppTest
) -> None:
    assert not upload_page.file_uploader(key="photo_file").proto.type  # the browser refuses nothing by its name
    app = uploaded(upload_page, data, name, kind)
    assert [error.value for error in app.error if sentence and sentence in error.value] or not (app.error or sentence)


def test_before_a_picture_it_says_what_works(upload_page: AppTest) -> None:
    assert "No picture yet" in words(upload_page)
    assert "dark pen on light paper" in words(upload_page)
    assert not upload_page.error


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "Export it as PNG"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "damaged or cut off"),
        (bytes(100), "PNG, JPEG, WebP and GIF"),
    ],
)
@pytest.mark.parametrize("name", ["photo.png", "../../etc/passwd.png", "\u202egnp.exe.png", "n" * 250 + ".png"])
def test_what_is_no_picture_is_refused_in_words_whatever_its_name(
    data: bytes, sentence: str, name: str, upload_page: AppTest
) -> None:
    app = uploaded(upload_page, data, name, "image/png")
    assert not app.exception
    assert sentence in app.error[0].value
    assert "No picture yet" not in words(app)


def test_a_picture_without_digits_says_what_to_do_and_the_next_one_is_read(upload_page: AppTest) -> None:
    buffer = BytesIO()
    Image.new("RGB", (300, 200), "white").save(buffer, "PNG")
    app = uploaded(upload_page, buffer.getvalue(), "empty.png", "image/png")
    assert "No digit was found" in app.error[0].value
    app = uploaded(app, compose([tidy("3")], SCENE, seed=0).file())
    assert not app.error
    assert "Not sure: " in words(app) or "It is sure: " in words(app)


def test_a_picture_is_looked_at_once(upload_page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    app = uploaded(upload_page, compose([tidy("407")], SCENE, seed=1).file())

    def never(*_: Any) -> None:
        raise AssertionError("the picture was decoded again")

    monkeypatch.setattr("mnist_core.photos.upload.open_container", never)
    app.slider(key="photo_digit_3").set_value(2).run()
    assert not app.exception


def test_too_many_pictures_a_minute_are_refused_in_words(upload_page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    from mnist_core.engine import Pace, picture_pace

    pace = Pace(1, 60.0, picture_pace().template)
    monkeypatch.setattr("pages._ui.draw.photo.picture_pace", lambda: pace)
    app = uploaded(upload_page, compose([tidy("4")], SCENE, seed=1).file())
    assert not app.error
    app = uploaded(app, compose([tidy("5")], SCENE, seed=1).file())
    assert "At most 1 pictures a minute" in app.error[0].value


def test_where_uploads_are_switched_off_there_is_only_the_canvas(
    open_page: OpenPage, finished_run: FinishedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_LAB_UPLOADS", "false")
    get_settings.cache_clear()
    finished_run()
    app = open_page("draw.py")
    assert not app.get("button_group")
    assert not app.file_uploader
    assert "Draw a digit from 0 to 9" in words(app)


def test_a_network_for_clothes_is_shown_one_piece(open_page: OpenPage, finished_run: FinishedRun) -> None:
    config = RunConfig(data=DataConfig(dataset="fashion_mnist"), model=NetworkConfig(layers=(Dense(units=16),)))
    finished_run(config)
    app = source(open_page("draw.py"), "upload")
    assert "one piece" in words(app)
    picture = np.full((300, 240, 3), 235, np.uint8)
    picture[60:240, 70:170] = (60, 80, 120)
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    app = uploaded(app, buffer.getvalue(), "shirt.png", "image/png")
    assert not app.exception
    assert "sure" in words(app)
    assert "without its ground" in words(app)


def test_uneven_light_is_shown_evened_out(upload_page: AppTest) -> None:
    app = uploaded(upload_page, compose([tidy("12")], SCENES["dim side"], seed=0).file())
    assert not app.error
    assert len(app.image) == 3


def test_a_picture_that_is_taken_away_is_forgotten(upload_page: AppTest) -> None:
    app = uploaded(upload_page, compose([tidy("12")], SCENE, seed=0).file())
    assert "photo" in app.session_state
    app.file_uploader(key="photo_file").set_value(None).run()
    assert "photo" not in app.session_state
    assert "No picture yet" in words(app)
