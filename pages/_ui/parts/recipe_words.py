"""What a recipe is and what it will reach here, on the images that are really there."""

from mnist_core.config.recipes import Recipe
from mnist_core.datasets import get_spec
from mnist_core.text import Sentence
from pages._ui.parts.estimate_view import estimated
from pages._ui.shell import session
from pages._ui.shell.i18n import t

_EXPECTED: dict[str, Sentence] = {"test_accuracy": "test accuracy", "val_accuracy": "cross-validated accuracy"}


def is_stood_in(recipe: Recipe) -> bool:
    """Whether a recipe's dataset can't be had, so that it learns the bundled digits instead."""
    return session.recipe_config(recipe.id).data.dataset != recipe.config.data.dataset


def summary(recipe: Recipe) -> str:
    """Return in a line what a recipe does here."""
    if not is_stood_in(recipe):
        return t(recipe.summary)
    return t(
        "{network} Made for {title}, which is not here: it learns the “{digits}” instead.",
        network=t(recipe.anywhere),
        title=t(get_spec(recipe.config.data.dataset).title),
        digits=t(get_spec(session.recipe_config(recipe.id).data.dataset).title),
    )


def promise(recipe: Recipe) -> str:
    """Return what a recipe will reach here, and how long it takes."""
    config = session.recipe_config(recipe.id)
    seconds = t.duration(estimated(config).seconds)
    name, value = next((name, recipe.expected[name]) for name in _EXPECTED if name in recipe.expected)
    reached = recipe.on_digits if is_stood_in(recipe) else value
    if reached is None:
        return t(
            "{n:,} images are too few for it: expect little, in about {duration} here.",
            n=get_spec(config.data.dataset).n_train,
            duration=seconds,
        )
    return t(
        "Expect about {value:.1%} {name}, in about {duration} here.",
        value=reached,
        name=t(_EXPECTED[name]),
        duration=seconds,
    )
