"""A run leaves by a download and comes back by an upload, in a real browser."""

import contextlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect

from mnist_core.config import DataConfig, LogisticConfig, RunConfig
from mnist_core.store import RunRecord, Store
from tests.serving import ROOT, free_port
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e
SCRIPT = Path(__file__).with_name("bundle_page.py")


@pytest.fixture
def address(store: Store) -> Iterator[str]:
    """Return the address of a server with this test's runs and the one page."""
    port = free_port()
    log = store.settings.home / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(SCRIPT), "--server.port", str(port)]
            + ["--server.address", "127.0.0.1"],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def answers() -> bool:
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(requests.ConnectionError, requests.Timeout):
            return requests.get(f"http://127.0.0.1:{port}/_stcore/health", timeout=5).ok
        return False

    try:
        wait_until(answers, 60, "the server's answer")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def test_a_run_is_taken_away_and_brought_back(
    page: Page, address: str, finished_run: Callable[..., RunRecord], store: Store, tmp_path: Path
) -> None:
    record = finished_run(RunConfig(data=DataConfig(dataset="digits"), model=LogisticConfig()), name="Travels")
    page.goto(f"{address}/?run={record.id}")
    page.get_by_role("button", name="Make the bundle").click()
    download = page.get_by_role("button", name="Download the bundle")
    expect(download).to_be_visible()
    with page.expect_download() as waiting:
        download.click()
    path = tmp_path / waiting.value.suggested_filename
    assert path.name == "travels.zip"
    waiting.value.save_as(path)
    with zipfile.ZipFile(path) as archive:
        assert {"predict.py", "model.onnx", "report.html", "README.md"} <= set(archive.namelist())

    page.locator("input[type=file]").set_input_files(path)
    expect(page.get_by_text("The run is back and belongs to you.")).to_be_visible()
    expect(page.get_by_text("Open “Travels”")).to_be_visible()
    (back,) = [run for run in store.find() if run.id != record.id]
    assert back.imported is not None

    path.write_bytes(b"PK\3\4 no bundle")
    page.locator("input[type=file]").set_input_files(path)
    expect(page.get_by_text("The bundle is damaged or cut off.")).to_be_visible()
    assert len(store.find()) == 2
