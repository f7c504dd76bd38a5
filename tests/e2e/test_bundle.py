"""A run leaves by a download and comes back by an upload, in a real browser."""

import json
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mnist_core.sharing.shipped import SHIPPED
from tests.e2e.conftest import settled
from tests.serving import Server

pytestmark = pytest.mark.e2e


def test_a_run_is_taken_away_and_brought_back(page: Page, server: Server, tmp_path: Path) -> None:
    page.goto(f"{server.url}/runs?run={SHIPPED['mnist-only'].run_id}")
    page.get_by_role("button", name="Make the bundle").click()
    download = page.get_by_role("button", name="Download the bundle")
    expect(download).to_be_visible()
    with page.expect_download() as waiting:
        download.click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    with zipfile.ZipFile(path) as archive:
        assert {"predict.py", "model.keras", "model.onnx", "model.tflite", "report.html", "README.md"} <= set(
            archive.namelist()
        )

    settled(page)
    page.get_by_text("Bring a run back", exact=True).click()
    page.locator("input[type=file]").set_input_files(path)
    expect(page.get_by_text("The run is back and belongs to you.")).to_be_visible()
    settled(page)
    page.get_by_role("link", name="Open “MNIST only”").click()
    expect(page.get_by_text("imported", exact=False).first).to_be_visible()

    settled(page)
    page.get_by_test_id("stTopNavLink").filter(has_text="Runs").click()
    expect(page.get_by_role("heading", name="Runs")).to_be_visible()
    settled(page)
    path.write_bytes(b"PK\3\4 no bundle")
    page.locator("input[type=file]").set_input_files(path)
    expect(page.get_by_text("The bundle is damaged or cut off.")).to_be_visible()


def test_code_card_and_folder_are_downloads(page: Page, server: Server, tmp_path: Path) -> None:
    page.goto(f"{server.url}/runs?run={SHIPPED['mnist-only'].run_id}")
    choice = page.locator(".st-key-take_away")

    def downloaded(button: str) -> Path:
        with page.expect_download() as waiting:
            page.get_by_test_id("stDownloadButton").get_by_role("button", name=button, exact=True).click()
        path = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(path)
        return path

    choice.get_by_text("Code", exact=True).click()
    script = downloaded("Python script")
    assert script.suffix == ".py"
    compile(script.read_text(), str(script), "exec")
    assert json.loads(downloaded("Jupyter notebook").read_text())["nbformat"] == 4

    choice.get_by_text("Model card", exact=True).click()
    assert "pipeline_tag" in downloaded("Model card").read_text()
    with zipfile.ZipFile(downloaded("Folder for the Hub")) as archive:
        assert {"README.md", "model.onnx"} <= {Path(name).name for name in archive.namelist()}

    choice.get_by_text("TensorBoard", exact=True).click()
    expect(page.get_by_text(f"python -m mnist_core tensorboard {SHIPPED['mnist-only'].run_id}")).to_be_visible()
