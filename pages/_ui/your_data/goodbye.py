"""Deleting everything of a visitor, once they confirm it."""

import streamlit as st

from mnist_core.store import shared_store
from mnist_core.store.leaving import Belongings
from pages._ui.shell import identity
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t
from pages._ui.your_data.opened_link import amounts

_DELETED = "all_deleted"
_LOOK = 1.0  # seconds between two looks whether what trained has stopped


def goodbye() -> None:
    """Show what was deleted last, and the button that deletes everything."""
    st.header(t("Delete everything of mine"), anchor=False)
    if (before := st.session_state.get(_DELETED)) is not None:
        _done(before)
    kept = shared_store().leaving.kept(identity.owner())
    st.markdown(
        t(
            "Your runs with their networks and notes, your studies, your drawings, what you did in lessons, your "
            "personal link, your name in a class, and that you were here. What others trained on from your runs stays "
            "theirs. Want to keep something? The page Runs makes a bundle of a run, and the page Draw a file of your "
            "drawings."
        )
    )
    if st.button(
        t("Delete everything of mine …"), key="goodbye", icon=":material/delete_forever:", on_click=_forget_the_last
    ):
        _confirm(kept)


def _forget_the_last() -> None:
    st.session_state.pop(_DELETED, None)


def _delete() -> None:
    with errors_in_words():
        before = shared_store().leaving.ask(identity.owner())
        identity.begin_anew()
        st.session_state[_DELETED] = before


def _confirm(kept: Belongings) -> None:
    @st.dialog(t("Delete everything of mine?"))
    def dialog() -> None:
        if kept.is_nothing:
            st.markdown(
                t(
                    "You have no runs, no studies and no drawings here, and did no step of a lesson. What is "
                    "remembered of your visits goes."
                )
            )
        else:
            st.markdown(t("You have {what} here. They can't be brought back.", what=amounts(kept)))
        if kept.training:
            st.markdown(
                t.plural(
                    "{n:,} run that trains at the moment is stopped first.",
                    "{n:,} runs that train at the moment are stopped first.",
                    kept.training,
                )
            )
        if identity.is_joined() and not kept.is_nothing:
            st.markdown(t("They go from the browser where you made them too."))
        with st.container(horizontal=True):
            st.button(
                t("Delete everything"),
                key="goodbye_yes",
                type="primary",
                icon=":material/delete_forever:",
                on_click=_delete,
            )
            keep = st.button(t("Keep all"), key="goodbye_no")
        if keep or _DELETED in st.session_state:
            st.rerun()

    dialog()


def _done(before: Belongings) -> None:
    """Say what is gone, and look until runs that trained have stopped."""
    left = shared_store().leaving.finish() if shared_store().leaving.is_leaving(identity.owner()) else 0
    if not left:
        st.success(t("All is deleted: {what}.", what=amounts(before)), icon=":material/check_circle:")
        return

    @st.fragment(run_every=_LOOK)
    @errors_in_words()
    def wait() -> None:
        if not shared_store().leaving.finish() or not shared_store().leaving.is_leaving(identity.owner()):
            st.rerun()
        st.info(
            t("Deleted, but for what still trains: it goes as soon as it has stopped, also if you close this page."),
            icon=":material/hourglass_empty:",
        )

    wait()
