"""Look inside: what a network looked at for one image, and what its parts do."""

from collections.abc import Callable

import streamlit as st

from mnist_core.analysis.explain import expected_seconds
from mnist_core.datasets import DatasetSpec, get_spec
from mnist_core.drawing import Part
from mnist_core.inference import Reading, answer_to
from mnist_core.store import RunRecord, shared_store
from pages._ui.cache.explanations import Sample
from pages._ui.cache.results import Judgement, can_judge, judge
from pages._ui.explain.choice import choose
from pages._ui.explain.film import film_view
from pages._ui.explain.hill import hill_view
from pages._ui.explain.inside import inside_view
from pages._ui.explain.map import map_view
from pages._ui.explain.maps import maps_view
from pages._ui.explain.weights import weights_view
from pages._ui.one_run import runs
from pages._ui.parts.components import empty_state, need_dataset, page_header
from pages._ui.parts.gallery import big_image
from pages._ui.parts.probability_bars import probability_bars
from pages._ui.reading.answers import in_words, large_words
from pages._ui.reading.networks import least_sureness
from pages._ui.shell.i18n import class_words, t

PATIENCE = 10.0  # seconds


def answer(spec: DatasetSpec, sample: Sample, record: RunRecord) -> None:
    """Show the image and what the network says to it."""
    names = class_words(spec.class_names)
    picture, chart = st.columns([1, 2], gap="large")
    with picture:
        what = t("Your drawing") if sample.index is None else t("Test image {index}", index=sample.index)
        big_image(sample.image, what)
        part = Part(image=sample.image, steps=())
        said = answer_to(part, sample.probabilities, spec.class_names, least_sureness(record))
        st.markdown(t("Answer: **{answer}**", answer=large_words(Reading((said,)))))
        st.markdown(in_words(said))
        if sample.label is not None:
            st.markdown(t("Label: **{name}**", name=names[sample.label]))
    with chart:
        probability_bars(
            sample.probabilities, spec.class_names, "explain_bars", f"probabilities_{record.id}", of=[record.id]
        )


def has_inside(record: RunRecord) -> bool:
    """Return whether a run kept what its inside looks like; say so where it did not."""
    if shared_store().files(record.id).parts.exists():
        return True
    st.info(t("This run was trained by an older version. Train it again to look inside."), icon=":material/history:")
    return False


def may_take(record: RunRecord, tab: str) -> bool:
    """Return whether to compute now: at once for a usual network, after a click for one that takes long."""
    seconds = expected_seconds(record.config)
    agreed = f"explain_agreed_{record.id}"
    if seconds < PATIENCE or st.session_state.get(agreed):
        return True
    st.info(
        t("This network is so large that its maps take about {seconds:.0f} seconds here.", seconds=seconds),
        icon=":material/hourglass_empty:",
    )
    st.button(t("Make them"), key=f"explain_{tab}_anyway", on_click=st.session_state.update, args=({agreed: True},))
    return False


def no_image() -> None:
    """Say that there is no image to explain yet."""
    st.info(t("Choose an image above, or draw one."), icon=":material/image_search:")


def map_tab(judgement: Judgement, sample: Sample | None, record: RunRecord) -> None:
    """Show the map of the last hidden layer, where there is one."""
    if record.config.model.kind != "network":
        st.info(t("Logistic regression has no hidden layer: there is nothing to map."))
    elif has_inside(record):
        map_view(judgement, sample, record)


def looked_tab(sample: Sample | None, spec: DatasetSpec, record: RunRecord) -> None:
    """Show what it looked at."""
    if sample is None:
        no_image()
    elif may_take(record, "looked"):
        maps_view(spec.class_names, sample, record.id)


def inside_tab(judgement: Judgement, sample: Sample | None, record: RunRecord) -> None:
    """Show its layers at work."""
    if record.config.model.kind != "network":
        st.info(t("Logistic regression has no layers: its answer comes straight from the pixels. See its weights."))
    if sample is None:
        no_image()
    elif has_inside(record) and may_take(record, "inside"):
        inside_view(judgement, sample, record)


def weights_tab(spec: DatasetSpec, record: RunRecord) -> None:
    """Show its weights."""
    if has_inside(record):
        weights_view(spec, record)


def tabs(judgement: Judgement, sample: Sample | None, record: RunRecord) -> None:
    """Show the tab that is open: all six together are much to make, and to send."""
    spec = get_spec(record.config.data.dataset)
    shows: dict[str, Callable[[], None]] = {
        t("What it looked at"): lambda: looked_tab(sample, spec, record),
        t("Inside"): lambda: inside_tab(judgement, sample, record),
        t("Weights"): lambda: weights_tab(spec, record),
        t("Map"): lambda: map_tab(judgement, sample, record),
        t("Film"): lambda: film_view(sample, record),
        t("Down the hill"): lambda: hill_view(record),
    }
    for tab, show in zip(st.tabs(list(shows), key="explain_tab", on_change="rerun"), shows.values(), strict=True):
        if tab.open:
            with tab:
                show()


page_header(t("Explain"), t("What did the network look at, and what do its parts do?"))
record = runs.pick("explain_run")
if record is None:
    empty_state(
        ":material/psychology:",
        t("There is no network yet to look into"),
        t("Train one first. Then you see here what it looks at, and what it has learned."),
        "home.py",
        t("Choose a recipe"),
    )
elif can_judge(record) or need_dataset(record.config.data.dataset):
    judgement, spec = judge(record.id), get_spec(record.config.data.dataset)
    sample, place = choose(spec, judgement, record)
    if sample is not None:
        with place:
            answer(spec, sample, record)
    tabs(judgement, sample, record)
