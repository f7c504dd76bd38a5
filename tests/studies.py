"""Trials made by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from mnist_core.store.study_records import TrialRecord, TrialState

BEGAN = datetime(2025, 3, 1, tzinfo=UTC)


def trial(
    number: int,
    value: float | None = None,
    state: TrialState = TrialState.COMPLETED,
    *,
    history: Sequence[float] = (),
    begins: float = 0.0,
    lasts: float | None = 10.0,
    run_id: str | None = "",
    **values: Any,
) -> TrialRecord:
    """Return a trial; its times are seconds since `BEGAN`."""
    began = BEGAN + timedelta(seconds=begins)
    return TrialRecord(
        number=number,
        run_id=f"run{number}" if run_id == "" else run_id,
        state=state,
        values=values,
        value=value,
        history=history,
        cached=False,
        began=began,
        ended=None if lasts is None else began + timedelta(seconds=lasts),
    )
