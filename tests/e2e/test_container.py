"""As a container: the image is built for real and does the main job, and so does the app where it may do as little."""

import contextlib
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import yaml
from huggingface_hub import metadata_load
from playwright.sync_api import Browser, Page, expect

from tests.containers import (
    UID,
    Builder,
    as_nobody_special,
    builder,
    debian_with_python,
    limited_memory,
    need_tools,
    running_container,
)
from tests.e2e.conftest import canvas_of, home_of_known_speed, new_visitor
from tests.e2e.test_main_job import draw_line, set_number
from tests.e2e.test_replicas import pages_open_at
from tests.nginx import running_nginx
from tests.programs import missing
from tests.proxies import running_proxy
from tests.s3_server import S3Server
from tests.serving import ROOT, free_port, running_server
from tests.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]  # an image is built
MEMORY = 2 * 1024**3
IMAGE, BASE = "localhost/mnist-lab", "localhost/debian-python"


def accuracy_of(page: Page) -> float:
    """Return a finished run's accuracy in percent."""
    expect(page.get_by_text("What next?")).to_be_visible()
    metric = page.get_by_test_id("stMetric").filter(has_text="Test accuracy").get_by_test_id("stMetricValue")
    return float(metric.inner_text().rstrip("%"))


def do_the_main_job(page: Page, url: str) -> tuple[str, float]:
    """Come to Home, train on the small digits, and have a drawing read; return the run's id and accuracy."""
    page.goto(url)
    expect(page.locator("h1")).to_be_visible()
    page.goto(f"{url}/train?run=new")
    set_number(page, "Epochs", "2")
    page.get_by_role("button", name="Start training").click()
    accuracy, run = accuracy_of(page), parse_qs(urlsplit(page.url).query)["run"][0]
    assert accuracy > 50
    page.get_by_role("link", name="Draw", exact=True).click()
    draw_line(page, canvas_of(page), [(0.52, 0.15), (0.5, 0.5), (0.48, 0.85)])
    expect(page.locator('.lab-reading[data-best="1"]')).to_be_visible()
    return run, accuracy


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home that belongs to user 1000."""
    return home_of_user(tmp_path_factory)


def home_of_user(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return another home that belongs to user 1000."""
    home = home_of_known_speed(tmp_path_factory)
    if os.geteuid() == 0:
        for path in (home, *home.rglob("*")):
            os.chown(path, UID, UID)
    return home


def filled(value: str) -> str:
    """Return a value of compose.yaml as it is where ``.env`` says nothing, and a password where it has to say one."""
    return re.sub(
        r"\$\{\w+(:?-|:\?)([^}]*)\}", lambda found: "a-made-up-password" if found[1] == ":?" else found[2], value
    )


@pytest.fixture(scope="module")
def built() -> Iterator[Builder]:
    """Return a builder that has built the image; skip where that is not possible."""
    need_tools()
    with builder() as ready:
        ready.image_of(debian_with_python(), BASE)
        ready.build("deploy/Dockerfile", IMAGE, BASE=BASE)
        yield ready


@pytest.fixture(scope="module")
def root(built: Builder) -> Iterator[Path]:
    """Return the folder with all files of the image."""
    with built.root_of(IMAGE) as folder:
        yield folder


def test_the_image_has_no_more_than_it_needs(built: Builder, root: Path) -> None:
    size = int(subprocess.run(["du", "-sxb", str(root)], check=True, capture_output=True).stdout.split()[0])
    assert size < 2e9
    configuration = built.configuration(IMAGE)
    assert configuration["User"] == f"{UID}:{UID}"
    assert configuration["Volumes"] == {"/data": {}}
    there = {path.name for path in (root / "app").iterdir()}
    wanted = {".streamlit", "LICENSE", "__pycache__", "app.py", "mnist_core", "pages"}
    assert {name for name in there if not name.startswith("requirements")} == wanted
    packages = next((root / "opt/venv/lib").glob("python3*/site-packages"))
    assert not list(packages.glob("nvidia*"))
    assert not (packages / "pip").exists()
    assert not (root / "etc/pip.conf").exists()
    # Nobody could write what is not compiled yet.
    assert list((root / "app/mnist_core/__pycache__").glob("settings.*.pyc"))
    assert list((packages / "keras/__pycache__").glob("__init__.*.pyc"))


