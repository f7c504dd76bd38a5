"""What is true of every network that learned from a dataset: what it is for, and what it must not be trusted with."""

from mnist_core.config import RunConfig

_NOT_FOR = (
    "Anything where a mistake harms somebody: cheques, forms, exams, medical or official documents.",
    "Several digits or things in one picture: it always answers with one class for the whole picture.",
    "Anything that is none of its classes, such as letters or an empty page: it has no answer “none of these” and may "
    "name one of its classes with high confidence.",
    "Telling who wrote or wears something.",
)


def intended_use(config: RunConfig) -> str:
    """Return what a network is for, in a sentence or two."""
    return config.spec.kind.notes.use


def out_of_scope() -> tuple[str, ...]:
    """Return what no network of these should be used for."""
    return _NOT_FOR


def limits(config: RunConfig) -> tuple[str, ...]:
    """Return what is known to be one-sided about what a network learned from."""
    found = config.spec.limits
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
    return config.spec.kind.notes.expects
