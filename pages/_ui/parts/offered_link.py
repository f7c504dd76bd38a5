"""The address that a page offers to copy: what it begins with, and whether other devices can open it."""

from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mnist_core.gateway.offered import Listening, OfferedAddress, offered_address
from mnist_core.settings import get_settings
from pages._ui.parts.qr import qr_button
from pages._ui.shell.i18n import t

_PAGES = {path.stem for path in Path(__file__).parents[2].glob("[a-z]*.py")}


def base_address() -> str:
    """Return what all links to copy begin with, as other devices reach the dashboard where that is possible."""
    return _offered().base


def offer_link(address: str, key: str, about: str, *, for_all: bool = True) -> None:
    """Show a link to copy, with its QR code where other devices can open it.

    Parameters
    ----------
    address : str
    key : str
        Names the link on its page.
    about : str
        Translated: what it is a link to.
    for_all : bool
        Whether a class may see it on a projector.
    """
    st.code(address, language=None, wrap_lines=True)
    # Without a host nobody knows where it leads; a code of what only this computer opens would mislead.
    if _offered().why_not_elsewhere is None and urlsplit(address).netloc:
        qr_button(address, key, about, for_all=for_all)


def reach_note() -> None:
    """Say why other devices can't open the links that stand above, where it is so."""
    if (why := _offered().why_not_elsewhere) is not None:
        st.caption(f":material/phonelink_off: {t(why)}")


def _offered() -> OfferedAddress:
    prefix = st.get_option("server.baseUrlPath") or ""
    listening = Listening(
        address=st.get_option("server.address"),
        port=st.get_option("server.port"),
        secure=bool(st.get_option("server.sslCertFile")),
        path=prefix,
    )
    # Not by `st.context.url`: it cuts the name of a page off whatever ends with it, ``http://home-train`` too.
    context = get_script_run_ctx()
    info = context.context_info if context is not None else None
    seen = dashboard_address(info.url if info is not None else "", prefix)
    return offered_address(seen, get_settings(), listening)


def dashboard_address(address: str, prefix: str) -> str:
    """Return where the dashboard begins, without a slash at the end.

    Parameters
    ----------
    address : str
        Of one of its pages, as the browser shows it.
    prefix : str
        The path that the server itself is set to. A proxy may have one of its own, which only the browser knows.
    """
    parts = urlsplit(address)
    origin, path, own = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/"), prefix.strip("/")
    if not parts.netloc:
        return ""
    if own and f"{path}/".startswith(f"/{own}/"):
        return f"{origin}/{own}"
    start, _, last = path.rpartition("/")
    return origin + (start if last in _PAGES and not parts.path.endswith("/") else path)
