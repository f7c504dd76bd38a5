"""Image by image: what one run reads and another one does not."""

from collections.abc import Sequence

import streamlit as st

from pages._ui.compare.choice import Compared
from pages._ui.compare.judged import box, judged_together
from pages._ui.judged.pair import pair_view
from pages._ui.shell.i18n import t


def images_view(compared: Sequence[Compared]) -> None:
    """Let two runs be chosen, and show where they differ."""
    judged = judged_together(compared)
    if not judged:
        return
    by_id = {run.record.id: (run, judgement) for run, judgement in judged}
    names = {run_id: run.name for run_id, (run, _) in by_id.items()}
    left, right = st.columns(2)
    with left:
        first = box(t("This run"), names, "compare_first")
    with right:
        others = {run_id: name for run_id, name in names.items() if run_id != first}
        second = box(t("The other run"), others, "compare_second")
    both = by_id[first], by_id[second]
    pair_view([judgement for _, judgement in both], [run.name for run, _ in both], (first, second))
