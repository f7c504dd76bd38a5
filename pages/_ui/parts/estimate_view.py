"""What a run will take, said before it starts."""

import streamlit as st

from mnist_core.config import RunConfig
from mnist_core.config.choices import AUTO, PRECISIONS
from mnist_core.engine import Estimate, check_config, estimate
from mnist_core.errors import MnistLabError
from mnist_core.models.speed import resolved
from mnist_core.settings import get_settings
from mnist_core.store import shared_store
from mnist_core.text import Sentence
from pages._ui.shell.errors import show_error
from pages._ui.shell.i18n import t

BASES: dict[str, Sentence] = {
    "earlier runs": "As measured in earlier runs of this network.",
    "this computer": "Reckoned from a measurement of this computer.",
    "another computer": "Reckoned from a measurement of another computer: yours may be faster or slower.",
}


def estimate_view(config: RunConfig) -> MnistLabError | None:
    """Show time and memory of a run; return why it can't be started here, after showing that."""
    try:
        guess = estimated(config)
        check_config(config, get_settings(), guess)
    except MnistLabError as error:
        show_error(error)
        return error
    st.caption(
        t(
            ":material/timer: About {seconds} ({epoch} an epoch) · :material/memory: about {memory:.1f} GB of memory",
            seconds=t.duration(guess.seconds),
            epoch=t.duration(guess.epoch_seconds),
            memory=guess.memory_mb / 1000,
        ),
        help=t(BASES[guess.basis]),
    )
    return None


def precision_effect(config: RunConfig) -> None:
    """Show what the choice of precision means on this computer."""
    if config.model.kind != "network":
        return
    try:
        guesses = {name: estimated(config.with_settings({"precision": name})) for name in PRECISIONS}
    except MnistLabError:
        return  # the layers don't fit together; the page says so
    normal, mixed = (t.duration(guesses[name].epoch_seconds) for name in ("float32", "mixed_bfloat16"))
    st.caption(
        t(
            "An epoch takes about {normal} with normal and about {mixed} with mixed precision.",
            normal=normal,
            mixed=mixed,
        )
        + " "
        + t(BASES[guesses[config.train.precision].basis])
    )
    if config.train.precision == AUTO:
        here = resolved(config, get_settings()).train.precision
        st.caption(t("Automatic means here: {precision}.", precision=t(PRECISIONS[here].title)))


def estimated(config: RunConfig) -> Estimate:
    """Return what a run will take, looked up at most every ten seconds; raises `ConfigError`."""
    return _estimate(config.to_json())


@st.cache_data(ttl=10, max_entries=256, show_spinner=False)
def _estimate(config: str) -> Estimate:
    return estimate(RunConfig.from_json(config), shared_store())
