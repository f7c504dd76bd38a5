"""Headers that tell the browser what a page of ours may do."""

import re
from collections.abc import Sequence

from starlette.datastructures import MutableHeaders

from mnist_core.gateway.caller import Caller

_HOST = re.compile(r"[\w.:\[\]-]+")
# Streamlit and Plotly write styles into the page. Components come as text that the page loads as a module of its own
# ("blob:"), and its small charts (Vega) and Plotly's WebGL ones make functions of text ("unsafe-eval"). What no page of
# ours does stays forbidden: scripts in the page's HTML, and anything from elsewhere.
_POLICY = (
    "default-src 'self'; "
    "script-src 'self' {inline} blob: 'unsafe-eval' 'wasm-unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; "
    "font-src 'self' data:; "
    "media-src 'self' data: blob:; "
    "connect-src 'self' data: blob: {sockets}; "
    "worker-src 'self' blob:; "
    "frame-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; {frames}"
)


def protect(headers: MutableHeaders, who: Caller, ancestors: Sequence[str], inline: str = "") -> None:
    """Complete the headers of an answer.

    Parameters
    ----------
    headers : MutableHeaders
    who : Caller
    ancestors : sequence of str
        Other sites that may show it in a frame, as a content security policy names them.
    inline : str
        Sources of the scripts within the page's own HTML, as hashes.
    """
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    frames = " ".join(("frame-ancestors 'self'", *ancestors))
    policy = frames
    if not ancestors:  # the older header can name no other site
        headers.setdefault("X-Frame-Options", "SAMEORIGIN")
    if headers.get("content-type", "").startswith("text/html"):
        # Older browsers don't take "self" for websockets.
        sockets = f"ws://{who.host} wss://{who.host}" if _HOST.fullmatch(who.host) else ""
        policy = _POLICY.format(inline=inline, sockets=sockets, frames=frames)
    given = headers.get("Content-Security-Policy")  # of another program's page, which says itself what it does
    headers["Content-Security-Policy"] = policy if given is None else f"{given}; {frames}"
