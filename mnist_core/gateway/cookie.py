"""The visitor's cookie: the only proof of owning a run."""

import hashlib
import re
import secrets

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import Scope

VISITOR_COOKIE = "mnist_lab_visitor"
LANGUAGE_COOKIE = "mnist_lab_language"  # what a visitor chose; pages keep it in the browser
_YEAR = 365 * 24 * 3600
# By hand: Starlette's helper knows no "Partitioned" before Python 3.14.
_IN_FRAMES, _REPLACED = ("SameSite=None", "Secure", "Partitioned"), ("samesite", "secure", "partitioned")
_SECRET = re.compile(r"[\w-]{32,64}", re.ASCII)


def visitor(scope: Scope) -> str | None:
    """Return a name for the visitor, made from the cookie; None without one, or where it is none of ours."""
    secret = HTTPConnection(scope).cookies.get(VISITOR_COOKIE, "")
    return hashlib.sha256(secret.encode()).hexdigest() if _SECRET.fullmatch(secret) else None


def new_cookie(path: str, *, secure: bool) -> str:
    """Return the value of a ``Set-Cookie`` header: a new secret that scripts can't read and no link ever holds."""
    parts = [f"{VISITOR_COOKIE}={secrets.token_urlsafe(24)}", f"Path={path}", f"Max-Age={_YEAR}", "HttpOnly"]
    return "; ".join([*parts, "SameSite=Lax", *(["Secure"] if secure else [])])


def let_into_frames(headers: MutableHeaders) -> None:
    """Change all cookies of an answer so that browsers send them from a frame of another site too.

    Each such site has cookies of its own then ("Partitioned"), the only ones that some browsers keep in frames.
    Streamlit's cookie against forged uploads goes along: its own setting (`server.xsrfCookieSameSite`) can't say that.
    """
    cookies = headers.getlist("set-cookie")
    del headers["set-cookie"]
    for cookie in cookies:
        kept = [part for part in cookie.split("; ") if not part.lower().startswith(_REPLACED)]
        headers.append("Set-Cookie", "; ".join([*kept, *_IN_FRAMES]))
