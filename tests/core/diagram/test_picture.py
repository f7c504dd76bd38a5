"""The drawing: whole SVG files with a block for each layer, words that fit, and few bytes for many layers."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from mnist_core.config import Conv2D, Dense, MaxPooling2D, NetworkConfig, RunConfig
from mnist_core.config.recipes import RECIPES
from mnist_core.diagram import diagram_of, in_a_line, picture_svg
from mnist_core.diagram.picture import _broken

SVG = "{http://www.w3.org/2000/svg}"
MANY = RunConfig(model=NetworkConfig(layers=tuple(Dense(units=64) for _ in range(24))))


def blocks_of(svg):
    found = [part for part in ElementTree.fromstring(svg).iter(f"{SVG}g") if "data-block" in part.attrib]
    return sorted(found, key=lambda part: int(part.get("data-block")))


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_every_recipe_is_drawn_with_a_block_for_each_layer(recipe):
    diagram = diagram_of(recipe.config)
    drawn = blocks_of(picture_svg(diagram))
    assert [part.find(f"{SVG}title").text for part in drawn] == [in_a_line(block) for block in diagram.blocks]


def test_a_page_s_picture_has_options_that_say_the_same():
    diagram = diagram_of(RunConfig())
    svg = picture_svg(diagram, stops=True)
    assert 'role="listbox"' in svg
    drawn = blocks_of(svg)
    assert {part.get("role") for part in drawn} == {"option"}
    assert [part.get("aria-label") for part in drawn] == [in_a_line(block) for block in diagram.blocks]


def test_a_file_has_the_colours_of_one_theme():
    light, dark = (picture_svg(diagram_of(RunConfig()), theme=theme) for theme in ("light", "dark"))
    assert "light-dark" not in light + dark
    assert "--ink: #1F2430" in light
    assert "--ink: #E8EAF0" in dark


def test_24_layers_stay_light():
    assert len(picture_svg(diagram_of(MANY))) < 120_000
    maps = NetworkConfig(layers=tuple(Conv2D(filters=64, padding="same") for _ in range(24)))
    assert len(picture_svg(diagram_of(RunConfig(model=maps)))) < 60_000


def test_units_and_maps_are_abridged_in_the_picture():
    svg = picture_svg(
        diagram_of(RunConfig(model=NetworkConfig(layers=(Conv2D(filters=32), MaxPooling2D(), Dense(units=100)))))
    )
    assert "6 of 32" in svg
    assert "16 of 100" in svg


def test_the_image_is_the_one_that_is_given():
    diagram = diagram_of(RunConfig())
    image = np.zeros((28, 28), np.uint8)
    assert "<image" not in picture_svg(diagram)
    assert "data:image/png;base64," in picture_svg(diagram, image=image)


def test_names_break_between_their_words():
    assert _broken("GlobalAveragePooling2D") == ["Global", "Average", "Pooling2D"]
    assert _broken("MaxPooling2D") == ["Max", "Pooling2D"]
    assert _broken("Conv2D") == ["Conv2D"]
    assert _broken("Input image") == ["Input image"]
    assert _broken("Logistic regression") == ["Logistic", "regression"]


def test_classes_with_signs_of_markup_harm_nothing():
    diagram = diagram_of(RunConfig())
    hostile = type(diagram)(diagram.blocks, ('<b>"&', *diagram.class_names[1:]))
    assert not re.search("<b>", picture_svg(hostile))
    ElementTree.fromstring(picture_svg(hostile))
