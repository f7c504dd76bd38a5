"""Which runs are compared: the address and the box, and what each of them looks like everywhere on the page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import streamlit as st

from mnist_core.errors import ConfigError, NotOwnerError, RunNotFoundError
from mnist_core.figures.run_style import Drawn, RunStyle, keep_slots, run_style
from mnist_core.store import RunRecord, RunState, shared_store
from pages._ui.one_run import runs
from pages._ui.one_run.titles import short_names, titles
from pages._ui.shell import access, session
from pages._ui.shell.i18n import t

# So many are compared at most; the box lists more.
MOST_COMPARED, MOST_LISTED = 100, 200
WITH_CURVES = (RunState.RUNNING, RunState.PAUSED, RunState.COMPLETED, RunState.STOPPED, RunState.INTERRUPTED)
_BOX, _ADDRESS, _REMEMBERED, _SLOTS, _NOTE = (
    "compare_runs",
    "compare_address",
    "compare_remembered",
    "compare_slots",
    "compare_note",
)


@dataclass(frozen=True)
class Compared:
    """One of the runs on the page: its record, its name that no other has, its look."""

    record: RunRecord
    name: str
    style: RunStyle

    @property
    def drawn(self) -> Drawn:
        """What figures want to know of it."""
        return self.name, self.style


def choose_runs() -> list[Compared]:
    """Show the box of runs and what each looks like; the address (``?runs=``) says the same.

    Remembered over page switches. Runs of the address that can't be shown are counted in a sentence.
    """
    chosen = _wanted()
    candidates = {record.id: record for record in [*chosen, *_candidates()]}
    st.session_state[_BOX] = [record.id for record in chosen]
    if not candidates:
        return []
    ids: list[str] = st.multiselect(
        t("Runs"),
        list(candidates),
        format_func=titles(list(candidates.values())).__getitem__,
        key=_BOX,
        placeholder=t("Choose runs"),
        help=t("The newest {n} are listed. Older ones come by their link.", n=MOST_LISTED),
        on_change=lambda: st.session_state.pop(_NOTE, None),
        max_selections=MOST_COMPARED,
    )
    if _NOTE in st.session_state:
        st.warning(st.session_state[_NOTE], icon=":material/link_off:")
    _remember(ids)
    slots = st.session_state[_SLOTS] = keep_slots(st.session_state.get(_SLOTS, {}), ids)
    names = short_names([candidates[run_id] for run_id in ids])
    return [Compared(candidates[run_id], names[run_id], run_style(slots[run_id])) for run_id in ids]


def add_runs(run_ids: Iterable[str]) -> None:
    """Choose more runs; for a button's callback."""
    st.session_state[_BOX] = list(dict.fromkeys([*st.session_state.get(_BOX, []), *run_ids]))
    # The address says them from the next run on; until then what it says is no news.
    st.session_state[_ADDRESS] = st.query_params.get("runs")


def still_there(compared: Iterable[Compared]) -> list[Compared]:
    """Return the runs that the visitor may still look at, with their newest records; for fragments."""
    found = {record.id: record for record in _find([run.record.id for run in compared])[0]}
    return [Compared(found[run.record.id], run.name, run.style) for run in compared if run.record.id in found]


def _wanted() -> list[RunRecord]:
    """Return the runs to begin with: a new address's, else what the box says, else what it said last."""
    address = st.query_params.get("runs")
    if address is not None and address != st.session_state.get(_ADDRESS):
        st.session_state.pop(_NOTE, None)
        records, note = _find(address.split(","))
    elif _BOX in st.session_state:
        records, note = _find(st.session_state[_BOX])
    else:
        st.session_state.pop(_NOTE, None)
        records, note = _find(st.session_state.get(_REMEMBERED) or _first_choice())
    if note:
        st.session_state[_NOTE] = note
    return records


def _find(run_ids: Sequence[str]) -> tuple[list[RunRecord], str]:
    """Return those runs that can be shown, each once, and a sentence about the others; empty without any."""
    records: dict[str, RunRecord] = {}
    gone = private = 0
    wanted = list(dict.fromkeys(run_id.strip() for run_id in run_ids if run_id.strip()))
    for run_id in wanted[:MOST_COMPARED]:
        try:
            records[run_id] = access.look_up(run_id)
        except NotOwnerError:
            private += 1
        except (RunNotFoundError, ConfigError):  # a newer version's can't be read here
            gone += 1
    beyond = max(0, len(wanted) - MOST_COMPARED)
    repeated = len([part for part in run_ids if part.strip()]) - len(wanted)
    reasons = {
        t("{n} that can't be found (deleted, or the link was changed)", n=gone): gone,
        t("{n} that only their owner may see", n=private): private,
        t("{n} beyond the first {most}", n=beyond, most=MOST_COMPARED): beyond,
        t("{n} named more than once", n=repeated): repeated,
    }
    words = "; ".join(reason for reason, n in reasons.items() if n)
    return list(records.values()), t("Left out of the runs asked for: {reasons}.", reasons=words) if words else ""


def _candidates() -> list[RunRecord]:
    """Return the runs to choose from: the visitor's own, then those that came with the program, then others'."""
    trained = shared_store().runs.find(states=WITH_CURVES, visible_to=session.visitor(), limit=MOST_LISTED)
    mine = session.owner()
    return sorted([*shared_store().runs.shipped(), *trained], key=lambda record: record.owner != mine)


def _first_choice() -> list[str]:
    """Return two runs of one dataset with a result, the one of the other pages among them where there is one."""
    finished = runs.with_model()
    current = st.session_state.get("current_run")
    finished.sort(key=lambda record: record.id != current)
    if not finished:
        return []
    first = finished[0]
    return [record.id for record in finished if record.config.data.dataset == first.config.data.dataset][:2]


def _remember(ids: list[str]) -> None:
    address = ",".join(ids)
    st.session_state[_REMEMBERED], st.session_state[_ADDRESS] = ids, address
    if ids and st.query_params.get("runs") != address:
        st.query_params["runs"] = address
    elif not ids:
        st.query_params.pop("runs", None)