def test_the_image_does_the_main_job_read_only_as_user_1000_in_2_gb(
    built: Builder, root: Path, home: Path, page: Page
) -> None:
    port, log = free_port(), home.with_suffix(".log")
    url = f"http://127.0.0.1:{port}"
    settings = {"PORT": str(port), "MNIST_LAB_OFFLINE": "1"}
    with (
        log.open("wb") as output,
        running_container(root, built.configuration(IMAGE), home, output, memory=MEMORY, **settings) as container,
    ):
        check = container.configuration["Healthcheck"]["Test"][1:]

        def is_healthy() -> bool:
            assert container.process.poll() is None, log.read_text()
            return container.run(*check).returncode == 0

        wait_until(is_healthy, 240, "the image's own check of its health", pause=0.5)
        do_the_main_job(page, url)
        assert container.run("id", "-u").stdout.strip() == str(UID)
        assert container.run("touch", "/app/anything").returncode != 0
        versions = "from mnist_core.sharing.bundle.describe import versions; print(versions())"
        assert "'tensorflow': '2." in container.run("python", "-c", versions).stdout
        container.end()
        assert container.run(*check).returncode != 0
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)


def test_two_replicas_of_the_image_are_one_lab_as_compose_starts_them(
    built: Builder,
    root: Path,
    browser: Browser,
    tmp_path_factory: pytest.TempPathFactory,
    postgres: str,
    object_store: S3Server,
) -> None:
    ports, folder = [free_port(), free_port()], tmp_path_factory.mktemp("proxy")
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]["app-1"]["environment"]
    settings = {name: filled(value) for name, value in compose.items()}
    settings |= {"MNIST_LAB_DATABASE_URL": postgres, "MNIST_LAB_FILES_ENDPOINT": object_store.endpoint}
    settings |= {"MNIST_LAB_OFFLINE": "1", "MNIST_LAB_WARM_SPARE": "0", "MNIST_LAB_METRICS": "1"}
    with contextlib.ExitStack() as stack:
        containers = []
        for port in ports:
            data = home_of_user(tmp_path_factory)
            output = stack.enter_context(data.with_suffix(".log").open("wb"))
            start = running_container(
                root, built.configuration(IMAGE), data, output, memory=MEMORY, PORT=str(port), **settings
            )
            containers.append(stack.enter_context(start))
        url = stack.enter_context(running_proxy("caddy", folder, ports))
        visitor = new_visitor(browser, ignore_https_errors=True)
        page = visitor.new_page()
        run_id, accuracy = do_the_main_job(page, url)

        # The replica that trained it ends without a word. The other one knows the run, and has its files.
        here = max(range(2), key=lambda replica: pages_open_at(f"http://127.0.0.1:{ports[replica]}"))
        containers[here].end("KILL")
        page.goto(f"{url}/evaluate?run={run_id}")
        expect(page.locator(".js-plotly-plot .heatmaplayer image").first).to_be_visible()
        page.goto(f"{url}/train?run={run_id}")
        assert accuracy_of(page) == accuracy
        expect(page.get_by_role("button", name="Manage")).to_be_visible()  # for its owner
        visitor.close()


def test_the_image_as_a_space_is_used_in_a_frame_of_another_site(
    built: Builder, root: Path, home: Path, strict: Browser, tmp_path: Path
) -> None:
    space = ROOT / "deploy" / "space"
    settings = dict(re.findall(r"(\w+)=(\S+)", (space / "settings.Dockerfile").read_text()))
    assert settings["PORT"] == str(metadata_load(space / "README.md")["app_port"])
    settings |= {"MNIST_LAB_FRAME_ANCESTORS": "https://hub.test:*", "MNIST_LAB_OFFLINE": "1"}
    configuration, upstream = built.configuration(IMAGE), f"http://127.0.0.1:{settings['PORT']}"
    with (
        home.with_suffix(".log").open("wb") as output,
        running_container(root, configuration, home, output, memory=MEMORY, **settings),
        running_nginx(tmp_path, upstream, tls=True, frame=("hub.test", "space.test")) as url,
    ):
        visitor = new_visitor(strict, ignore_https_errors=True)
        page = visitor.new_page()
        page.goto(f"https://hub.test:{url.rpartition(':')[2]}/")
        frame = page.frame_locator("iframe")
        expect(frame.get_by_text("You have nothing here.")).to_be_visible()
        frame.get_by_role("link", name="Train", exact=True).first.click()
        frame.get_by_role("button", name="Start training").click()
        expect(frame.get_by_text("What next?")).to_be_visible()
        page.reload()  # a cookie of the frame says who it is
        expect(frame.get_by_text("You have 1 run here.")).to_be_visible()
        visitor.close()


def test_the_app_needs_no_home_folder_no_name_and_no_place_to_write_but_its_own(page: Page, home: Path) -> None:
    with limited_memory(MEMORY) as limit:
        before = ["env", "-u", "HOME", *as_nobody_special(limit[0] if limit else None)]
        tried = subprocess.run([*before, "true"], check=False, capture_output=True, text=True)
        if tried.returncode:
            missing(f"needs root to become user {UID}: {tried.stderr}")
        with running_server(home, before=before) as server:
            status = Path(f"/proc/{server.process.pid}/status").read_text()
            assert f"Uid:\t{UID}\t{UID}\t{UID}\t{UID}" in status
            do_the_main_job(page, server.url)
        if limit:
            assert 0 < int(limit[1].read_text()) < MEMORY
