"""Who may see a run: asked again each time a page, or a part of it, shows something of it."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import streamlit as st

from mnist_core.store import RunRecord, Visitor, shared_store
from pages._ui.shell import session
from pages._ui.shell.errors import errors_in_words


def look_up(run_id: str, visitor: Visitor | None = None) -> RunRecord:
    """Return a run that the page's visitor may look at; `visitor` is named where no page runs.

    Raises `RunNotFoundError`, and `NotOwnerError` for another visitor's that is not shared.
    """
    record = shared_store().runs.get(run_id)
    (visitor or session.visitor()).check_sees(record)
    return record


def look_up_all(run_ids: Sequence[str], visitor: Visitor | None = None) -> None:
    """Raise as `look_up` where the visitor may not look at one of several runs."""
    for run_id in run_ids:
        look_up(run_id, visitor)


def fragment(view: Callable[..., None]) -> Callable[..., None]:
    """Make a view of a run, or of a run's id, as its last argument, a part of the page that runs again by itself.

    It shows errors in words, and looks each time whether the visitor may still look at the run.
    """

    @st.fragment
    @errors_in_words()
    @wraps(view)
    def part(*arguments: Any) -> None:
        run = arguments[-1]
        look_up(run.id if isinstance(run, RunRecord) else run)
        view(*arguments)

    return part
