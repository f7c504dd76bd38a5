"""Explain: what the network looked at."""

import numpy as np
import streamlit as st

from mnist_core.figures.explain import heat_image
from mnist_core.text import Sentence
from pages._ui.cache import explanations
from pages._ui.cache.explanations import Sample
from pages._ui.explain.fooled import fooled_view
from pages._ui.parts.components import switch
from pages._ui.parts.gallery import Tile, gallery
from pages._ui.parts.heat import legend, map_csv
from pages._ui.shell import access
from pages._ui.shell.i18n import class_words, t, term


@access.fragment
def maps_view(class_names: tuple[str, ...], sample: Sample, run_id: str) -> None:
    """Show four answers to "what did it look at?"; `class_names` are English."""
    names = class_words(class_names)
    label, other = _classes(names, sample, run_id)
    with st.spinner(t("Asking the network about every pixel …")):
        explanations.sensitivity(run_id, sample.image)
        explanations.removal(run_id, sample.image, label, other)
    left, right = st.columns(2, gap="large")
    with left:
        _occlusion(names[label], label, sample, run_id)
    with right:
        _sensitivity(names[label], label, sample, run_id)
    left, right = st.columns(2, gap="large")
    with left:
        _contrast(names, label, other, sample, run_id)
    with right:
        fooled_view(class_names, sample, run_id)


def _classes(names: tuple[str, ...], sample: Sample, run_id: str) -> tuple[int, int]:
    """Show the two boxes of "why this and not that?"."""
    ranked = [int(label) for label in np.argsort(-sample.probabilities, kind="stable")]
    truth = [] if sample.label in (None, sample.answer) else [sample.label]
    key = f"explain_classes_{run_id}_{sample.index}_{sample.answer}"
    with st.container(horizontal=True):
        label = st.selectbox(t("Why …"), ranked, format_func=lambda label: names[label], key=f"{key}_a", width=200)
        others = [other for other in [*truth, *ranked] if other != label]
        other = st.selectbox(
            t("… and not"),
            list(dict.fromkeys(others)),
            format_func=lambda label: names[label],
            key=f"{key}_b_{label}",
            width=200,
        )
    return label, other


def _occlusion(name: str, label: int, sample: Sample, run_id: str) -> None:
    st.markdown(f"**{t('Cover it up')}**", help=term("occlusion"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        size = st.slider(
            t("Side of the square (pixels)"), 2, 14, 6, key="explain_square", persist_state="session", width=220
        )
        fill = switch(t("Square"), {0: Sentence("black"), 128: Sentence("grey")}, "explain_fill")
    drop = explanations.occlusion(run_id, sample.image, size, fill).drop(label)
    _tiles(sample, [(drop, t("Needed for {name}", name=name), t("costs up to {share:.1%}", share=max(drop.max(), 0)))])
    legend(t("covering it costs probability of {name}", name=name), t("covering it helps {name}", name=name))
    st.caption(
        t(
            "A square is moved over the image, and the network answers again each time. What is orange was needed. "
            "With a black square ink is taken away; a grey one also asks whether empty paper matters."
        )
    )
    if abs(drop).max() < 0.01:
        st.caption(t("No square changes this probability by more than 1%: the network has more than one reason."))
    map_csv(drop, f"occlusion-{run_id}", run_id)


def _sensitivity(name: str, label: int, sample: Sample, run_id: str) -> None:
    st.markdown(f"**{t('Change one pixel')}**", help=term("sensitivity"))
    found = explanations.sensitivity(run_id, sample.image)
    log, score = found.log_probability[label], found.score(label)
    _tiles(
        sample,
        [
            (log, t("Probability"), t("of {name}, its logarithm", name=name)),
            (score, t("Score"), t("before the softmax")),
        ],
    )
    legend(t("more ink speaks for {name}", name=name), t("more ink speaks against {name}", name=name))
    st.caption(
        t(
            "How the answer would change if one pixel became a little brighter. The probability also depends on the "
            "other classes; the score is the network's output for {name} before it is compared with them.",
            name=name,
        )
    )
    map_csv(log, f"sensitivity-{run_id}", run_id)


def _contrast(names: tuple[str, ...], label: int, other: int, sample: Sample, run_id: str) -> None:
    title = t("Why {name} and not {other}", name=names[label], other=names[other])
    st.markdown(f"**{title}**")
    contrast = explanations.sensitivity(run_id, sample.image).contrast(label, other)
    removal = explanations.removal(run_id, sample.image, label, other)
    count = len(removal.order) if removal.needed is None else removal.needed
    row = removal.probabilities[count]
    _tiles(
        sample,
        [
            (contrast, t("More ink here"), t("{name} against {other}", name=names[label], other=names[other])),
            (removal.effect, t("The ink there is"), t("each pixel alone")),
        ],
        Tile(
            removal.without(sample.image, count),
            t.plural("Without {n:,} pixel", "Without {n:,} pixels", count),
            f"{names[label]} {t.number(row[label], '.0%')}, {names[other]} {t.number(row[other], '.0%')}",
        ),
    )
    legend(t("speaks for {name}", name=names[label]), t("speaks for {name}", name=names[other]))
    values = {"name": names[label], "other": names[other]}
    if removal.needed is None:
        words = t("Even without all of the ink that speaks for {name}, {other} does not win.", **values)
    elif removal.needed == 0:
        words = t("The network thinks {other} more probable than {name} as it is.", **values)
    else:
        words = t.plural(
            "Without the pixel that matters most, {other} becomes more probable than {name}.",
            "Without the {n:,} pixels that matter most, {other} becomes more probable than {name}.",
            count,
            **values,
        )
    st.caption(words)
    map_csv(removal.effect, f"contrast-{run_id}", run_id)


def _tiles(sample: Sample, maps: list[tuple[np.ndarray, str, str]], *more: Tile) -> None:
    """Show the image, maps over it, and what else there is."""
    tiles = [Tile(sample.image, t("The image"))]
    for values, title, detail in maps:
        row, column = np.unravel_index(int(np.abs(values).argmax()), values.shape)
        alt = t("{title}: strongest at row {row}, column {column}", title=title, row=int(row), column=int(column))
        tiles.append(Tile(heat_image(values, image=sample.image), title, detail, alt))
    gallery([*tiles, *more], size="steps")
