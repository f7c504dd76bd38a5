"""What is told of a block in words: what a pointer, the keyboard, a table and a screen reader find."""

from collections.abc import Mapping
from dataclasses import dataclass

from mnist_core.config.layers import Shape
from mnist_core.diagram.blocks import Block, Diagram
from mnist_core.diagram.flow import Cells, Chosen
from mnist_core.diagram.sums import SumTerm, UnitSum
from mnist_core.text import English, Sentence, english

_WEIGHTS: Mapping[str, Sentence] = {
    "kernel": "{shape} weights",
    "bias": "{shape} biases",
    "gamma": "{shape} factors",
    "beta": "{shape} shifts",
    "moving_mean": "{shape} running means",
    "moving_variance": "{shape} running variances",
}
"""What a layer's weights are called, by their names in Keras."""
_NUMBERS: Sentence = "{shape} numbers"


@dataclass(frozen=True)
class BlockWords:
    """A block in words, all of them translated.

    Attributes
    ----------
    name : str
    shape : str
        Of what it passes on: ``26 × 26 × 32``.
    drawn : str
        How much of it is drawn: ``16 of 512``; empty where all is.
    parts : str
        Its parameters taken apart: ``784 × 512 weights + 512 biases``; empty where it has none.
    parameters : str
        How many they are: ``401,920``.
    code : str
        Its line of Keras code.
    """

    name: str
    shape: str
    drawn: str
    parts: str
    parameters: str
    code: str

    def facts(self, t: English = english) -> tuple[str, ...]:
        """Return all but name and code in a few words each."""
        numbers = t("{parts} = {n} parameters", parts=self.parts, n=self.parameters) if self.parts else ""
        drawn = t("{shown} are drawn", shown=self.drawn) if self.drawn else ""
        return tuple(filter(None, (t("passes on {shape}", shape=self.shape), drawn, numbers)))


def name_of(block: Block, t: English = english) -> str:
    """Return what a block is called: ``Dense``, ``Dropout 0.3``."""
    return f"{t(block.name)} {block.setting}".rstrip()


def words_of(block: Block, t: English = english) -> BlockWords:
    """Return what is told of a block."""
    shown = len(block.shown)
    parts = (t(_WEIGHTS.get(name, _NUMBERS), shape=sides(shape, t)) for name, shape in block.weights.items())
    return BlockWords(
        name_of(block, t),
        sides(block.output_shape, t),
        t("{shown} of {n:,}", shown=shown, n=block.units) if shown < block.units and block.form != "bar" else "",
        " + ".join(parts),
        t.number(block.parameters, ","),
        block.code,
    )


def in_a_line(block: Block, t: English = english) -> str:
    """Return all that is told of a block, one thing after the other."""
    words = words_of(block, t)
    return ". ".join(filter(None, (words.name, *words.facts(t), words.code)))


def sides(shape: Shape, t: English = english) -> str:
    """Return a shape as it is read: ``26 × 26 × 32``."""
    return " × ".join(t.number(side, ",") for side in shape)


def alt_of(diagram: Diagram, t: English = english) -> str:
    """Return the picture of a network in one sentence."""
    names = ", ".join(name_of(block, t) for block in diagram.blocks)
    return t("The network as a picture, {n:,} parameters in all: {names}.", n=diagram.parameters, names=names)


def unit_name(diagram: Diagram, chosen: Chosen, t: English = english) -> str:
    """Return what a unit, a filter's map or an answer is called."""
    block, number = diagram.blocks[chosen[0]], chosen[1]
    if block.answers:
        return t("answer {name}", name=t(diagram.class_names[number]))
    if len(block.output_shape) < 3:
        return t("unit {number}", number=number)
    return t("filter {number}", number=number) if block.weights else t("map {number}", number=number)


def cell_words(diagram: Diagram, place: int, cells: Cells, t: English = english) -> dict[str, str]:
    """Return what is told of each unit that is drawn, by its number."""
    if diagram.blocks[place].answers:
        return {
            str(unit): f"{t(diagram.class_names[unit])}: {share_words(value, t)}"
            for unit, value in zip(cells.shown, cells.values, strict=True)
        }
    words: Sentence = "{name} says {value:.2f}"
    if cells.maps:
        words = Sentence("{name} says {value:.2f} where it says most")
    return {
        str(unit): t(words, name=unit_name(diagram, (place, unit), t), value=value)
        for unit, value in zip(cells.shown, cells.values, strict=True)
    }


def share_words(share: float, t: English = english) -> str:
    """Return a probability in percent; nothing that a network says is quite certain."""
    return t.number(min(share, 0.999), ".1%")


def term_place(term: SumTerm, t: English = english) -> str:
    """Return where a term's number comes from."""
    match term.place:
        case (unit,):
            return t("unit {number}", number=unit)
        case (row, column):
            return t("row {row}, column {column}", row=row, column=column)
        case (row, column, channel):
            return t("map {number}, row {row}, column {column}", number=channel, row=row, column=column)
    raise ValueError(f"no place: {term.place}")


def sum_line(told: UnitSum, block: Block, t: English = english) -> str:
    """Return a sum in one line: ``0.31 × 0.99 − 0.12 × 1.00 + … + 0.04 = 2.31 → ReLU → 2.31``."""
    line = ""
    for term in told.terms[:3]:
        factor = t.number(term.value, ".2f")
        line += f"{_sign(term.weight, line)}{t.number(abs(term.weight), '.2f')} × "
        line += f"({factor})" if term.value < 0 else factor
    if told.count > len(told.terms[:3]):
        line += f"{_sign(1, line)}…"
    line += f"{_sign(told.bias, line)}{t.number(abs(told.bias), '.2f')} = {t.number(told.total, '.2f')}"
    name = t(block.activation)
    after = share_words(told.output, t) if block.answers else t.number(told.output, ".2f")
    return f"{line} → {name} → {after}" if name else line


def _sign(value: float, before: str) -> str:
    if value < 0:
        return " − " if before else "−"
    return " + " if before else ""
