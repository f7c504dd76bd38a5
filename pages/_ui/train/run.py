"""One run on the screen: live while it trains, its result afterwards."""

from collections.abc import Callable

import streamlit as st

from mnist_core.store import RunRecord, shared_store
from pages._ui.one_run import replays, runs
from pages._ui.one_run.controls import train_on
from pages._ui.one_run.status import pace_of, run_status, spoken_status
from pages._ui.one_run.taught import taught_view
from pages._ui.shell import access
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.frame import announce
from pages._ui.shell.i18n import t
from pages._ui.train.curves import curves_view, metrics_view
from pages._ui.train.header import run_header
from pages._ui.train.inside import asks_inside, inside_view
from pages._ui.train.network import network_of
from pages._ui.train.notice import end_notice
from pages._ui.train.replay import replay_view

_SPOKEN_OF = "spoken_of"


def run_view(record: RunRecord, leave: Callable[[], None]) -> None:
    """Show a run; while it is under way the view renews itself.

    Parameters
    ----------
    record : RunRecord
    leave : callable
        What the button "New run" does.
    """
    if replays.is_on(record.id):
        st.session_state[_SPOKEN_OF] = record.id  # its end is said as that of a training
        replay_view(record, leave)
        return
    active = not record.state.is_finished

    @st.fragment(run_every=pace_of(record))
    @errors_in_words()
    def body() -> None:
        current = access.look_up(record.id)
        if current.state is not record.state and (active or not current.state.is_finished):
            st.rerun()  # the whole page changes: another pace, and the results appear
        points = shared_store().metrics.points(current.id)
        run_header(current, leave)
        run_status(current, points)
        if active:
            st.session_state[_SPOKEN_OF] = record.id
        if st.session_state.get(_SPOKEN_OF) == record.id:  # not of a run that was over when the page was opened
            words = spoken_status(current, points)
            announce(words, record.id)
            end_notice(current, points, words)
        metrics_view(current, points)
        if asks_inside(current):
            inside_view(current, points)
        else:
            curves_view(current, points, leave)
        if active:
            st.caption(t("Last lines of the log"))
            st.code(shared_store().files(current.id).log_tail(4) or "…", language=None, height=120)

    body()
    if record.state.is_finished and record.outcome.test_accuracy is not None:
        # The drawings that an imported network learned from stayed with whoever drew them.
        if record.config.fine_tune is not None and record.imported is None:
            with errors_in_words():
                taught_view(record)
        _next_steps(record)
    with errors_in_words():
        network_of(record)


def _next_steps(record: RunRecord) -> None:
    st.markdown(f"**{t('What next?')}**")
    with st.container(horizontal=True, vertical_alignment="center"):
        for page, words, icon in (
            ("evaluate.py", t("See where it goes wrong"), ":material/fact_check:"),
            ("draw.py", t("Let it read your drawing"), ":material/draw:"),
            ("runs.py", t("Take it away"), ":material/luggage:"),
        ):
            st.page_link(page, label=words, icon=icon, query_params={"run": record.id})
        others = [other.id for other in runs.with_model(record.config.data.dataset) if other.id != record.id]
        if others:
            st.page_link(
                "compare.py",
                label=t("Compare it with another"),
                icon=":material/compare_arrows:",
                query_params={"runs": f"{record.id},{others[0]}"},
            )
        train_on(record)
