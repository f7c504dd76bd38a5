"""Words that people typed."""

import pytest

from mnist_core.text import plain


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a*b", "a\\*b"),
        ("Epoch: 3", "Epoch: 3"),
        ("0.5 - or (less)", "0.5 - or (less)"),
        ("a\nb\0c", "a b c"),
        (":red[x]", "\\:red\\[x\\]"),
        ("- no list", "\\- no list"),
        ("1. no list", "1\\. no list"),
        ("12) no list", "12\\) no list"),
        ("www.example.org", "www\u2060.example.org"),
        ("see HTTPS://evil.example/a", "see HTTPS\\:\u2060//evil.example/a"),
        ("http://a.b", "http\\:\u2060//a.b"),
        ("me.you+x@example.org", "me.you+x\u2060\\@example.org"),
        ("3 @ 4", "3 \\@ 4"),
        ("<b>$x$</b>", "\\<b\\>\\$x\\$\\</b\\>"),
    ],
)
def test_what_was_typed_means_itself_and_stays_readable(typed, shown):
    assert plain(typed) == shown


@pytest.mark.parametrize(
    "text", ["*a* _b_ `c`", "[x](javascript:y) ![z](u)", "# :red[r] $1$ <b>", "a\n\n- b | c ~~d~~"]
)
def test_nothing_that_was_typed_formats_itself(text):
    escaped = plain(text)
    assert "\n" not in escaped
    assert escaped.replace("\\", "") == " ".join(text.split())
    for character in "*_`[]#$<>|~!":
        assert escaped.count(character) == escaped.count("\\" + character)
