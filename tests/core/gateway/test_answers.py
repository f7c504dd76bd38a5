"""What the gateway says itself, in the reader's language."""

import pytest

from mnist_core.gateway import LANGUAGE_COOKIE
from mnist_core.gateway.answers import Refusal

KOREAN_BROWSER = (b"accept-language", b"ko-KR,ko;q=0.9,en;q=0.8")


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ([], "en"),
        ([KOREAN_BROWSER], "ko"),
        ([KOREAN_BROWSER, (b"cookie", f"a=b; {LANGUAGE_COOKIE}=en".encode())], "en"),
        ([(b"cookie", f"{LANGUAGE_COOKIE}=ko".encode())], "ko"),
        ([KOREAN_BROWSER, (b"cookie", f"{LANGUAGE_COOKIE}=".encode())], "ko"),
        ([(b"cookie", f"{LANGUAGE_COOKIE}=../ko".encode())], "en"),
    ],
)
def test_it_speaks_the_language_that_was_chosen_or_the_browser_s(
    headers: list[tuple[bytes, bytes]], language: str
) -> None:
    scope = {"type": "http", "headers": [*headers, (b"accept", b"text/html")]}
    page = Refusal(503, "Home").response(scope).body
    assert f'lang="{language}"'.encode() in page
