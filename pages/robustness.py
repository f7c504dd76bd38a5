"""Change test images by sliders and see what a network still reads."""

import streamlit as st

from mnist_core.datasets import DatasetSpec, get_spec
from mnist_core.evaluation.robustness import CORRUPTIONS, CorruptionSettings, Trial, try_out
from mnist_core.evaluation.robustness.accuracy import Labels
from mnist_core.inference import open_classifier
from mnist_core.store import RunRecord, shared_store
from pages._ui.cache.results import subset_of_test_set, untouched_trial
from pages._ui.one_run import runs
from pages._ui.parts.components import empty_state, page_header
from pages._ui.parts.dataset_status import is_ready, pictures_missing
from pages._ui.parts.gallery import Tile, gallery
from pages._ui.parts.percent import fine_percent
from pages._ui.robustness.curves import robustness_curves
from pages._ui.robustness.words import lesson
from pages._ui.robustness.worst_case import worst_case_view
from pages._ui.shell import access
from pages._ui.shell.i18n import number_format, t, term

SHOWN = 12

_METRIC = 124  # pixels: as high with a difference as without, so that nothing below moves


def slider_key(corruption_id: str) -> str:
    """Return the key of a corruption's slider."""
    return f"robustness_{corruption_id}"


def reset() -> None:
    """Put all sliders back to where they change nothing."""
    for corruption in CORRUPTIONS.values():
        st.session_state[slider_key(corruption.id)] = corruption.neutral


def sliders() -> CorruptionSettings:
    """Show a slider for each corruption and return their strengths."""
    strengths = {}
    with st.container(horizontal=True):
        for corruption in CORRUPTIONS.values():
            key = slider_key(corruption.id)
            st.session_state.setdefault(key, corruption.neutral)
            strengths[corruption.id] = st.slider(
                f"{t(corruption.title)} ({t(corruption.unit)})",
                corruption.minimum,
                corruption.maximum,
                step=corruption.step,
                format=number_format("%g"),
                key=key,
                persist_state="session",
                width=160,
                help=t(corruption.help),
            )
    settings = CorruptionSettings(**strengths)
    st.button(
        t("Reset all"),
        key="robustness_reset",
        icon=":material/restart_alt:",
        on_click=reset,
        disabled=not settings.active,
    )
    return settings


def figures(now: Trial, untouched: Trial) -> None:
    """Show the accuracy on the changed images beside that on the untouched ones."""
    lost = 100 * (now.accuracy - untouched.accuracy)
    columns = st.columns(2)
    columns[0].metric(
        t("Accuracy now"),
        t.number(now.accuracy, ".1%"),
        t("{points:+.1f} points", points=lost) if lost else None,
        border=True,
        height=_METRIC,
        help=term("robustness"),
    )
    columns[1].metric(
        t("Untouched"), t.number(untouched.accuracy, ".1%"), border=True, height=_METRIC, help=term("accuracy")
    )
    low, high = now.interval
    st.caption(
        t(
            "Counted on {n:,} test images, each class equally often. 95% interval now: {low:.1%} to {high:.1%}.",
            n=now.total,
            low=low,
            high=high,
        ),
        help=term("confidence_interval"),
    )


def answers(trial: Trial, labels: Labels, spec: DatasetSpec) -> list[Tile]:
    """Return the first images as a network saw them, with its answers."""
    tiles = []
    for image, row, label in zip(trial.images[:SHOWN], trial.probabilities[:SHOWN], labels[:SHOWN], strict=True):
        said, true = t(spec.class_names[row.argmax()]), t(spec.class_names[label])
        words = said if said == true else t("{predicted}, not {true}", predicted=said, true=true)
        alt = t("An image of {true}, read as {said}", true=true, said=said)
        tiles.append(Tile(image, words, fine_percent(row.max()), alt, "good" if said == true else "bad"))
    return tiles


@access.fragment
def laboratory(record: RunRecord) -> None:
    """Show sliders, images and figures; only this part runs again when a slider moves."""
    spec = get_spec(record.config.data.dataset)
    images, labels = subset_of_test_set(spec.id)
    left, right = st.columns([1, 2], gap="large")
    with left, st.container(key="robustness_sliders"):  # where the keyboard stays when all are reset
        settings = sliders()
    predict = open_classifier(shared_store().files(record.id)).predict
    untouched = untouched_trial(record.id)
    now = try_out(predict, images, labels, settings) if settings.active else untouched
    with right:
        figures(now, untouched)
        lesson(settings, now, untouched)
        st.markdown(f"**{t('What the network sees now, and its answers')}**")
        gallery(answers(now, labels, spec), size="six")
        st.markdown(f"**{t('The same images, untouched')}**")
        gallery(answers(untouched, labels, spec), size="six")
    st.header(t("How much can it bear?"), anchor=False, divider="gray")
    robustness_curves(record, images, labels, settings)
    worst_case_view(record, images, labels)


page_header(t("Robustness"), t("Shift, turn, blur or hide the test images. Does the network still read them?"))
record = runs.pick("robustness_run")
if record is None:
    empty_state(
        ":material/tune:",
        t("There is no network yet to put to the test"),
        t("Train one first. Then you see here how it reads images that are harder than those it learned from."),
        "home.py",
        t("Choose a recipe"),
    )
elif is_ready(record.config.data.dataset):
    laboratory(record)
else:
    pictures_missing(
        record.config.data.dataset,
        t(
            "Here the test images of {title} are shifted, turned and hidden, so they have to be fetched first. Your "
            "own drawings can be read at once, on the page Draw.",
            title=t(get_spec(record.config.data.dataset).title),
        ),
    )
