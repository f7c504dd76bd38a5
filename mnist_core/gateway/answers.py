"""What the gateway answers itself: a short page for people, a line for programs."""

import html
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Scope

from mnist_core.gateway.cookie import LANGUAGE_COOKIE
from mnist_core.text import Translator, Words, translator

_PAGE = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>MNIST Lab</title>{again}<style>
:root {{ color-scheme: light dark; }}
:root:lang(ko) {{ word-break: keep-all; }}
body {{ font: 1.125rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 18vh auto 0; padding: 0 1.5rem; }}
h1 {{ font-size: 1.5rem; }}
</style></head><body><h1>{title}</h1><p>{sentence}</p>{link}</body></html>
"""


@dataclass(frozen=True)
class Refusal:
    """Why a request is not answered with what it asked for.

    Attributes
    ----------
    status : int
        HTTP status.
    sentence : str
        English sentence for the one who asked, with placeholders.
    retry_after : int or None
        Seconds after which it is worth to ask again.
    home : str or None
        Address of the first page, where that helps.
    values : dict
        What fills the placeholders.
    """

    status: int
    sentence: Words
    retry_after: int | None = None
    home: str | None = None
    values: dict[str, Any] = field(default_factory=dict)

    def response(self, scope: Scope) -> Response:
        """Return the answer: HTML where a browser shows it as a page, else the sentence."""
        headers = {"Cache-Control": "no-store"}
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        t = language(scope)
        sentence = t(self.sentence, **self.values)
        if "text/html" not in Headers(scope=scope).get("accept", ""):
            return PlainTextResponse(sentence + "\n", self.status, headers)
        page = _PAGE.format(
            language=t.language,
            title="MNIST Lab",
            sentence=html.escape(sentence),
            again="" if self.retry_after is None else f'<meta http-equiv="refresh" content="{self.retry_after}">',
            link="" if self.home is None else f'<p><a href="{html.escape(self.home)}">{html.escape(t("Home"))}</a></p>',
        )
        return HTMLResponse(page, self.status, headers)


def language(scope: Scope) -> Translator:
    """Return the translator for the language that was chosen on a page, or for the browser's first."""
    asked = HTTPConnection(scope)
    return translator(asked.cookies.get(LANGUAGE_COOKIE) or asked.headers.get("accept-language", "en"))
