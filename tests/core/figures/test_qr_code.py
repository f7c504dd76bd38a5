"""Addresses as QR codes: what is drawn is, module by module, what the library that makes them says."""

import re
import sys
from xml.etree import ElementTree

import pytest
import segno

from mnist_core.errors import LinkError
from mnist_core.figures.qr_code import QUIET, qr_alt, qr_svg, secret_qr_svg
from mnist_core.text import translator

ADDRESSES = [
    "http://192.168.178.20:8501/train?run=20261128-151033-a1b2c3d4",
    "https://lab.example.org/mnist/your_data#link=" + "aB3-_" * 9,
    "https://lab.example.org/train?config=1" + "Zi9_-" * 100,
    "https://lab.example.org/실험?x=ü",
]


def drawn(svg: str) -> tuple[int, list[list[int]]]:
    """Return the side of a picture in modules, and which of them are black: its rows of strokes, one module high."""
    root = ElementTree.fromstring(svg)
    left, top, width, height = map(int, root.attrib["viewBox"].split())
    assert (left, top) == (0, 0)
    assert width == height
    ground, strokes = root
    assert ground.attrib["fill"] == "#fff"
    assert ground.attrib["d"] == f"M0 0h{width}v{width}h-{width}z"
    assert strokes.attrib["stroke"] == "#000"
    modules = [[0] * width for _ in range(width)]
    x = y = 0.0
    for command, numbers in re.findall(r"([Mmh])([-\d. ]+)", strokes.attrib["d"]):
        values = [float(number) for number in re.findall(r"-?\d*\.?\d+", numbers)]
        if command == "M":
            x, y = values
        elif command == "m":
            x, y = x + values[0], y + values[1]
        else:
            for place in range(int(x), int(x + values[0])):
                modules[int(y)][place] = 1
            x += values[0]
    return width, modules


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_module_is_drawn_with_a_quiet_zone_around_them(address: str) -> None:
    code = segno.make_qr(address, error="l", boost_error=True)
    side, modules = drawn(qr_svg(address))
    assert side == 17 + 4 * int(code.version) + 2 * QUIET
    assert modules == [list(row) for row in code.matrix_iter(border=QUIET)]


def test_a_code_is_as_coarse_as_it_can_be_and_as_safe_as_it_can_be_then() -> None:
    address = ADDRESSES[0]
    code = segno.make_qr(address, error="l", boost_error=True)
    assert code.version == segno.make_qr(address, error="l", boost_error=False).version == 4
    with pytest.raises(segno.DataOverflowError):
        segno.make_qr(address, error="l", version=3)
    assert code.error == "M"  # for nothing: more would need more modules
    with pytest.raises(segno.DataOverflowError):
        segno.make_qr(address, error="q", version=4)


def test_it_takes_the_size_that_it_is_given_and_no_colours_of_a_theme() -> None:
    svg = qr_svg(ADDRESSES[0])
    assert "width=" not in svg.split(">")[0]
    assert set(re.findall(r"#[0-9a-f]+", svg)) == {"#fff", "#000"}
    assert ADDRESSES[0] not in svg


def test_what_does_not_fit_is_told() -> None:
    assert qr_svg("https://lab.example.org/" + "x" * 2929)
    with pytest.raises(LinkError, match="too long for a QR code"):
        qr_svg("https://lab.example.org/" + "x" * 2930)


def test_without_its_library_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "segno", None)
    with pytest.raises(LinkError, match="need the library segno, which is missing here"):
        qr_svg("https://lab.example.org/of-no-other-test")


def test_a_secret_one_is_not_kept() -> None:
    qr_svg.cache_clear()
    assert secret_qr_svg(ADDRESSES[1]) == secret_qr_svg(ADDRESSES[1])
    assert qr_svg.cache_info().currsize == 0
    assert qr_svg(ADDRESSES[1]) == secret_qr_svg(ADDRESSES[1])
    assert qr_svg.cache_info().currsize == 1


def test_it_says_where_it_leads() -> None:
    assert qr_alt("http://lab.local", translator("en")) == "QR code that leads to http://lab.local"
    assert qr_alt("http://lab.local", translator("ko")).endswith("연결되는 QR 코드")
