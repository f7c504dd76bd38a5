"""The kinds of pictures: what all datasets of digits have in common, or all of clothes.

A kind is data: words, and the names of ways that other packages know. What pages do otherwise for clothes than for
digits they ask of it, and nobody compares its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from mnist_core.text import Sentence


@dataclass(frozen=True, kw_only=True)
class SeveralWords:
    """What pages say where several things stand in one picture. English; pages translate.

    Parameters
    ----------
    nth, small : str
        One of them, with {n}: at the beginning of a sentence, and within one.
    least : str
        How many there are, {n}, and how sure the network is of the least sure one, {share}.
    which : str
        Label of the choice of one of them.
    """

    nth: Sentence
    small: Sentence
    least: Sentence
    which: Sentence


@dataclass(frozen=True, kw_only=True)
class KindWords:
    """What pages say about one kind. English; pages translate.

    Parameters
    ----------
    image : str
        What one image is.
    draw : str
        What to draw, while nothing is drawn.
    pen : str
        What the pen's width does; empty where it does what one thinks.
    limits : str
        What a network can't see in a drawing; empty where it sees all.
    photo, photo_advice : str
        Which picture is asked for, and which pictures are read best.
    boxes : str
        What is seen on a photo in which boxes show what was found; may have {names}.
    collection, teach, taught : str
        Heading above what a visitor has collected, the button that teaches with it, and the name of what comes out,
        with {name}.
    """

    image: Sentence
    draw: Sentence
    pen: Sentence = ""
    limits: Sentence = ""
    photo: Sentence
    photo_advice: Sentence
    boxes: Sentence
    collection: Sentence = "Your drawings"
    teach: Sentence = "Fine-tune on my drawings"
    taught: Sentence = "{name}, my drawings"


@dataclass(frozen=True, kw_only=True)
class KindNotes:
    """What goes out with a network of this kind: in bundles and on the Hub. English; who writes a file translates.

    Parameters
    ----------
    tags : tuple of str
        On the Hub, whose programs read them: never translated.
    use : str
        What such a network is for.
    expects : str
        How a picture becomes what the network expects, in a few sentences.
    steps : tuple of str
        The same in numbers, step by step, as this program does it.
    file : str
        What a picture is called in examples.
    """

    tags: tuple[str, ...]
    use: Sentence
    expects: Sentence
    steps: tuple[Sentence, ...]
    file: str


@dataclass(frozen=True, kw_only=True)
class ImageKind:
    """What datasets of one kind have in common.

    Parameters
    ----------
    id : str
    reader : {"digits", "letter", "clothes", "thing"}
        How a drawing is prepared (`mnist_core.drawing.parts`) and how it is found in a photo
        (`mnist_core.inference.pictures`), by the name that both know.
    filled : bool
        Whether its images are filled areas in shades of grey, which are drawn with other tools than a pen.
    several : SeveralWords or None
        Words for several of them in one picture; None where a picture shows one.
    unfit : mapping of str to str
        Settings of the augmentation that make no sense for it, each with the sentence why.
    words : KindWords
    notes : KindNotes
    file : str
        Name of a file with a visitor's drawings, without ending.
    """

    id: str
    reader: str
    filled: bool = False
    several: SeveralWords | None = None
    unfit: Mapping[str, Sentence] = field(default_factory=lambda: MappingProxyType({}))
    words: KindWords
    notes: KindNotes
    file: str = "my-drawings"


def _without_habits(why: Sentence) -> Mapping[str, Sentence]:
    return MappingProxyType({"habits": why})


_CENTRED: Sentence = (
    "These 20 x 20 pixels are placed into 28 x 28 by whole pixels so that the centre of mass falls on pixel 14 "
    "(counted from 0) in both directions."
)
_SCALED: Sentence = "The values are divided by 255."
_CUT_OUT: Sentence = (
    "Photo: what stands out of a plain ground is cut out, and brightness is inverted, so that the ground becomes 0."
)

DIGITS = ImageKind(
    id="digits",
    reader="digits",
    several=SeveralWords(
        nth="Digit {n}",
        small="digit {n}",
        least="{n} digits; of the least sure one it is {share} sure.",
        which="Which digit",
    ),
    words=KindWords(
        image="A handwritten digit",
        draw="Draw a digit from 0 to 9, or several",
        pen="The pen's width makes no difference to the answer, and place and size hardly any: your strokes are moved, "
        "scaled and drawn again with a fitting pen.",
        photo="A picture of handwritten digits",
        photo_advice="What works best: digits written with a dark pen on light paper, apart from each other, up to 60 "
        "in lines. Uneven light, lined paper, frames, tables and a blackboard are no problem; joined digits are.",
        boxes="Your picture, with a box around each digit: {names}",
        collection="Your handwriting",
        teach="Fine-tune on my handwriting",
        taught="{name}, my handwriting",
    ),
    notes=KindNotes(
        tags=("handwriting", "digits"),
        use="Learning and teaching how image classification works, and reading single handwritten digits that are "
        "prepared as described below.",
        expects="It expects 28 × 28 pixels, bright ink on a black ground, as numbers from 0 to 1. As in MNIST: cut the "
        "digit out, scale it to fit 20 × 20 pixels, and put its centre of mass into the centre of the image. A "
        "digit that is prepared otherwise is read worse.",
        steps=(
            "Photo or drawing: shadows are divided out and ink is separated from paper, whichever is darker; connected "
            "parts are grouped into digits; the pen is made 0.125 times as wide as the digit's longest side.",
            "Each digit: the tight box around its ink is padded to a square, resampled by area to 20 x 20 pixels, and "
            "stretched so that its largest value is 255.",
            _CENTRED,
            _SCALED,
        ),
        file="digit.png",
    ),
    file="my-handwriting",
)

CLOTHES = ImageKind(
    id="clothes",
    reader="clothes",
    filled=True,
    unfit=_without_habits(Sentence("Other people's habits of writing are for digits. Set them to 0 for clothes.")),
    words=KindWords(
        image="A piece of clothing",
        draw="Draw a piece of clothing",
        limits="This network learned from photos of clothes: grey, filled shapes. Outlines it has never seen, so fill "
        "your shapes. Trousers, dresses, bags and shoes (toe to the left) can be read by their shape. T-shirt, "
        "pullover, coat and shirt differ by cloth and buttons, which a drawing hardly shows: take those "
        "answers with a smile.",
        photo="A picture of a piece of clothing",
        photo_advice="What works best: one piece, laid out flat and seen from the front, on a plain light ground with "
        "some room around it. No people, no pattern behind it.",
        boxes="Your picture, with a box around the piece of clothing",
    ),
    notes=KindNotes(
        tags=("clothes",),
        use="Learning and teaching how image classification works, and comparing methods on Fashion-MNIST. Photos have "
        "to be prepared as described below.",
        expects="It expects 28 × 28 pixels, a bright piece on a black ground, as numbers from 0 to 1. As in "
        "Fashion-MNIST: cut the piece out, let its longer side be 28 pixels, put it into the centre, and invert it if "
        "that is bright.",
        steps=(
            _CUT_OUT,
            "The piece is resampled so that its longest side has 28 pixels, and centred by its box in 28 x 28 pixels.",
            _SCALED,
        ),
        file="piece.png",
    ),
)

LETTERS = ImageKind(
    id="letters",
    reader="letter",
    unfit=_without_habits(Sentence("Other people's habits of writing are for digits. Set them to 0 for letters.")),
    words=KindWords(
        image="A handwritten letter",
        draw="Draw one letter",
        pen="The pen's width makes no difference to the answer, and place and size hardly any: your strokes are moved, "
        "scaled and drawn again with a fitting pen.",
        photo="A picture of one handwritten letter",
        photo_advice="What works best: one letter, written with a dark pen on light paper and large in the picture. "
        "Uneven light, lined paper and a blackboard are no problem; other writing beside it is.",
        boxes="Your picture, with a box around the letter: {names}",
        collection="Your handwriting",
        teach="Fine-tune on my handwriting",
        taught="{name}, my handwriting",
    ),
    notes=KindNotes(
        tags=("handwriting", "letters"),
        use="Learning and teaching how image classification works, and reading single handwritten letters that are "
        "prepared as described below.",
        expects="It expects 28 × 28 pixels, bright ink on a black ground, as numbers from 0 to 1: cut the letter out, "
        "scale it to fit 20 × 20 pixels, and put its centre of mass into the centre of the image. A letter that is "
        "prepared otherwise is read worse.",
        steps=(
            "Photo or drawing: shadows are divided out and ink is separated from paper, whichever is darker; all "
            "writing is taken as one letter; the pen is made 0.125 times as wide as the letter's longest side.",
            "Each letter: the tight box around its ink is padded to a square, resampled by area to 20 x 20 pixels, and "
            "stretched so that its largest value is 255.",
            _CENTRED,
            _SCALED,
        ),
        file="letter.png",
    ),
    file="my-handwriting",
)

PICTURES = ImageKind(
    id="pictures",
    reader="thing",
    filled=True,
    unfit=_without_habits(Sentence("Other people's habits of writing are for digits. Set them to 0 for pictures.")),
    words=KindWords(
        image="A small picture",
        draw="Draw one thing",
        limits="This network learned from small grey pictures. A drawing looks different, so take its answers with a "
        "smile.",
        photo="A picture of one thing",
        photo_advice="What works best: one thing on a plain light ground with some room around it, and no pattern "
        "behind it.",
        boxes="Your picture, with a box around what was found",
    ),
    notes=KindNotes(
        tags=("pictures",),
        use="Learning and teaching how image classification works. Photos have to be prepared as described below.",
        expects="It expects 28 × 28 pixels, a bright thing on a black ground, as numbers from 0 to 1: cut the thing "
        "out, let its longer side be 28 pixels, put it into the centre, and invert it if the ground is bright.",
        steps=(
            _CUT_OUT,
            "The thing is resampled so that its longest side has 28 pixels, and centred by its box in 28 x 28 pixels.",
            _SCALED,
        ),
        file="picture.png",
    ),
)

KINDS: Mapping[str, ImageKind] = {kind.id: kind for kind in (DIGITS, CLOTHES, LETTERS, PICTURES)}
