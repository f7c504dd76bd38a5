"""A lab of one finished run with its supervisor, which is not begun."""

from collections.abc import Iterator

import pytest

from mnist_core.engine import Supervisor
from mnist_core.settings import Settings
from mnist_core.store import Store


@pytest.fixture
def supervisor(store: Store, settings: Settings) -> Iterator[Supervisor]:
    """Return a supervisor that has not begun, ended afterwards."""
    supervisor = Supervisor(store, settings)
    yield supervisor
    supervisor.close()
