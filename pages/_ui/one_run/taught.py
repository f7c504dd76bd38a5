"""What fine-tuning changed: before and afterwards, on drawings that were held back and on the test set."""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.drawing.personal import ENOUGH
from mnist_core.errors import ArtifactMissingError
from mnist_core.evaluation import Change, change
from mnist_core.store import RunRecord, shared_store
from pages._ui.cache.results import judge
from pages._ui.parts.gallery import Tile, gallery
from pages._ui.shell import session
from pages._ui.shell.i18n import class_words, t, term
from pages._ui.shell.kept import kept

_MOST_TILES = 40
_LUCK = 0.05  # differences that come by chance at least so often may be luck


@dataclass(frozen=True)
class Taught:
    """What a fine-tuned run brought, in figures: they are for all who may look at it, the drawings are not."""

    drawings: Change
    test: Change
    labels: npt.NDArray[np.uint8]
    before: npt.NDArray[np.int64]
    after: npt.NDArray[np.int64]
    learned: int


@kept(max_entries=16)
def taught(run_id: str) -> Taught:
    """Return what a finished fine-tuned run brought; raises `ArtifactMissingError`."""
    files = shared_store().files(run_id)
    tables = files.read_teaching()
    held = tables["held_out"]
    # Runs of earlier versions have the labels with their drawings only.
    labels = tables["labels"] if "labels" in tables else files.read_drawings().labels[held]
    judgement = judge(run_id)
    return Taught(
        change(tables["before"], tables["after"], labels),
        change(tables["test_before"], judgement.probabilities, judgement.labels),
        labels,
        tables["before"].argmax(axis=1),
        tables["after"].argmax(axis=1),
        int((~held).sum()),
    )


def taught_view(record: RunRecord) -> None:
    """Show what a fine-tuned network reads now and read before; the drawings only to whoever drew them."""
    found = taught(record.id)
    st.markdown(f"**{t('Before and after fine-tuning')}**", help=term("fine_tuning"))
    with st.container(horizontal=True):
        if found.drawings.total:
            _metric(
                t("Drawings that it did not learn from"),
                t("{right} of {total}", right=found.drawings.after, total=found.drawings.total),
                found.drawings,
            )
        _metric(t("Test set"), t.number(found.test.after / found.test.total, ".2%"), found.test)
    st.caption(_words(found))
    with suppress(ArtifactMissingError):  # they may be gone with the run that this one goes on from
        own = shared_store().drawings.of_run(record.id, session.visitor()) if found.drawings.total else None
        if own is not None:
            gallery(_tiles(found, own.images[own.held_out], record), size="m")


def _metric(label: str, value: str, found: Change) -> None:
    """Show one figure afterwards, its difference to before, and the interval of both."""
    more = found.after - found.before
    told = t("{points:+.1f} points", points=100 * more / found.total) if found.total >= 100 else t.number(more, "+d")
    with st.container(width=320):
        st.metric(
            label,
            value,
            told,
            delta_color="normal" if found.p_value < _LUCK else "off",  # what may be luck is no good or bad news
            border=True,
            help=term("confidence_interval"),
        )
        (low, high), (low_before, high_before) = found.interval_after, found.interval_before
        st.caption(
            t(
                "Now {after:.1%} ({low:.1%} to {high:.1%}), before {before:.1%} ({low_before:.1%} to "
                "{high_before:.1%}).",
                after=found.after / found.total,
                low=low,
                high=high,
                before=found.before / found.total,
                low_before=low_before,
                high_before=high_before,
            )
        )


def _words(found: Taught) -> str:
    """Say what to make of the figures."""
    learned = t.plural("It learned from {n:,} drawing.", "It learned from {n:,} drawings.", found.learned)
    if not found.drawings.total:
        told = t(
            "None was held back, so nothing says yet how well it reads new ones: collect {n} of one class or more.",
            n=ENOUGH,
        )
    elif found.drawings.after == found.drawings.before:
        told = t("On those held back it is as good as before.")
    elif found.drawings.p_value < _LUCK:
        told = t("The difference on those held back is hardly luck: p = {p}.", p=_p(found))
    else:
        told = t(
            "They are few: the difference on those held back may be luck (p = {p}). Collect more to be sure.",
            p=_p(found),
        )
    return f"{learned} {told}"


def _p(found: Taught) -> str:
    return t.number(found.drawings.p_value, ".2g")


def _tiles(found: Taught, images: npt.NDArray[np.uint8], record: RunRecord) -> list[Tile]:
    """Return the drawings that were held back, those whose answer changed first."""
    names = class_words(judge(record.id).class_names)
    order = np.argsort(found.before == found.after, kind="stable")[:_MOST_TILES]
    return [
        Tile(
            images[index],
            f"{names[found.before[index]]} → {names[found.after[index]]}"
            if found.before[index] != found.after[index]
            else names[found.after[index]],
            t("is {name}", name=names[found.labels[index]]),
            t(
                "{name}, taken for {before} before and for {after} now",
                name=names[found.labels[index]],
                before=names[found.before[index]],
                after=names[found.after[index]],
            ),
            "good" if found.after[index] == found.labels[index] else "bad",
        )
        for index in order.tolist()
    ]
