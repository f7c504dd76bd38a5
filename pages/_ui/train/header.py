"""What stands above a run: its name, what can be done with it, where it comes from."""

from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from mnist_core.config.choices import PRECISIONS
from mnist_core.datasets import get_spec
from mnist_core.engine import shared_supervisor
from mnist_core.errors import NotOwnerError, RunNotFoundError
from mnist_core.store import RunRecord, RunState
from mnist_core.system.cards import CardUse
from mnist_core.text import Sentence, plain
from pages._ui.one_run.badges import badge, replay_badge
from pages._ui.one_run.controls import run_controls
from pages._ui.one_run.manage import manage_run
from pages._ui.one_run.study import study_note
from pages._ui.shell import access
from pages._ui.shell.i18n import name_of, t


def run_header(record: RunRecord, leave: Callable[[], None], *, replayed: bool = False) -> None:
    """Show the first lines of a run, perhaps as of a replay; `leave` is what the button "New run" does."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(horizontal=True, vertical_alignment="center", width="content", key="focus_here"):
            st.header(plain(name_of(record)), anchor=False)
            replay_badge() if replayed else badge(record)
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            run_controls(record, leave)
            manage_run(record)
    parts = [t(get_spec(record.config.data.dataset).title)]
    if record.device:
        parts.append(plain(record.device))
    if record.state is RunState.RUNNING and (use := _card_use(record.id)) is not None:
        taken = t("card {busy:.0%} busy, {used:.1f} of {memory:.0f} GB taken", busy=use.busy, **use.gigabytes)
        parts.append(taken)
    if record.config.train.precision != "float32":
        parts.append(t(PRECISIONS[record.config.train.precision].title))
    if record.config.augments:
        parts.append(t("Augmentation"))
    st.caption(" · ".join(parts))
    if record.shipped is not None:
        sources = t("It learned from: {sources}.", sources="; ".join(map(t, record.shipped.sources)))
        st.caption(f"{t(record.shipped.summary)} {sources}")
    study_note(record)
    if record.continues is not None:
        _origin(record.continues, Sentence("Goes on from “{name}”"), ":material/fast_forward:")
    elif record.config.fine_tune is not None:
        _origin(record.config.fine_tune.base, Sentence("Fine-tuned from “{name}”"), ":material/school:")


@st.cache_data(ttl=2, max_entries=64, show_spinner=False)
def _card_use(run_id: str) -> CardUse | None:
    return shared_supervisor().card_use(run_id)


def _origin(run_id: str, words: Sentence, icon: str) -> None:
    """Say which run this one goes on from; it may be deleted or private meanwhile."""
    with suppress(RunNotFoundError, NotOwnerError):
        parent = access.look_up(run_id)
        st.page_link(
            "train.py",
            label=t(words, name=plain(name_of(parent))),
            icon=icon,
            query_params={"run": parent.id},
        )
