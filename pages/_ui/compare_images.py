"""Image by image: what one run reads and another one does not."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages._ui.compare_choice import Compared
from pages._ui.compare_judged import judged_together
from pages._ui.i18n import t
from pages._ui.pair_view import pair_view


def images_view(compared: Sequence[Compared]) -> None:
    """Let two runs be chosen, and show where they differ."""
    judged = judged_together(compared)
    if not judged:
        return
    by_id = {run.record.id: (run, judgement) for run, judgement in judged}
    boxes = st.columns(2)
    first = _box(boxes[0], t("This run"), by_id, list(by_id), "compare_first")
    second = _box(
        boxes[1], t("The other run"), by_id, [run_id for run_id in by_id if run_id != first], "compare_second"
    )
    both = by_id[first], by_id[second]
    pair_view([judgement for _, judgement in both], [run.name for run, _ in both], f"{first}_{second}")


def _box(place: DeltaGenerator, label: str, by_id: dict[str, tuple[Compared, object]], ids: list[str], key: str) -> str:
    if st.session_state.get(key) not in ids:
        st.session_state[key] = ids[0]
    chosen: str = place.selectbox(label, ids, format_func=lambda run_id: by_id[run_id][0].name, key=key)
    return chosen
