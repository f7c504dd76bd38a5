"""A run leaves by a download and comes back by an upload, in a real browser."""

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mnist_core.pretrained import SHIPPED
from tests.serving import Server

pytestmark = pytest.mark.e2e


def test_a_run_is_taken_away_and_brought_back(page: Page, server: Server, tmp_path: Path) -> None:
    page.goto(f"{server.url}/runs?run={SHIPPED['mnist-only'].run_id}")
    page.get_by_role("button", name="Make the bundle").click()
    download = page.get_by_role("button", name="Download the bundle")
    expect(download).to_be_visible(timeout=120_000)
    with page.expect_download() as waiting:
        download.click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    with zipfile.ZipFile(path) as archive:
        assert {"predict.py", "model.keras", "model.onnx", "model.tflite", "report.html", "README.md"} <= set(
            archive.namelist()
        )

    page.locator("input[type=file]").set_input_files(path)
    expect(page.get_by_text("The run is back and belongs to you.")).to_be_visible()
    page.get_by_role("link", name="Open “MNIST only”").click()
    expect(page.get_by_text("imported", exact=False).first).to_be_visible()

    page.get_by_role("link", name="Runs").click()
    path.write_bytes(b"PK\3\4 no bundle")
    page.locator("input[type=file]").set_input_files(path)
    expect(page.get_by_text("The bundle is damaged or cut off.")).to_be_visible()
