"""Pictures instead of drawings, in a real browser: a file is uploaded, and a camera sees a sheet of paper."""

import base64
import re
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from mnist_core.photos import find_digits, read_upload
from tests.e2e.conftest import CHROMIUM, new_visitor, settled
from tests.photo_files import SCENES, Photo, Scene, compose, tidy
from tests.serving import Server

pytestmark = pytest.mark.e2e


def open_draw(page: Page, server: Server, source: str) -> None:
    """Train a network if there is none yet, and choose where pictures come from."""
    page.goto(f"{server.url}/draw")
    settled(page)
    if page.get_by_text("There is no network yet").is_visible():
        page.goto(server.url)
        page.locator(".st-key-recipe_card_first-network").get_by_role("button", name="Train").click()
        expect(page.get_by_text("What next?")).to_be_visible()
        page.get_by_role("link", name="Draw", exact=True).click()
    page.get_by_role("radio", name=source).click()
    settled(page)


def seen(page: Page) -> list[npt.NDArray[np.uint8]]:
    """Return the images of all digits that were found, as the network sees them."""
    expect(page.get_by_text("What was found")).to_be_visible()
    settled(page)
    sources = page.locator(".lab-gallery").first.locator("img").evaluate_all("(all) => all.map((img) => img.src)")
    return [np.asarray(Image.open(BytesIO(base64.b64decode(source.split(",")[1])))) for source in sources]


def video(photo: Photo, path: Path) -> None:
    """Write a film in which nothing moves, as Chromium's make-believe camera reads it (YUV4MPEG2)."""
    luma, blue, red = photo.image.convert("YCbCr").split()
    half = (photo.image.width // 2, photo.image.height // 2)
    frame = b"FRAME\n" + b"".join(part.tobytes() for part in (luma, blue.resize(half), red.resize(half)))
    header = f"YUV4MPEG2 W{photo.image.width} H{photo.image.height} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(header + frame * 4)


def test_an_uploaded_photo_is_read_and_the_next_one_too(server: Server, page: Page, tmp_path: Path) -> None:
    open_draw(page, server, "Upload a picture")
    photo = compose([tidy("407"), tidy("13")], SCENES["shadow"], seed=1)
    file = tmp_path / "sheet.jpg"
    file.write_bytes(photo.file())
    page.locator("input[type=file]").set_input_files(file)

    images = seen(page)
    expected = find_digits(read_upload(file.read_bytes())).images
    assert len(images) == 5
    assert all(np.array_equal(image, wanted) for image, wanted in zip(images, expected, strict=True))
    expect(page.locator(".lab-reading strong")).to_have_text(re.compile(r"^\d ?\d ?\d\s+/\s+\d ?\d$"))
    expect(page.get_by_alt_text(re.compile("with a box around each digit"))).to_be_visible()

    # something that only looks like a picture, then a picture again
    wrong = tmp_path / "wrong.png"
    wrong.write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    page.locator("input[type=file]").set_input_files(wrong)
    expect(page.get_by_text("Export it as PNG")).to_be_visible()
    page.locator("input[type=file]").set_input_files(file)
    assert len(seen(page)) == 5

    # nothing of it is on the disk
    assert not [path for path in server.home.rglob("*") if path.suffix in (".jpg", ".png", ".svg")]


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(server: Server, page: Page, tmp_path: Path) -> None:
    open_draw(page, server, "Upload a picture")
    large = tmp_path / "large.png"
    large.write_bytes(bytes(10 * 2**20 + 1))
    page.locator("input[type=file]").set_input_files(large)
    expect(page.get_by_text(re.compile(r"10(\.0)?\s*MB or smaller"))).to_be_visible()
    expect(page.get_by_text("No picture yet")).to_be_visible()


def test_the_camera_reads_a_sheet_of_paper(server: Server, browser: Browser, tmp_path: Path) -> None:
    scene = Scene(width=640, height=480, digit=110, pen=9, gradient=0.3, noise=2)
    photo = compose([tidy("27")], scene, seed=3)
    film = tmp_path / "sheet.y4m"
    video(photo, film)
    with browser.browser_type.launch(
        executable_path=CHROMIUM,
        args=[
            "--no-sandbox",
            "--disable-gpu",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ],
    ) as with_camera:
        page = new_visitor(with_camera, permissions=["camera"]).new_page()
        open_draw(page, server, "Camera")
        # Before its first frame the camera has nothing to take.
        page.wait_for_function("document.querySelector('video')?.readyState >= 2")
        page.get_by_role("button", name="Take Photo").click()
        images = seen(page)
    expected = find_digits(read_upload(photo.file("PNG"))).images
    assert len(images) == 2
    for image, wanted in zip(images, expected, strict=True):  # not mirrored: a mirrored 2 or 7 looks very different
        assert np.corrcoef(image.ravel().astype(float), wanted.ravel().astype(float))[0, 1] > 0.8
