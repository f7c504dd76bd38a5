"""Terminals that can't show every letter."""

import io
import sys

import pytest

from mnist_core.__main__ import main
from mnist_core.commands.terminal import left, right, show_any_text
from mnist_core.store import Visitor


def printed(text: str, encoding: str, monkeypatch: pytest.MonkeyPatch) -> bytes:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict")
    monkeypatch.setattr(sys, "stdout", stream)
    show_any_text()
    sys.stdout.write(text)
    stream.flush()
    return stream.buffer.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("encoding", "text", "expected"),
    [
        ("ascii", "“Zoë” … 3 × 3 → 9 ▁▄█", b'"Zoe" ... 3 x 3 -> 9 _-#'),
        ("latin-1", "Zoë – ok", "Zoë - ok".encode("latin-1")),
        ("cp949", "숫자 ▁█", "숫자 _#".encode("cp949")),
        ("ascii", "숫자", b"??"),
        ("utf-8", "▁█ 숫자", "▁█ 숫자".encode()),
        ("utf-8", "name\udcff.png", b"name?.png"),  # a file name that is no text
    ],
)
def test_a_terminal_shows_what_it_can_and_never_fails(encoding, text, expected, monkeypatch):
    assert printed(text, encoding, monkeypatch) == expected


@pytest.mark.parametrize("encoding", ["cp949", "ascii", "cp1252"])
def test_runs_are_listed_in_any_terminal(encoding, finished_run, store, monkeypatch):
    record = finished_run()
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict")
    monkeypatch.setattr(sys, "stdout", stream)
    assert main(["runs"]) == 0
    stream.flush()
    assert record.id.encode() in stream.buffer.getvalue()  # type: ignore[attr-defined]


def test_a_script_is_utf_8_whatever_the_terminal_speaks(finished_run, store, monkeypatch):
    record = finished_run()
    store.runs.rename(record.id, "손글씨 ▁▄█", Visitor(None, is_admin=True))
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp949", errors="strict")
    monkeypatch.setattr(sys, "stdout", stream)
    assert main(["card", record.id]) == 0
    stream.flush()
    assert "손글씨 ▁▄█" in stream.buffer.getvalue().decode()  # type: ignore[attr-defined]


def test_a_korean_syllable_takes_two_places_in_a_table() -> None:
    assert left("이름", 8) == "이름    "
    assert right("이름", 8) == "    이름"
    assert left("name", 8) == "name    "
    assert left("too long", 3) == "too long"
