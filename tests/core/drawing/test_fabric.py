"""Strokes of the canvas. `canvas.json` and `canvas.png` are what canvas 0.13 sent from Chromium for one drawing.

In it the first stroke was moved after it was drawn, another is a dot, and another leaves the canvas.
"""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_core.drawing import (
    fill_outline,
    paint,
    paint_drawing,
    prepare_parts,
    prepare_strokes,
    read_canvas,
    write_canvas,
)
from mnist_core.errors import ImageError, MnistLabError

HERE = Path(__file__).parent
SENT = json.loads((HERE / "canvas.json").read_text())
_RGBA = np.asarray(Image.open(HERE / "canvas.png").convert("RGBA"), float)
PIXELS = _RGBA[..., 0] * _RGBA[..., 3] / 255  # light grey ink: brightness times opacity
PATH = {"type": "Path", "path": [["M", 10, 10], ["Q", 20, 20, 40, 10], ["L", 50, 30]], "left": 30, "top": 20}


def test_the_strokes_lie_where_the_canvas_painted_them():
    drawing = read_canvas(SENT, 280)
    painted = paint(drawing.strokes, 280, drawing.pens).astype(float)
    assert np.abs(painted - PIXELS).mean() < 1
    both, either = (painted > 127) & (PIXELS > 127), (painted > 127) | (PIXELS > 127)
    assert both.sum() / either.sum() > 0.975


def test_a_stroke_is_cut_at_the_edge_of_the_canvas():
    points = np.concatenate(read_canvas(SENT, 280).strokes)
    assert points.min() >= 0
    assert points.max() <= 280
    beyond = {"objects": [PATH | {"left": 500}]}
    assert read_canvas(beyond, 280).strokes == ()


def test_a_path_can_be_scaled_turned_and_mirrored():
    plain = read_canvas({"objects": [PATH]}, 280).strokes[0]

    def changed(**values):
        return read_canvas({"objects": [PATH | {"left": 100, "top": 100} | values]}, 280)

    middle = plain - [30, 20] + [100, 100]
    assert changed().strokes[0] == pytest.approx(middle)
    larger = changed(scaleX=2, scaleY=2, strokeWidth=10)
    assert larger.strokes[0] == pytest.approx((middle - 100) * 2 + 100)
    assert larger.pens == (20,)
    assert changed(flipX=True).strokes[0] == pytest.approx((middle - 100) * [-1, 1] + 100)
    turned = changed(angle=90).strokes[0] - 100  # clockwise, as y points down
    assert turned == pytest.approx(np.stack([-(middle - 100)[:, 1], (middle - 100)[:, 0]], axis=1))


def test_what_is_written_is_read_again():
    angles = np.linspace(0, 2 * math.pi, 60)
    circle = np.stack([140 + 90 * np.cos(angles), 140 + 90 * np.sin(angles)], axis=1)
    dot = np.array([[50.0, 60.0]])
    drawing = read_canvas(write_canvas([circle, dot], 18), 280)
    assert drawing.pens == (18, 18)
    assert np.hypot(*(drawing.strokes[0] - 140).T) == pytest.approx(90, abs=0.5)
    assert drawing.strokes[1] == pytest.approx(np.array([[50, 60]] * len(drawing.strokes[1])))


def broken():
    yield from (None, 3, "x", [], {}, {"objects": None}, {"objects": {}}, {"objects": [None]}, {"objects": [{}]})
    for path in (None, "M 1 2", {}, [], [None], [[]], [["M"]], [["M", 1]], [["M", "1", 2]], [["M", None, 2]],
                 [["Q", 1, 2, 3, 4]], [["L", 1, 2]], [["M", 1, 2], ["C", 1, 2, 3, 4, 5, 6]], [["M", 1, 2], ["M", 1, 2]],
                 [["M", math.nan, 2]], [["M", math.inf, 2]], [["M", 1e300, 2]], [["M", 10**400, 2]], [["M", True, 2]],
                 [[["M"], 1, 2]], [{"M": 1}]):  # fmt: skip
        yield {"objects": [PATH | {"path": path}]}
    for key, value in (("left", None), ("top", "1"), ("left", math.nan), ("angle", math.inf), ("scaleX", "2"),
                       ("originX", "left"), ("type", "Image"), ("type", None), ("strokeWidth", [])):  # fmt: skip
        yield {"objects": [PATH | {key: value}]}
    yield {"objects": [PATH | {"path": [["M", 1, 2]] + [["L", 1, 2]] * 20_000}]}
    yield {"objects": [PATH] * 10_000}


@pytest.mark.parametrize("content", list(broken()), ids=lambda content: repr(content)[:60])
def test_what_is_no_drawing_is_refused_in_words(content):
    with pytest.raises(ImageError, match="Clear it and draw again"):
        read_canvas(content, 280)


@pytest.mark.parametrize("seed", range(50))
def test_any_change_of_a_drawing_is_read_or_refused_in_words(seed):
    rng = np.random.default_rng(seed)
    content = json.loads((HERE / "canvas.json").read_text())
    odd = [None, math.nan, math.inf, -1e300, 0, -5, "M", [], {}, True, 1e5, 10**30]
    for _ in range(3):
        item = content["objects"][rng.integers(len(content["objects"]))]
        if rng.random() < 0.5:
            item[list(item)[rng.integers(len(item))]] = odd[rng.integers(len(odd))]
        elif isinstance(item.get("path"), list) and item["path"]:
            command = item["path"][rng.integers(len(item["path"]))]
            command[rng.integers(len(command))] = odd[rng.integers(len(odd))]
    try:
        image = prepare_strokes(read_canvas(content, 280).strokes).image
    except MnistLabError:
        return
    assert image.max() == 255


