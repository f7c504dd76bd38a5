"""What the gateway says by itself is said in the visitor's language."""

import pytest

from mnist_core.gateway import LANGUAGE_COOKIE
from mnist_core.gateway.answers import language


@pytest.mark.parametrize(
    ("headers", "spoken"),
    [
        ({}, "en"),
        ({"accept-language": "ko-KR,ko;q=0.9,en;q=0.8"}, "ko"),
        ({"accept-language": "en-US", "cookie": f"a=1; {LANGUAGE_COOKIE}=ko"}, "ko"),
        ({"accept-language": "ko", "cookie": f"{LANGUAGE_COOKIE}=en"}, "en"),
        ({"accept-language": "ko", "cookie": f"{LANGUAGE_COOKIE}=../../etc"}, "en"),
    ],
)
def test_a_language_that_was_chosen_comes_before_the_browser_s(headers: dict[str, str], spoken: str) -> None:
    scope = {"type": "http", "headers": [(name.encode(), value.encode()) for name, value in headers.items()]}
    assert language(scope).language == spoken
