"""A run that was trained before, played back as if it were trained now."""

import secrets
from collections.abc import Callable

import streamlit as st

from mnist_core.config.wording import variant_name
from mnist_core.errors import NotOwnerError, RunNotFoundError
from mnist_core.store import RunRecord, as_it_was
from pages._ui.one_run import replays, runs
from pages._ui.one_run.status import run_status
from pages._ui.shell import access, i18n, session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.frame import announce
from pages._ui.shell.i18n import name_of, t
from pages._ui.train.curves import curves_view, metrics_view
from pages._ui.train.header import run_header
from pages._ui.train.inside import asks_inside, inside_view
from pages._ui.train.network import network_of
from pages._ui.train.notice import end_notice

_PACE = 0.4  # seconds between two looks, as at a run that trains
_CALM = 1.0  # the same of a replay that takes longer than
_SHORT = 10.0  # seconds: a class may look at many at once, which no queue spreads
_SEEDS = 10_000  # few enough digits to read them out


def trained_before(record: RunRecord) -> bool:
    """Show above a run, where it was found finished, that it was, and what else can be done.

    Returns whether it is to be trained once more with the very same settings.
    """
    if not replays.was_found(record.id):
        return False
    plays, again = replays.is_on(record.id), False
    found = t(":material/bolt: You see a finished run: these very settings were trained before.")
    st.markdown(replays.words(record) if plays else found)
    # With a name of its own: who skips by the keyboard goes on at the run, not at the button that comes in its place.
    with st.container(horizontal=True, key="replay_row" if plays else "found_row"):
        if plays:
            st.button(t("Skip to the end"), key="replay_skip", icon=":material/skip_next:", on_click=replays.end)
        st.button(
            t("Train it anew with another seed"),
            key="train_anew",
            icon=":material/casino:",
            on_click=_train_anew,
            args=(record,),
        )
        if not plays:
            again = st.button(t("Train again"), key="train_again", icon=":material/replay:")
    return again


def _train_anew(record: RunRecord) -> None:
    replays.end()
    with errors_in_words():
        config = record.config.with_settings({"seed": _another(record.config.train.seed)})
        # All of it is the run's own: whatever else the form holds by now has nothing to do with it.
        recipe, variant_of = record.recipe or session.draft_recipe(), name_of(record)
        run_id = runs.start(config, recipe, again=True, name=variant_name(variant_of, i18n.current()))
        runs.remember(run_id)
        session.use_settings(config.model_dump(mode="json"), recipe, variant_of=variant_of)


def _another(seed: int) -> int:
    """Return any seed but this one."""
    drawn = secrets.randbelow(_SEEDS - 1)
    return drawn + (drawn >= seed)


def replay_view(record: RunRecord, leave: Callable[[], None]) -> None:
    """Show a finished run as it was while it trained, up to its end.

    Parameters
    ----------
    record : RunRecord
    leave : callable
        What the button "New run" does.
    """
    replay = replays.recording(record.id)

    @st.fragment(run_every=_PACE if replay.seconds < _SHORT else _CALM)
    @errors_in_words()
    def body() -> None:
        try:
            current = access.look_up(record.id)
        except (RunNotFoundError, NotOwnerError):
            replays.end()
            st.rerun()  # the page says why
        played = replay.at(replays.passed()) if replays.is_on(record.id) else None
        if played is None or played.is_over:
            replays.end()
            st.rerun()  # the whole page: the results appear
        was = as_it_was(current, played)
        run_header(current, leave, replayed=True)
        run_status(was, played.points, played.remaining)
        announce(t("A replay of this training begins."), record.id)
        end_notice(current, played.points, "")  # offers nothing, and takes the room that it has at the end
        metrics_view(was, played.points)
        if asks_inside(current):
            inside_view(was, played.points, played.step)
        else:
            curves_view(was, played.points, leave)

    body()
    with errors_in_words():
        network_of(as_it_was(record, replay.at(0.0)))
