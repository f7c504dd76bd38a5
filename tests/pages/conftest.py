"""Pages run in Streamlit's AppTest, from the frame, with the real core behind them."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.context import ContextProxy
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from mnist_core.config import DataConfig
from mnist_core.datasets import Dataset, shared_provider
from mnist_core.settings import get_settings
from mnist_core.sharing.shipped import install_shipped
from mnist_core.store import Store
from tests.network_files import CONFIG
from tests.shipped_files import write_shipped

_component_manifests = cache(manifest_scanner.scan_component_manifests)
FRAME = Path(__file__).parents[2] / "pages" / "_dashboard.py"


@pytest.fixture(autouse=True)
def _as_in_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Streamlit do once what it does once in the app, and no more.

    It would look for components in all installed packages for each `AppTest` (0.2 s), and clear what Keras remembers
    before each run of a page, though Keras is in a process of tests only.
    """
    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", _component_manifests)
    monkeypatch.setattr(script_runner, "_clean_problem_modules", lambda: None)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """Forget what pages keep by a run's id: in the app a run never changes, here shipped ones have the same ids."""
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def online(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages offer downloads; nothing is downloaded unless a test clicks."""
    monkeypatch.setenv("MNIST_LAB_OFFLINE", "0")
    get_settings.cache_clear()
    shared_provider.cache_clear()


@pytest.fixture(autouse=True)
def _no_cookies(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest has no browser behind it; its cookies are a mock that is no mapping."""
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {}))


@pytest.fixture
def open_page(digits: Dataset, _no_cookies: None) -> Callable[..., AppTest]:
    """Return a function that opens a page as a new visitor; the bundled digits are ready."""

    def opened(page: str = "home.py", **query: str) -> AppTest:
        app = AppTest.from_file(FRAME, default_timeout=120)
        if page != "home.py":
            app.switch_page(page)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app

    return opened


@pytest.fixture
def shipped(store: Store, tiny_dataset: Dataset, tmp_path) -> list[str]:
    """Install a network on MNIST and one on Fashion-MNIST; neither dataset is on this computer."""
    for name, dataset in (("handwriting", "mnist"), ("mnist-only", "mnist"), ("fashion", "fashion_mnist")):
        config = CONFIG.model_copy(update={"data": DataConfig(dataset=dataset)})
        images, known = tiny_dataset.x_test, tiny_dataset.y_test
        write_shipped(tmp_path, name, images, known, config=config, seed=len(name))
    return install_shipped(store, tmp_path)
