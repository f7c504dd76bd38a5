from typing import Any

import numpy as np
import pytest


@pytest.fixture
def some() -> tuple[Any, Any]:
    """Return twelve images of noise, and their labels."""
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (12, 28, 28), dtype=np.uint8), rng.integers(0, 10, 12).astype(np.uint8)
