"""Which run this session sees played back: what was trained before is shown as it learned, not at its end.

All of it is this session's: nothing is trained, written or waited for, and a reload shows the finished run.
"""

import time

import streamlit as st

from mnist_core.store import Replay, RunRecord, replay_of, shared_store
from pages._ui.shell import session
from pages._ui.shell.i18n import t
from pages._ui.shell.kept import kept

clock = time.monotonic
_ON = "replay"  # id of the run, and since when; None before anything of it was shown
_FOUND = "shown_from_cache"


def found(run_id: str | None) -> None:
    """Remember which finished run stands for what was to be trained; None if it is trained."""
    st.session_state[_FOUND] = run_id


def was_found(run_id: str) -> bool:
    """Whether a run was finished when its settings were to be trained here."""
    return bool(st.session_state.get(_FOUND) == run_id)


def begin(run_id: str) -> None:
    """Play a run back where it was found finished; one that trains is seen anyway."""
    st.session_state[_ON] = (run_id, None) if was_found(run_id) else None


def end() -> None:
    """Play nothing back any more; for a button's callback too."""
    st.session_state[_ON] = None


def keep_to(run_id: str) -> None:
    """End a replay of any other run."""
    if not is_on(run_id):
        end()


def is_on(run_id: str) -> bool:
    """Whether a run is played back."""
    on = st.session_state.get(_ON)
    return on is not None and on[0] == run_id


def passed() -> float:
    """Return the seconds since the replay was shown first."""
    run_id, began = st.session_state[_ON]
    if began is None:
        began = clock()
        st.session_state[_ON] = (run_id, began)
    return float(clock() - began)


@kept(max_entries=16)  # a point is 500 bytes, and a long training has thousands
def recording(run_id: str) -> Replay:
    """Return how a finished run is played back."""
    return replay_of(shared_store().metrics.points(run_id))


def words(record: RunRecord) -> str:
    """Return that a run is played back, whose it is, without a name, and how fast it goes."""
    mine = record.owner == session.owner()
    before = t(":material/replay: Replay: these settings were trained before, by you.")
    if not mine and record.owner is None:  # on the command line
        before = t(":material/replay: Replay: these settings were trained before.")
    elif not mine:
        before = t(":material/replay: Replay: these settings were trained before, by another visitor.")
    speed = recording(record.id).speed
    pace = t("It is shown at its real pace.")
    if round(speed, 1) > 1:
        pace = t("It is shown {speed} × faster than it was.", speed=t.number(speed, ".1f" if speed < 10 else ".0f"))
    return f"{before} {pace}"
