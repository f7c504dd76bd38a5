"""What trials reached over the settings that were tried: one, two, or all of them."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.config.study import Parameter
from mnist_core.config.study.words import parameter_title
from mnist_core.figures.studies.contour import contour_alt, contour_figure
from mnist_core.figures.studies.coordinates import coordinates_alt, coordinates_figure
from mnist_core.figures.studies.history import trials_table
from mnist_core.figures.studies.slice import slice_alt, slice_figure
from mnist_core.store import StudyRecord
from pages._ui.parts.live_plot import live_plot
from pages._ui.shell import i18n
from pages._ui.shell.i18n import t, term
from pages._ui.studies.shown import Trials, look, show
from pages._ui.studies.table import trials_csv


def slice_view(study: StudyRecord, trials: Trials) -> None:
    """Show what trials reached over one setting."""
    objective = study.question.objective
    over = study.question.over
    parameter = _parameter(study, t("Setting"), "slice", over, 0) if len(over) > 1 else over[0]
    figure = slice_figure(trials, parameter, objective, **look())
    alt = slice_alt(trials, parameter, objective, i18n.current())
    hint = t("Each point is a run; the stronger its colour, the later it began.")
    show(study, "slice", figure, alt, trials_table, hint, part=parameter.name)


def contour_view(study: StudyRecord, trials: Trials) -> None:
    """Show what trials reached over two settings."""
    over, objective = study.question.over, study.question.objective
    across, up = over[0], over[1]
    if len(over) > 2:
        with st.container(horizontal=True):
            across = _parameter(study, t("Across"), "across", over, 0)
            up = _parameter(study, t("Upwards"), "up", [one for one in over if one.name != across.name], 0)
    figure = contour_figure(trials, across, up, objective, **look())
    alt = contour_alt(trials, across, up, objective, i18n.current())
    hint = t("The stronger the colour, the better.")
    show(study, "contour", figure, alt, trials_table, hint, part=f"{across.name}_{up.name}")


def coordinates_view(study: StudyRecord, trials: Trials) -> None:
    """Show all trials as lines across all settings."""
    over, objective = study.question.over, study.question.objective
    with st.container(key="compare_parallel_" + ("wide" if len(over) > 3 else "narrow")):
        figure = coordinates_figure(trials, over, objective, **look())
        alt = coordinates_alt(trials, over, objective, i18n.current())
        live_plot(figure, key=f"study_coordinates_{study.id}", revision=study.id, alt=alt)
    st.caption(
        t("Each line is a trial. Drag along an axis to keep only the lines that pass there."),
        help=term("parallel_coordinates"),
    )
    trials_csv(study, "coordinates", trials_table)


def _parameter(study: StudyRecord, label: str, name: str, over: Sequence[Parameter], at: int) -> Parameter:
    """Show a box for one of the settings, and return what is chosen."""
    known = {parameter.name: parameter for parameter in over}
    chosen: str = st.selectbox(
        label,
        list(known),
        index=at,
        format_func=lambda one: parameter_title(one, i18n.current()),
        key=f"study_{name}_{study.id}_{'_'.join(known)}",
    )
    return known[chosen]
