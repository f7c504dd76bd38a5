"""Who waits for what is computed, and whether the tab is still open."""

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mnist_core.errors import AbandonedError
from mnist_core.system.turns import Asker
from pages._ui.shell import session


def asker() -> Asker:
    """Return who waits for a computation: this visitor, in this tab, for as long as it is open."""
    context = get_script_run_ctx(suppress_warning=True)
    page = context.session_id if context is not None else ""
    return Asker(session.owner(), page, lambda: _is_open(page), session.address())


def check_is_open() -> None:
    """Raise `AbandonedError` where the tab is closed for which this thread computes."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None and not _is_open(context.session_id):
        raise AbandonedError("Nobody waits for this any more.")


def _is_open(page: str) -> bool:
    # Without a server, in tests, no tab is ever closed.
    return not runtime.exists() or runtime.get_instance().is_active_session(page)
