"""What is true of every network that learned from a dataset: what it is for, and what it must not be trusted with."""

from mnist_core.config import RunConfig
from mnist_core.datasets import get_spec

_DIGITS_USE = (
    "Learning and teaching how image classification works, and reading single handwritten digits that are prepared as "
    "described below."
)
_CLOTHES_USE = (
    "Learning and teaching how image classification works, and comparing methods on Fashion-MNIST. Photos have to be "
    "prepared as described below."
)
_NOT_FOR = (
    "Anything where a mistake harms somebody: cheques, forms, exams, medical or official documents.",
    "Several digits or things in one picture: it always answers with one class for the whole picture.",
    "Anything that is none of its classes, such as letters or an empty page: it has no answer “none of these” and may "
    "name one of its classes with high confidence.",
    "Telling who wrote or wears something.",
)
_LIMITS = {
    "mnist": (
        "MNIST was written in the early 1990s by employees of the United States Census Bureau and by American "
        "high-school students. Others write otherwise: a one with a flag, a seven with a bar, a nine with a curl are "
        "rare in it, and are read worse.",
        "Its images are clean, centred and of one size. Photos, other pens, other sizes and digits that are turned are "
        "read worse than the figures below say.",
        "The test set is from the same kind of people and forms as the training set, so the figures say how well it "
        "reads MNIST, not how well it reads everybody.",
    ),
    "fashion_mnist": (
        "Fashion-MNIST has the product photos of one European online shop from before 2017: one piece on a plain "
        "ground. Clothes of other places and times, and snapshots, are not in it.",
        "At 28 × 28 grey pixels some classes look alike; shirts, pullovers, coats and T-shirts are confused most.",
        "Some of its labels are arguable, so no network can be right about all of them.",
    ),
    "digits": (
        "These digits were written by 13 people in Turkey and kept as 8 × 8 pixels; they are enlarged to 28 × 28. Real "
        "handwriting looks finer, and is read badly.",
        "There are only 297 test images, so all figures are rough: look at the intervals.",
    ),
    "pen_strokes": (
        "Thirty people in Turkey wrote these digits with a stylus on a tablet; the images are drawn from the strokes. "
        "Scans and photos of paper look different.",
    ),
}


def intended_use(config: RunConfig) -> str:
    """Return what a network is for, in a sentence or two."""
    return _DIGITS_USE if get_spec(config.data.dataset).kind == "digits" else _CLOTHES_USE


def out_of_scope() -> tuple[str, ...]:
    """Return what no network of these should be used for."""
    return _NOT_FOR


def limits(config: RunConfig) -> tuple[str, ...]:
    """Return what is known to be one-sided about what a network learned from."""
    found = _LIMITS[config.data.dataset]
    if config.data.pen_strokes:
        found += ("It also learned from people in Turkey who wrote with a stylus, which makes up for a part of this.",)
    if config.fine_tune is not None:
        found += (
            "It was fine-tuned on one person's handwriting. The figures below are from the public test set and say "
            "nothing about that person's, or anybody else's, drawings.",
        )
    return found


def preparation(config: RunConfig) -> str:
    """Return how a picture becomes what the network expects."""
    if get_spec(config.data.dataset).kind == "digits":
        return (
            "It expects 28 × 28 pixels, bright ink on a black ground, as numbers from 0 to 1. As in MNIST: cut the "
            "digit out, scale it to fit 20 × 20 pixels, and put its centre of mass into the centre of the image. A "
            "digit that is prepared otherwise is read worse."
        )
    return (
        "It expects 28 × 28 pixels, a bright piece on a black ground, as numbers from 0 to 1. As in Fashion-MNIST: cut "
        "the piece out, let its longer side be 28 pixels, put it into the centre, and invert it if that is bright."
    )
