"""Judge a run: test result, confusion matrix, classes, confidence, mistakes, and other runs."""

import streamlit as st

from mnist_core.datasets import get_spec
from mnist_core.evaluation import wilson_interval
from mnist_core.store import RunRecord
from mnist_core.text import Sentence
from pages._ui.cache.results import JudgedSplit, Judgement, can_judge, judge
from pages._ui.evaluate.baselines import baselines_view
from pages._ui.evaluate.by_class import class_view
from pages._ui.evaluate.compare import compare_view
from pages._ui.evaluate.confidence import confidence_view
from pages._ui.judged.matrix import matrix_view
from pages._ui.judged.predictions import mistakes_view, one_prediction
from pages._ui.one_run import runs
from pages._ui.parts.components import empty_state, need_dataset, page_header, switch
from pages._ui.parts.dataset_status import pictures_missing
from pages._ui.shell.i18n import t, term

VIEWS: dict[str, Sentence] = {
    "matrix": "Confusion matrix",
    "classes": "Classes",
    "confidence": "Confidence",
    "mistakes": "Mistakes",
    "images": "Images",
    "compare": "Compare",
    "rules": "Simple rules",
}
# These compare on the test set alone: validation figures above them would mix the two up.
ON_TEST_SET = ("compare", "rules")
WITH_PICTURES = ("mistakes", "images", "rules")
SPLITS: dict[JudgedSplit, Sentence] = {"test": "Test set", "validation": "Validation set"}
# Each figure names the set that it comes from, so that they are never mixed up.
HEADLINES: dict[str, tuple[Sentence, Sentence]] = {
    "test": ("Test accuracy", "Test loss"),
    "validation": ("Validation accuracy", "Validation loss"),
}
MEANINGS: dict[str, Sentence] = {
    "test": "All figures are from the test set: {n:,} images kept away from training.",
    "validation": "All figures are from the validation set: {n:,} training images kept aside to watch the training. "
    "Who chose settings by them should trust the test set more.",
}


def headline(record: RunRecord, judgement: Judgement) -> None:
    """Show the result on the chosen set in four numbers, and how far to trust it."""
    matrix = judgement.matrix
    accuracy_words, loss_words = (t(words) for words in HEADLINES[judgement.split])
    with st.container(horizontal=True):
        st.metric(accuracy_words, t.number(matrix.right / matrix.total, ".2%"), border=True, help=term("accuracy"))
        st.metric(loss_words, t.number(judgement.loss, ".4f"), border=True, help=term("loss"))
        st.metric(t("Wrong of {n:,}", n=matrix.total), t.number(matrix.total - matrix.right, ","), border=True)
        st.metric(t("Parameters"), t.number(record.outcome.parameters or 0, ","), border=True, help=term("parameters"))
    low, high = wilson_interval(matrix.right, matrix.total)
    st.caption(
        t(MEANINGS[judgement.split], n=matrix.total)
        + " "
        + t("95% interval of the accuracy: {low:.2%} to {high:.2%}.", low=low, high=high),
        help=term("confidence_interval"),
    )


def chosen_judgement(record: RunRecord) -> Judgement:
    """Show the choice between test and validation set, where there are both, and return the judgement."""
    split: JudgedSplit = "test"
    if record.config.uses_validation and st.session_state.get("evaluate_view") not in ON_TEST_SET:
        split = switch(
            t("Judge by"),
            SPLITS,
            "evaluate_split",
            persist_state="session",
            help=" ".join(term(name) for name in ("test_set", "validation_set")),
        )
    return judge(record.id, split)


def view(record: RunRecord, judgement: Judgement) -> None:
    """Show the chosen view; only that one is computed."""
    chosen = switch(t("View"), VIEWS, "evaluate_view", label_visibility="collapsed")
    if judgement.images is None and chosen in WITH_PICTURES:
        spec = get_spec(record.config.data.dataset)
        words = t(
            "What you see elsewhere on this page came with the network. This view shows the images of {title} "
            "themselves, and they are still to be fetched.",
            title=t(spec.title),
        )
        pictures_missing(spec.id, words)
        return
    match chosen:
        case "matrix":
            matrix_view(judgement, record.id)
        case "classes":
            class_view(judgement, record.id)
        case "confidence":
            confidence_view(judgement, record.id)
        case "mistakes":
            mistakes_view(judgement, record.id)
        case "images":
            one_prediction(judgement, record.id)
        case "compare":
            compare_view(record)
        case "rules":
            baselines_view(record)


page_header(t("Evaluate"), t("How good is a network on images that it has never seen, and where does it go wrong?"))
record = runs.pick("evaluate_run")
if record is None:
    empty_state(
        ":material/fact_check:",
        t("No network has been trained yet"),
        t("Train one first. Then you see here which images it gets wrong."),
        "home.py",
        t("Choose a recipe"),
    )
elif can_judge(record) or need_dataset(record.config.data.dataset):
    judgement = chosen_judgement(record)
    headline(record, judgement)
    view(record, judgement)
