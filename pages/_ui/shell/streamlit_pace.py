"""What Streamlit does for every run of a page although it comes out the same, and more often than anybody sees."""

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime import runtime as streamlit_runtime
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

_FLUSH = 0.02  # seconds in which messages gather, of all open pages: eyes take them as one moment
_clear = ForwardMsgQueue.clear
_read_theme = app_session._populate_theme_msg
_read: dict[str, CustomThemeConfig] = {}


def keep() -> None:
    """Let Streamlit read the theme of `config.toml` once, and look after what open pages are sent less often.

    It reads its 350 options six times for each run of a page or of a part of one, a tenth of what a page takes, and
    goes through all open pages 200 times a second while one of them gets anything.

    And where a part of a page runs again before all of its last run was sent, it throws the rest away. A box of another
    kind may then be missing around what comes next, and the whole page breaks down (1.67: "Bad delta path index").
    """
    setattr(ForwardMsgQueue, "clear", _keep_parts)  # noqa: B010
    app_session._populate_theme_msg = _theme_as_read
    setattr(streamlit_runtime, "MESSAGE_FLUSH_INTERVAL_SECS", _FLUSH)  # noqa: B010, which it does not export


def _keep_parts(
    queue: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None
) -> None:
    """Forget what waits to be sent, as Streamlit does; but where a part runs again, all of it is sent in its order."""
    if not retain_lifecycle_msgs or not fragment_ids_this_run:
        _clear(queue, retain_lifecycle_msgs, fragment_ids_this_run)
        return
    queue._delta_index_map = {}  # what comes next does not take the place of what waits


def _theme_as_read(msg: CustomThemeConfig, section: str = "theme") -> None:
    if section not in _read:
        fresh = CustomThemeConfig()
        _read_theme(fresh, section)
        _read[section] = fresh
    msg.MergeFrom(_read[section])