def test_thousands_of_points_are_read():
    rng = np.random.default_rng(0)
    drawing = read_canvas(write_canvas(list(rng.uniform(0, 280, (5, 1000, 2))), 5), 280)
    assert prepare_strokes(drawing.strokes).image.max() == 255


def test_an_empty_canvas_has_no_strokes():
    assert read_canvas({"objects": [], "background": "#000000"}, 280).strokes == ()


def test_shades_and_filled_shapes_are_read_again():
    square = np.array([[80.0, 80.0], [200.0, 80.0], [200.0, 200.0], [80.0, 200.0]])
    line = np.array([[100.0, 140.0], [180.0, 140.0]])
    drawing = read_canvas(write_canvas([square, line], 4, [255, 96], [True, False]), 280)
    assert drawing.shades == (255, 96)
    assert drawing.filled == (True, False)
    ink = paint_drawing(drawing, 280)
    assert ink[110, 140] == 255
    assert ink[140, 140] == 96
    assert ink[40, 140] == 0


def test_an_outline_is_filled_in_its_own_shade():
    (item,) = write_canvas([np.array([[80.0, 80.0], [200.0, 80.0], [140.0, 200.0]])], 4, [128])["objects"]
    assert paint_drawing(read_canvas({"objects": [item]}, 280), 280)[120, 140] == 0
    assert paint_drawing(read_canvas({"objects": [fill_outline(item)]}, 280), 280)[120, 140] == 128


def test_a_filled_shape_goes_on_to_the_edge_of_the_canvas():
    angles = np.linspace(0, 2 * math.pi, 60)
    outline = np.stack([140 + 180 * np.cos(angles), 140 + 180 * np.sin(angles)], axis=1)
    ink = paint_drawing(read_canvas(write_canvas([outline], 4, [255], [True]), 280), 280)
    assert ink[140].all()


@pytest.mark.parametrize("color", [None, "red", "#12", "#GGGGGG", 7, [], "rgb(1,2,3)"])
def test_a_colour_that_is_no_grey_counts_as_white(color):
    drawing = read_canvas({"objects": [PATH | {"stroke": color}]}, 280)
    assert drawing.shades == (255,)


def test_a_pen_wider_than_any_that_can_be_chosen_is_painted_as_wide_as_the_widest():
    wide = read_canvas(
        {"objects": [PATH | {"strokeWidth": 1e5, "scaleX": 1e5, "scaleY": 1e5, "path": [["M", 9, 9]]}]}, 280
    )
    assert wide.pens == (42,)
    assert paint_drawing(wide, 280).any()


def test_a_drawing_gives_the_same_image_on_a_larger_canvas():
    rng = np.random.default_rng(0)
    strokes = [np.cumsum(rng.normal(0, 8, (40, 2)), axis=0) + 140 for _ in range(3)]
    small = read_canvas(write_canvas(strokes, 18), 280)
    large = read_canvas(write_canvas([2 * stroke for stroke in strokes], 36), 560).scaled(0.5)
    assert small.pens == large.pens
    for kind in ("digits", "clothes"):
        for one, other in zip(prepare_parts(small, 280, kind), prepare_parts(large, 280, kind), strict=True):
            assert np.array_equal(one.image, other.image)


def costly():
    """Yield drawings that hold as much as may be, each as expensive as it can be in its way."""
    rng = np.random.default_rng(0)
    wide = {"strokeWidth": 1e4, "left": 140, "top": 140, "stroke": "#808080"}

    def line(n):
        return write_canvas([rng.uniform(0, 280, (n, 2))], 40)["objects"][0]["path"]

    yield {"objects": [PATH | wide | {"path": line(5_990)}]}
    yield {"objects": [PATH | wide | {"path": line(29)} for _ in range(200)]}
    yield {"objects": [PATH | wide | {"path": line(29), "fill": "#FFFFFF"} for _ in range(200)]}
    yield {"objects": [PATH | wide | {"path": [["M", 0, 0]] + [["L", 280 * (i % 2), 5] for i in range(5_990)]}]}


@pytest.mark.parametrize("content", list(costly()), ids=["one", "many", "filled", "over the edge"])
def test_whatever_is_accepted_is_painted_from_few_points(content):
    drawing = read_canvas(content, 280)
    assert sum(map(len, drawing.strokes)) <= 1_500 + 2 * 200
    assert max(drawing.pens) <= 42
    assert read_canvas(content | {"objects": content["objects"][:1]}, 280).strokes


def test_a_long_drawing_keeps_its_shape_and_both_ends():
    angles = np.linspace(0, 20 * math.pi, 5_000)
    spiral = 140 + np.stack([angles * np.cos(angles), angles * np.sin(angles)], axis=1) * 1.9
    points = read_canvas(write_canvas([spiral], 4), 280).strokes[0]
    assert len(points) <= 1_501
    assert points[0] == pytest.approx(spiral[0])
    assert points[-1] == pytest.approx(spiral[-1])
    radius, turn = np.hypot(*(points - 140).T), np.arctan2(*(points - 140).T[::-1])
    away = (radius / 1.9 - turn + math.pi) % (2 * math.pi) - math.pi
    assert np.abs(away[radius > 10] * 1.9).max() < 1.5  # units from the line that was drawn


@pytest.mark.parametrize("strokes", [201, 300])
def test_more_strokes_than_a_drawing_may_have_are_refused_in_words(strokes):
    with pytest.raises(ImageError, match="too long"):
        read_canvas({"objects": [PATH] * strokes}, 280)
