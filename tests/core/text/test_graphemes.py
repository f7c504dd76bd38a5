"""A reader's characters are never split."""

import pytest

from mnist_core.text import cut, graphemes, one_line, plain, shortened

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
RAINBOW = "\U0001f3f3\ufe0f\u200d\U0001f308"
WAVE = "\U0001f44b\U0001f3fd"
FLAG = "\U0001f1e9\U0001f1ea"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
KEYCAP = "1\ufe0f\u20e3"
ACCENT = "e\u0301\u0323"
JAMO = "\u1112\u1161\u11ab"
HALF_JAMO = "\ud55c\u11a8"
SYLLABLE = "\ud558\u11ab"
DEVANAGARI = "\u0915\u094d\u0937\u093f"
PERSIAN = "\u06cc\u200c"
THAI = "\u0e19\u0e33"
WHOLE = [
    FAMILY,
    RAINBOW,
    WAVE,
    FLAG,
    ENGLAND,
    KEYCAP,
    ACCENT,
    JAMO,
    HALF_JAMO,
    SYLLABLE,
    DEVANAGARI,
    PERSIAN,
    THAI,
    "a",
    "\u00e9",
    "\ud55c",
    "\u4e2d",
]


@pytest.mark.parametrize("whole", WHOLE)
def test_each_is_one_character(whole: str) -> None:
    assert graphemes(whole) == [whole]
    assert graphemes(whole * 3) == [whole] * 3
    assert graphemes(f"x{whole}x") == ["x", whole + "x" if whole[-1] in "\u200d" else whole, "x"]


def test_flags_go_in_pairs_and_syllables_apart() -> None:
    assert graphemes(FLAG + FLAG[0]) == [FLAG, FLAG[0]]
    assert graphemes("\ud55c\uae00") == ["\ud55c", "\uae00"]
    assert graphemes("") == []


@pytest.mark.parametrize("whole", WHOLE)
@pytest.mark.parametrize("longest", range(4, 13))
def test_shortening_keeps_whole_characters_and_the_length(whole: str, longest: int) -> None:
    for name in (whole * 40, "ab" + whole * 40, "Net " + whole * 20 + " 7"):
        short = shortened(name, longest, longest // 3)
        assert len(graphemes(short)) <= longest
        for part in graphemes(short):
            assert part in {whole, *"Net 7ab…"}


@pytest.mark.parametrize("whole", WHOLE)
def test_cutting_keeps_whole_characters_within_code_points_and_bytes(whole: str) -> None:
    for most in range(40):
        kept = cut(whole * 40, most)
        assert len(kept) <= most
        assert kept == whole * (len(kept) // len(whole))
        in_bytes = cut(whole * 40, most, lambda text: len(text.encode()))
        assert len(in_bytes.encode()) <= most
        assert in_bytes == whole * (len(in_bytes) // len(whole))


@pytest.mark.parametrize("whole", WHOLE)
def test_a_name_on_one_line_keeps_its_characters(whole: str) -> None:
    name = f"Net {whole}{whole} 7"
    assert one_line(name) == name or whole == PERSIAN
    assert one_line(f"{whole}x{whole}x") == f"{whole}x{whole}x"
    assert FAMILY in plain(f"a {FAMILY} b")


@pytest.mark.parametrize(
    "hidden", ["a\u202eb", "a \u200d b", "\u200ca", "a\u200d", "a\U000e0041\U000e007f", "a\u2028b", "a\x00b"]
)
def test_what_hides_or_turns_text_is_still_left_out(hidden: str) -> None:
    assert one_line(hidden).replace(" ", "") in ("ab", "a")
