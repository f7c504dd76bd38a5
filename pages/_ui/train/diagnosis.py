"""What a run's curves say, and the one change to try, which fills the form."""

from collections.abc import Callable, Sequence

import streamlit as st

from mnist_core.config import RunConfig
from mnist_core.engine import why_no_training
from mnist_core.errors import ConfigError
from mnist_core.evaluation.diagnosis import Course, Finding, Suggestion, diagnose
from mnist_core.film import open_film
from mnist_core.settings import get_settings
from mnist_core.store import MetricPoint, RunRecord, shared_store
from pages._ui.shell import session
from pages._ui.shell.i18n import name_of, t, term
from pages._ui.shell.kept import kept

_ICONS = {"good": ":material/check_circle:", "above": ":material/info:", "gap": ":material/info:"}


def findings_of(record: RunRecord, points: Sequence[MetricPoint]) -> tuple[Finding, ...]:
    """Return what the curves of a network say so far."""
    if record.config.model.kind != "network":
        return ()
    seen = Course.of(
        record.config,
        points,
        test_accuracy=record.outcome.test_accuracy,
        finished=record.state.is_finished,
        dead=_dead(record.id) if record.state.has_model else (),
        most_epochs=get_settings().max_epochs,
        steps_per_epoch=record.steps_per_epoch,
    )
    return diagnose(seen)


@kept(max_entries=256)
def _dead(run_id: str) -> tuple[float, ...]:
    """Return the share of dead units of each hidden layer with ReLU, as the run's film tells it at its end."""
    return open_film(shared_store().files(run_id), shared_store().runs.get(run_id).config).dead


def diagnosis_view(record: RunRecord, findings: Sequence[Finding], leave: Callable[[], None]) -> None:
    """Say what the curves say; `leave` shows the form in place of the run."""
    for found in findings:
        with st.container(border=True, key=f"finding_{found.rule}"):
            icon = _ICONS.get(found.rule, ":material/lightbulb:")
            st.markdown(f"{icon} {t(found.words.words, **found.words.values)}", help=term(found.term))
            if found.suggestion is not None:
                _try_button(record, found.suggestion, leave)


def _try_button(record: RunRecord, suggestion: Suggestion, leave: Callable[[], None]) -> None:
    changed = _changed(record, suggestion)
    if changed is None:
        return
    if st.button(
        t("Try {change}", change=suggestion.words),
        key="try_change",
        icon=":material/fork_right:",
        help=t("Puts this run's settings into the form, with this one change. Nothing starts by itself."),
    ):
        session.use_settings(
            changed.model_dump(mode="json"), record.recipe, variant_of=name_of(record), change=suggestion.words
        )
        leave()
        st.rerun()


def _changed(record: RunRecord, suggestion: Suggestion) -> RunConfig | None:
    """Return the settings as suggested; None where no form holds them."""
    if record.config.fine_tune is not None or why_no_training(get_settings()) is not None:
        return None
    try:
        return record.config.with_settings(suggestion.settings)
    except ConfigError:  # an imported run may be far from what the form allows
        return None
