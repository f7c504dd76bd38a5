"""Pages run in Streamlit's AppTest, from the frame, with the real core behind them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from mnist_core.datasets import Dataset

FRAME = Path(__file__).parents[2] / "pages" / "_dashboard.py"


@pytest.fixture
def open_page(digits: Dataset, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Return a function that opens a page as a new visitor; the bundled digits are ready."""

    # AppTest has no browser behind it; its cookies are a mock that is no mapping.
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {}))

    def opened(page: str = "home.py", **query: str) -> AppTest:
        app = AppTest.from_file(FRAME, default_timeout=30)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        if page != "home.py":
            app.switch_page(page)
            for name, value in query.items():  # switching clears the address
                app.query_params[name] = value
            app.run()
        assert not app.exception
        return app

    return opened
