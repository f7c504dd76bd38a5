"""What Streamlit does for every run of a page although it comes out the same, and more often than anybody sees."""

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime import runtime as streamlit_runtime

_FLUSH = 0.02  # seconds in which messages gather, of all open pages: eyes take them as one moment
_read_theme = app_session._populate_theme_msg
_read: dict[str, CustomThemeConfig] = {}


def keep() -> None:
    """Let Streamlit read the theme of `config.toml` once, and look after what open pages are sent less often.

    It reads its 350 options six times for each run of a page or of a part of one, a tenth of what a page takes, and
    goes through all open pages 200 times a second while one of them gets anything.
    """
    app_session._populate_theme_msg = _theme_as_read
    setattr(streamlit_runtime, "MESSAGE_FLUSH_INTERVAL_SECS", _FLUSH)  # noqa: B010, which it does not export


def _theme_as_read(msg: CustomThemeConfig, section: str = "theme") -> None:
    if section not in _read:
        fresh = CustomThemeConfig()
        _read_theme(fresh, section)
        _read[section] = fresh
    msg.MergeFrom(_read[section])
