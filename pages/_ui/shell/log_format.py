"""The log's format, of Streamlit's own lines too, and marks of sessions in it."""

import hashlib
from logging import Logger

from streamlit import logger as streamlit_logger
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mnist_core.settings import Settings
from mnist_core.system.logs import format_handler
from mnist_core.system.saying import speak_json

_set_up = streamlit_logger.setup_formatter


def use_log_format(settings: Settings) -> None:
    """Write the log as the settings say; again once the server has begun, whose loggers come with it."""
    if settings.logs == "json":
        streamlit_logger.setup_formatter = _set_up_ours  # for those that come later
        speak_json()


def _set_up_ours(logger: Logger) -> None:
    _set_up(logger)
    for handler in logger.handlers:
        format_handler(handler)


def session_mark() -> str | None:
    """Return a mark of the page that runs in this thread: the same for its life, and no way into its session."""
    context = get_script_run_ctx(suppress_warning=True)
    return None if context is None else hashlib.sha256(context.session_id.encode()).hexdigest()[:12]
