"""Images that only one of two runs gets right, with the true class and both answers."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.evaluation import Comparison
from mnist_core.text import plain
from pages._ui.cache.results import Judgement
from pages._ui.judged.predictions import image_name
from pages._ui.parts.gallery import Tile, gallery
from pages._ui.parts.percent import percent
from pages._ui.shell.i18n import class_words, t

PAGE_SIZE = 24


def pair_gallery(both: Sequence[Judgement], names: Sequence[str], result: Comparison, key: str) -> None:
    """Show the images that only one of two runs gets right, a page at a time, the surest right answer first.

    Parameters
    ----------
    both : sequence of two Judgement
        Of the same images.
    names : sequence of two str
    result : Comparison
        Of the two.
    key : str
    """
    total = len(both[0].labels)
    st.caption(
        t(
            "Of {n:,} test images both get {both:,} right and {neither:,} wrong.",
            n=total,
            both=result.both,
            neither=result.neither,
        )
    )
    only = (result.only_first, result.only_second)
    choices = {
        side: t.plural(
            "Only “{name}” is right: {n:,} image",
            "Only “{name}” is right: {n:,} images",
            len(indices),
            name=plain(name),
        )
        for side, name, indices in zip((0, 1), names, only, strict=True)
    }
    side = st.radio(
        t("Which images?"), list(choices), format_func=choices.__getitem__, key=f"{key}_side", horizontal=True
    )
    indices = only[side]
    if not len(indices):
        st.success(t("There is no such image."), icon=":material/check_circle:")
        return
    pages = -(-len(indices) // PAGE_SIZE)
    page = st.pagination(pages, key=f"{key}_page_{side}") if pages > 1 else 1
    start = (page - 1) * PAGE_SIZE
    shown = indices[start : start + PAGE_SIZE]
    st.caption(
        t("Green: the true class, and how sure the run is that reads it right. Below: what the other run says.")
        + _which(page, pages, start, len(shown))
    )
    if both[side].images is None:
        st.caption(t("You will see them here once the images have been fetched."))
    else:
        gallery(_tiles(both, names, shown, side), size="l")


def _which(page: int, pages: int, start: int, n: int) -> str:
    """Return which of the images are shown, where there is more than one page."""
    if pages == 1:
        return ""
    if page == 1:
        return " " + t("The first {n} of them:", n=n)
    return " " + t("Number {first} to {last} of them:", first=start + 1, last=start + n)


def _tiles(both: Sequence[Judgement], names: Sequence[str], indices: npt.NDArray[np.int64], right: int) -> list[Tile]:
    """Return the images with the true class, and what the other one took it for."""
    images, classes = both[right].images, class_words(both[right].class_names)
    assert images is not None
    tiles = []
    for index in indices.tolist():
        true = classes[both[right].labels[index]]
        rows = [judgement.probabilities[index] for judgement in both]
        said = [classes[int(row.argmax())] for row in rows]
        sure = [percent(float(row.max())) for row in rows]
        wrong = 1 - right
        alt = [
            t("{run} says {answer}, {share} sure", run=name, answer=answer, share=share)
            for name, answer, share in zip(names, said, sure, strict=True)
        ]
        tiles.append(
            Tile(
                images[index],
                f"{true} · {sure[right]}",
                t("the other: {answer} · {share}", answer=said[wrong], share=sure[wrong]),
                f"{image_name(both[right], index)}: {true}. " + "; ".join(alt),
                "good",
            )
        )
    return tiles
