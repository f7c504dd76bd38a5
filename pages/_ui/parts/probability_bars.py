"""The probabilities of a prediction as bars that change in place."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.figures.bars import probability_alt, probability_figure
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.live_plot import live_plot
from pages._ui.shell import i18n, session


def probability_bars(
    probabilities: npt.NDArray[np.floating[Any]] | None,
    class_names: tuple[str, ...],
    key: str,
    file_name: str = "",
    *,
    of: Sequence[str] = (),
) -> None:
    """Show one bar for each class; empty bars where there is no prediction yet.

    Parameters
    ----------
    probabilities : ndarray of shape (classes,) or None
    class_names : tuple of str
    key : str
        Names the chart on its page.
    file_name : str
        Name of the file that the values can be downloaded as, without its suffix; empty for no download.
    of : sequence of str
        Ids of the runs that they come from; for the download.
    """
    live_plot(
        probability_figure(probabilities, class_names, theme=session.page_theme(), t=i18n.current()),
        key=key,
        revision=key,
        alt=probability_alt(probabilities, class_names, i18n.current()),
    )
    if file_name and probabilities is not None:
        values = probabilities
        csv_button(lambda: {"class": class_names, "probability": values}, file_name, of=of)
