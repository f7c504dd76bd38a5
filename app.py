"""The server, which ``streamlit run app.py`` starts: queue, studies, a gateway around ``pages/_dashboard.py``."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware

from mnist_core.config.recipes import RECIPE_DATASETS
from mnist_core.datasets import FALLBACK_DATASET, shared_provider
from mnist_core.engine import close_shared_analyses, close_shared_supervisor
from mnist_core.errors import ConfigError, StorageError
from mnist_core.gateway import Gateway, let_loops_sleep, raise_limit
from mnist_core.monitoring import metrics_port
from mnist_core.recovery import bring_back
from mnist_core.settings import get_settings
from mnist_core.sharing.earlier import write_earlier_imports
from mnist_core.sharing.shipped import install_shipped
from mnist_core.store import shared_store
from mnist_core.studies import close_shared_driver, shared_driver
from mnist_core.system.memory import collect_rarely, return_freed_blocks, return_large_blocks
from mnist_core.system.patience import pause_elsewhere_by
from mnist_core.system.saying import complain, say
from pages._ui.reading.pen_answers import answer_pen
from pages._ui.shell import seen, streamlit_pace
from pages._ui.shell.asking import check_is_open
from pages._ui.shell.errors import show_unexpected
from pages._ui.shell.web import routes, site
from pages._ui.shell.wire import Wire

raise_limit()
let_loops_sleep()
streamlit_pace.keep()
st.secrets.load_if_toml_exists()  # where a host knows no variables, these are the settings: Streamlit Community Cloud
try:
    settings = get_settings()
    seen.begin(settings)
    shared_store().database.check()
except (ConfigError, StorageError) as error:
    complain(f"mnist_lab: {error}")
    sys.exit(1)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Serve the training queue, and the studies that go through it, for as long as the server lives."""
    seen.begin(settings)
    return_large_blocks()
    store = shared_store()
    install_shipped(store)
    if store.database.was_missing:
        for words in bring_back(store).words():
            say(words)
    write_earlier_imports(store)
    return_freed_blocks()
    pause_elsewhere_by(check_is_open)
    shared_driver()
    for dataset_id in (*RECIPE_DATASETS, FALLBACK_DATASET):
        shared_provider().prepare(dataset_id)
    collect_rarely()
    try:
        with metrics_port(settings, seen.exposition):
            yield
    finally:
        # Not by atexit: on SIGTERM the server ends without running it.
        close_shared_analyses()
        close_shared_driver()
        close_shared_supervisor()


whole = site(answer_pen)
app = st.App(
    "pages/_dashboard.py",
    lifespan=lifespan,
    routes=routes(whole.prefix),
    middleware=[Middleware(Gateway, settings=settings, site=whole), Middleware(Wire)],
    on_script_error=show_unexpected,
)
