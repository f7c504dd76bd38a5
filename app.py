"""The server: ``streamlit run app.py`` starts it.

Starts and stops the training queue with the server, serves what is not a page, gives every
visitor an anonymous cookie, and shows unexpected errors in words. The frame of all pages is
``pages/_dashboard.py``.
"""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

from mnist_core.datasets import DATASETS, shared_provider
from mnist_core.engine import close_shared_supervisor, shared_supervisor
from pages._ui.errors import show_unexpected
from pages._ui.web import VisitorMiddleware, health, plotly_js


def _warm_up() -> None:
    """Pay for heavy imports and for preparing the data before the first visitor does."""
    import pandas  # noqa: F401
    import plotly.graph_objects  # noqa: F401

    for dataset_id in DATASETS:
        shared_provider().prepare(dataset_id)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Serve the training queue for as long as the server lives."""
    shared_supervisor()
    threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()
    try:
        yield
    finally:
        # Not by atexit: on SIGTERM the server ends without running it.
        close_shared_supervisor()


app = st.App(
    "pages/_dashboard.py",
    lifespan=lifespan,
    routes=[Route("/lab/health", health), Route("/lab/plotly.min.js", plotly_js)],
    middleware=[Middleware(VisitorMiddleware)],
    on_script_error=show_unexpected,
)
