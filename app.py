"""The server: ``streamlit run app.py`` starts it.

Starts and stops the training queue with the server, serves what is not a page, gives every
visitor an anonymous cookie, and shows unexpected errors in words. The frame of all pages is
``pages/_dashboard.py``.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

from mnist_core.datasets import DATASETS, shared_provider
from mnist_core.engine import close_shared_analyses, close_shared_supervisor, shared_supervisor
from mnist_core.memory import return_large_blocks
from mnist_core.pretrained import install_shipped
from mnist_core.store import shared_store
from pages._ui.errors import show_unexpected
from pages._ui.first_paint import FirstPaint
from pages._ui.web import VisitorMiddleware, health, plotly_js


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Serve the training queue for as long as the server lives."""
    return_large_blocks()
    shared_supervisor()
    install_shipped(shared_store())
    for spec in DATASETS.values():
        if spec.strokes_md5 is None:  # drawing those takes half a minute: when somebody asks for them
            shared_provider().prepare(spec.id)
    try:
        yield
    finally:
        # Not by atexit: on SIGTERM the server ends without running it.
        close_shared_analyses()
        close_shared_supervisor()


app = st.App(
    "pages/_dashboard.py",
    lifespan=lifespan,
    routes=[Route("/lab/health", health), Route("/lab/plotly.min.js", plotly_js)],
    middleware=[Middleware(VisitorMiddleware), Middleware(FirstPaint)],
    on_script_error=show_unexpected,
)
