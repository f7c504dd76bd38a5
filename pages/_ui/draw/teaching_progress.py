"""How far a fine-tuning is, and where to go once it is finished."""

import streamlit as st

from mnist_core.store import RunRecord, shared_store
from pages._ui.one_run import runs
from pages._ui.one_run.status import run_status
from pages._ui.one_run.taught import taught_view
from pages._ui.shell import access
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t

_PACE = 0.4  # seconds between two looks at a run


def teaching_progress(record: RunRecord) -> None:
    """Show how far a fine-tuning is, and what it brought once it has ended."""
    active = not record.state.is_finished

    @st.fragment(run_every=_PACE if active else None)
    @errors_in_words()
    def body() -> None:
        current = access.look_up(record.id)
        if active and current.state.is_finished:
            st.rerun()  # the button may be used again, and the new network is in the list
        if current.state.has_model and current.outcome.test_accuracy is not None:
            taught_view(current)
            with st.container(horizontal=True, vertical_alignment="center"):
                # Not a link: the page would keep the run that is chosen already.
                if st.button(
                    t("Draw with it"),
                    key="teach_draw",
                    icon=":material/draw:",
                    on_click=runs.choose,
                    args=("draw_run", current.id),
                ):
                    st.rerun()
                st.page_link(
                    "train.py",
                    label=t("Look at the run"),
                    icon=":material/model_training:",
                    query_params={"run": current.id},
                )
        else:
            run_status(current, shared_store().metrics.points(current.id))

    body()
