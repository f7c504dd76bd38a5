"""One real bundle for all tests of a session, made as the app makes it: by a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from mnist_core.settings import Settings
from mnist_core.sharing.shipped import FOLDER, SHIPPED, install_shipped
from mnist_core.store import Store
from mnist_core.system.launching import PROJECT, child_environment
from tests.once import made_once
from tests.untraced import uncounted


@pytest.fixture(scope="session")
def shipped_home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return the settings of a home with the shipped networks; skip where their packages are not there."""
    if not list(FOLDER.glob("*.zip")):
        pytest.skip("needs the packages of the shipped models")
    home = tmp_path_factory.mktemp("shipped")
    settings = Settings(home=home, keras_dir=home / "keras", data_dir=None, offline=True, warm_spare=False)
    store = Store(settings)
    install_shipped(store)
    store.close()
    return settings


@pytest.fixture(scope="session")
def real_bundle(shipped_home: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the bundle of the shipped network “handwriting”, with a SavedModel."""

    def make(path: Path) -> None:
        run_id = SHIPPED["handwriting"].run_id
        child = subprocess.Popen(
            [sys.executable, "-m", "mnist_core.sharing.bundle", run_id, "--out", str(path), "--saved-model"],
            cwd=PROJECT,
            env=uncounted(child_environment(shipped_home)),
            stdin=subprocess.PIPE,  # stays open: its end would end the child
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert child.stdout is not None
        said = child.stdout.read().decode()
        assert child.wait() == 0, said
        assert said.splitlines()[-1] == '{"fraction": 1.0}'

    return made_once("handwriting.zip", make, tmp_path_factory)
