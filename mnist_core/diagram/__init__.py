"""The network as a picture: its layers as blocks from the image to the answer, and a digit on its way through them.

`diagram_of` takes a configuration apart by arithmetic, `flow_of` says what the numbers of a trained network do with
one image, and `picture_svg` draws both. It trains nothing, reads no run's files and knows no page.
"""

from mnist_core.diagram.blocks import Block, Diagram, diagram_of
from mnist_core.diagram.picture import picture_svg
from mnist_core.diagram.telling import BlockWords, alt_of, in_a_line, words_of

__all__ = ["Block", "BlockWords", "Diagram", "alt_of", "diagram_of", "in_a_line", "picture_svg", "words_of"]
