"""Explain: the smallest change that fools the network."""

import pandas as pd
import streamlit as st

from pages._ui.cache import explanations
from pages._ui.cache.explanations import Sample
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.gallery import Tile, gallery
from pages._ui.parts.percent import fine_percent
from pages._ui.shell.i18n import class_words, t, term

SHOWN = 3


def fooled_view(class_names: tuple[str, ...], sample: Sample, run_id: str) -> None:
    """Show the image with ever larger changes, up to the first one with another answer; `class_names` are English."""
    names = class_words(class_names)
    st.markdown(f"**{t('The worst case')}**", help=term("adversarial_example"))
    case = explanations.worst_case(run_id, sample.image)
    last = len(case.epsilons) - 1 if case.first is None else case.first
    tiles = [Tile(sample.image, names[sample.answer], fine_percent(sample.probabilities.max()))]
    for number in range(max(0, last - SHOWN + 1), last + 1):
        row = case.probabilities[number]
        answer, eps = int(row.argmax()), case.epsilons[number]
        tiles.append(
            Tile(
                case.images[number],
                names[answer],
                t("{share:.1%}, ±{eps}", share=row[answer], eps=eps),
                t("The image changed by {eps} grey values: {name}", eps=eps, name=names[answer]),
                "" if answer == case.label else "good" if answer == sample.label else "bad",
            )
        )
    gallery(tiles, size="steps")
    if case.first is None:
        words = t(
            "Not even a change of {eps} of 255 grey values in every pixel fools this network here.",
            eps=case.epsilons[-1],
        )
    else:
        words = t(
            "A change of {eps} of 255 grey values in every pixel is enough for the answer {name}.",
            eps=case.epsilons[case.first],
            name=names[case.probabilities[case.first].argmax()],
        )
    how = t("Each pixel goes up or down by the same amount, in the direction that hurts most.")
    st.caption(f"{words} {how}")
    csv_button(
        lambda: pd.DataFrame({"change": case.epsilons, **dict(zip(class_names, case.probabilities.T, strict=True))}),
        f"worst-case-{run_id}",
        of=[run_id],
    )
