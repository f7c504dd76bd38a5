"""One chosen run: its name, its figures, what to do with it, what to take away."""

import streamlit as st

from mnist_core.config.wording import model_words, setting_words
from mnist_core.datasets import get_spec
from mnist_core.store import RunRecord, RunState, shared_store
from mnist_core.text import plain
from pages._ui.one_run import runs
from pages._ui.one_run.badges import badge, imported_badge, shipped_badge
from pages._ui.one_run.study import study_note
from pages._ui.one_run.undo import delete
from pages._ui.runs.notes import notes_of_others, run_notes
from pages._ui.runs.take_away import take_away
from pages._ui.shell import i18n, session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import name_of, t, term


def run_panel(record: RunRecord) -> None:
    """Show a run with all that can be done with it."""
    mine = session.visitor().may_change(record)
    with st.container(border=True, key="run_panel"):
        _header(record, mine)
        if mine or record.notes or record.shipped is not None:
            words, notes = st.columns([3, 2], gap="large")
            with notes:
                run_notes(record) if mine else notes_of_others(record)
        else:  # an empty column would be a gap on a phone
            words = st.container()
        with words:
            study_note(record)
            _words(record)
            _figures(record)
        _next_steps(record)
        if record.state.has_model and record.outcome.test_accuracy is not None:
            take_away(record)


def _header(record: RunRecord, mine: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
            st.header(plain(name_of(record)), anchor=False)
            badge(record)
            if record.shipped is not None:
                shipped_badge(record)
            elif not mine:
                st.badge(t("by another visitor") if record.owner else t("by the command line"), color="gray")
            imported_badge(record)
        with st.container(horizontal=True, width="content"):
            _variant_button(record)
            if mine:
                _star_button(record)
                st.button(
                    t("Delete"),
                    key="runs_delete_one",
                    icon=":material/delete:",
                    disabled=record.state is RunState.RUNNING,
                    help=t("Stop it first.") if record.state is RunState.RUNNING else t("You can undo this."),
                    on_click=delete,
                    args=([record.id],),
                )


def _star_button(record: RunRecord) -> None:
    st.button(
        t("Starred") if record.pinned else t("Star"),
        key="runs_star_one",
        icon=":material/star:" if record.pinned else ":material/star_border:",
        help=t("Starred runs are easy to find, and never deleted to make room."),
        on_click=star,
        args=([record.id], not record.pinned),
    )


def star(run_ids: list[str], starred: bool) -> None:
    """Star runs or take their stars back; for a button's callback."""
    with errors_in_words():
        for run_id in run_ids:
            shared_store().runs.set_pinned(run_id, starred, session.visitor())


def _variant_button(record: RunRecord) -> None:
    fine_tuned = record.config.fine_tune is not None
    if st.button(
        t("Train a variant"),
        key="runs_variant",
        type="primary",
        icon=":material/fork_right:",
        disabled=fine_tuned,
        help=t("It learned from drawings, which are no setting. Teach a network again on the page Draw.")
        if fine_tuned
        else t("Puts its settings into the form: change one, and see what that does."),
    ):
        session.use_settings(record.config.model_dump(mode="json"), record.recipe, variant_of=name_of(record))
        st.session_state["current_run"] = runs.NEW
        st.switch_page("train.py", query_params={"run": runs.NEW})


def _words(record: RunRecord) -> None:
    settings, translator = record.config.model_dump(mode="json"), i18n.current()
    st.markdown(f"**{t(get_spec(record.config.data.dataset).title)}** · {model_words(settings, translator)}")
    st.markdown(" · ".join(setting_words(settings, translator)))
    if record.config.uses_validation:
        share = t.number(record.config.data.validation_split, "%")
        st.caption(t("{share} of the training images were kept aside to check.", share=share))
    if record.device:
        st.caption(t("Trained on: {device}", device=plain(record.device)))
    told = {name: plain(text) for name, text in record.outcome.computed_with.items()}  # an imported run's is a claim
    if {"keras", "backend", "floatx", "threads"} <= told.keys():  # earlier versions kept none of them
        st.caption(t("Calculated by Keras {keras} on {backend}, {floatx}, threads: {threads}", **told))


def _figures(record: RunRecord) -> None:
    outcome = record.outcome
    if outcome.test_accuracy is None:
        return
    with st.container(horizontal=True):
        st.metric(t("Test accuracy"), t.number(outcome.test_accuracy, ".2%"), help=term("accuracy"))
        if outcome.test_loss is not None:
            st.metric(t("Test loss"), t.number(outcome.test_loss, ".4f"), help=term("loss"))
        st.metric(t("Parameters"), t.number(outcome.parameters or 0, ","), help=term("parameters"))
        st.metric(t("Time"), t.duration(sum(outcome.seconds.values())), help=t("From start to end."))


def _next_steps(record: RunRecord) -> None:
    pages = [("train.py", t("Its training"), ":material/show_chart:")]
    if record.state.has_model and record.outcome.test_accuracy is not None:
        pages += [
            ("evaluate.py", t("Where it goes wrong"), ":material/fact_check:"),
            ("explain.py", t("What it looks at"), ":material/psychology:"),
            ("draw.py", t("Let it read your drawing"), ":material/draw:"),
        ]
    with st.container(horizontal=True):
        for page, words, icon in pages:
            st.page_link(page, label=words, icon=icon, query_params={"run": record.id})
