"""The network as a picture: its layers as blocks from the image to the answer, and a digit on its way through them.

`diagram_of` takes a configuration apart by arithmetic, `flow_of` and `sum_of` say what the numbers of a trained network
(`at_work`) do with one image, and `picture_svg` draws both. It trains nothing and knows no page: what a pointer or the
keyboard does with the picture, a component of the pages decides.
"""

from mnist_core.diagram.at_work import at_work
from mnist_core.diagram.blocks import Block, Diagram, diagram_of
from mnist_core.diagram.flow import Chosen, Flow, Trained, flow_of
from mnist_core.diagram.picture import picture_svg
from mnist_core.diagram.sums import SumTerm, UnitSum, sum_of
from mnist_core.diagram.telling import (
    BlockWords,
    alt_of,
    cell_words,
    in_a_line,
    sum_line,
    term_place,
    unit_name,
    words_of,
)

__all__ = [
    "Block",
    "BlockWords",
    "Chosen",
    "Diagram",
    "Flow",
    "SumTerm",
    "Trained",
    "UnitSum",
    "alt_of",
    "at_work",
    "cell_words",
    "diagram_of",
    "flow_of",
    "in_a_line",
    "picture_svg",
    "sum_line",
    "sum_of",
    "term_place",
    "unit_name",
    "words_of",
]
