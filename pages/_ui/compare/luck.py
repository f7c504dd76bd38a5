"""Better by luck? Every run against one of them."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.evaluation import compare, holm
from mnist_core.text import plain
from pages._ui.compare.choice import Compared
from pages._ui.compare.judged import judged_together, reference_box
from pages._ui.compare.run_table import run_table
from pages._ui.judged.luck import chance, verdict
from pages._ui.parts.downloads import csv_button
from pages._ui.shell.i18n import t, term


def luck_view(compared: Sequence[Compared]) -> None:
    """Show for each run how likely chance alone would part it so far from a reference."""
    st.header(t("Better by luck?"), anchor=False, divider="gray", help=term("mcnemar_test"))
    judged = judged_together(compared)
    if not judged:
        return
    at = reference_box(judged, t("Compared with"), "compare_luck_reference")
    reference, basis = judged[at]
    others = [entry for entry in judged if entry[0] is not reference]
    results = [compare(judgement.probabilities, basis.probabilities, basis.labels) for _, judgement in others]
    chances = holm([result.p_value for result in results])
    runs = [run for run, _ in others]
    only = [len(result.only_first) for result in results]
    only_reference = [len(result.only_second) for result in results]
    more = [a - b for a, b in zip(only, only_reference, strict=True)]
    run_table(
        t("Better by luck?"),
        [run.drawn for run in runs],
        {
            t("In words"): ("words", [_in_words(p, n) for p, n in zip(chances, more, strict=True)]),
            t("Chance of so much by luck"): ("number", [chance(p) for p in chances]),
            t("Difference"): ("number", [t.number(n, "+,").replace("-", "−") for n in more]),
            t("Only it is right"): ("number", [t.number(n, ",") for n in only]),
            t("Only the other is right"): ("number", [t.number(n, ",") for n in only_reference]),
        },
    )
    words = t(
        "Images of {n:,} that only one of both gets right; the other is “{name}”. If both were equally good, each of "
        "these images would be a coin toss.",
        n=len(basis.labels),
        name=plain(reference.name),
    )
    if len(others) > 1:
        words += " " + t(
            "Of many comparisons some look good by luck alone, so the chances are raised for that (Holm's correction)."
        )
    st.caption(words, help=term("multiple_comparisons") if len(others) > 1 else None)
    csv_button(
        lambda: {
            "run": [run.name for run in runs],
            "compared_with": [reference.name] * len(runs),
            "only_run": only,
            "only_other": only_reference,
            "p_value": [result.p_value for result in results],
            "p_value_holm": chances,
        },
        "compare_luck",
        of=[run.record.id for run in [reference, *runs]],
    )


def _in_words(p_value: float, more: int) -> str:
    return verdict(p_value) if more else t("equally good")
