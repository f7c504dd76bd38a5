"""The networks that come with the program, installed once for all tests of this folder."""

from collections.abc import Iterator

import pytest

from mnist_core.settings import Settings
from mnist_core.sharing.shipped import install_shipped
from mnist_core.store import Store


@pytest.fixture(scope="session")
def shipped_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a store with the shipped networks, which nobody changes; no data can be had."""
    home = tmp_path_factory.mktemp("shipped")
    store = Store(Settings(home=home, keras_dir=home / "keras", data_dir=None, offline=True))
    install_shipped(store)
    yield store
    store.close()
