"""The visitor's cookie: the only proof of owning a run."""

import hashlib
import re
import secrets

from starlette.requests import HTTPConnection
from starlette.types import Scope

VISITOR_COOKIE = "mnist_lab_visitor"
_YEAR = 365 * 24 * 3600
_SECRET = re.compile(r"[\w-]{32,64}", re.ASCII)


def visitor(scope: Scope) -> str | None:
    """Return a name for the visitor, made from the cookie; None without one, or where it is none of ours."""
    secret = HTTPConnection(scope).cookies.get(VISITOR_COOKIE, "")
    return hashlib.sha256(secret.encode()).hexdigest() if _SECRET.fullmatch(secret) else None


def new_cookie(path: str, *, secure: bool) -> str:
    """Return the value of a ``Set-Cookie`` header: a new secret that scripts can't read and no link ever holds."""
    parts = [f"{VISITOR_COOKIE}={secrets.token_urlsafe(24)}", f"Path={path}", f"Max-Age={_YEAR}", "HttpOnly"]
    return "; ".join([*parts, "SameSite=Lax", *(["Secure"] if secure else [])])
