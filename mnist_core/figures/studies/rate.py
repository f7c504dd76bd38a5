"""What a test of learning rates found: the loss over the rate, in three zones."""

from math import log10
from typing import Any

from mnist_core.config.rising import HIGHEST_RATE, LOWEST_RATE
from mnist_core.evaluation.rate import ZONE_WORDS, RateFinding, Zone, rate_words
from mnist_core.figures.theme import CORRECT, TRAINING, WRONG, Theme, layout
from mnist_core.text import Translator
from mnist_core.text.numbers import significant

_COLORS = {Zone.SMALL: TRAINING, Zone.RIGHT: CORRECT, Zone.DIVERGES: WRONG}
# Times the loss at the beginning: what flies higher would press all else to the bottom.
_MOST, _LEAST = 1.35, 0.85
_LOWER = 0.08  # of the height: a line


def rate_figure(finding: RateFinding, *, theme: Theme, t: Translator) -> dict[str, Any]:
    """Return the loss over a rising learning rate as a plotly figure in plain values.

    A faint line is the loss of single steps, a strong one its course; the zones are shaded and named, and a star marks
    the suggested rate.

    Returns
    -------
    dict with keys "data" and "layout"
    """
    suggested = min(range(len(finding.rates)), key=lambda place: abs(log10(finding.rates[place] / finding.suggested)))
    shapes, names = _zones(finding, theme, t)
    line = {"type": "line", "x0": finding.suggested, "x1": finding.suggested, "yref": "paper", "y0": 0, "y1": 0.92}
    return {
        "data": [
            _trace(finding, finding.losses, t("single steps"), mode="lines", opacity=0.4, line={"width": 1}),
            _trace(finding, finding.smoothed, t("their course"), mode="lines", line={"width": 2.5}),
            {
                "type": "scatter",
                "x": [finding.suggested],
                "y": [round(finding.smoothed[suggested], 4)],
                "mode": "markers",
                "name": t("try {rate}", rate=finding.suggested),
                "marker": {"color": theme.text, "size": 14, "symbol": "star"},
                "hovertemplate": "<b>%{x}</b><extra>%{fullData.name}</extra>",
            },
        ],
        "layout": layout(
            theme,
            height=340,
            margin={"l": 10, "r": 10, "t": 44, "b": 10},
            hovermode="closest",
            showlegend=True,
            shapes=[*shapes, {**line, "line": {"color": theme.muted, "width": 1.5, "dash": "dot"}}],
            annotations=names,
            xaxis={
                "type": "log",
                "title": {"text": t("learning rate (logarithmic)")},
                "range": [log10(LOWEST_RATE), log10(HIGHEST_RATE)],
                "dtick": 1,
                "tickformat": "~g",
            },
            yaxis={
                "title": {"text": t("loss")},
                "range": [_LEAST * min(finding.smoothed), _MOST * finding.smoothed[0]],
            },
        ),
    }


def rate_alt(finding: RateFinding, t: Translator) -> str:
    """Return in words what the figure shows, for screen readers."""
    return t(
        "Curve of the loss over a learning rate that rises from {low} to {high}. {found}",
        low=LOWEST_RATE,
        high=HIGHEST_RATE,
        found=rate_words(finding, t),
    )


def _trace(finding: RateFinding, losses: tuple[float, ...], name: str, **style: Any) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": [significant(rate, 3) for rate in finding.rates],
        "y": [round(loss, 4) for loss in losses],
        "name": name,
        "hovertemplate": "%{x:.2g}: <b>%{y:.3f}</b><extra>%{fullData.name}</extra>",
        **style,
        "line": {"color": TRAINING, **style["line"]},
    }


def _zones(finding: RateFinding, theme: Theme, t: Translator) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return a shade for each zone, and its name within it."""
    ends = (LOWEST_RATE, finding.moves, finding.diverges or HIGHEST_RATE, HIGHEST_RATE)
    shades, names = [], []
    for number, (zone, low, high) in enumerate(zip(Zone, ends, ends[1:], strict=False)):
        if low >= high:
            continue
        area = {"type": "rect", "x0": low, "x1": high, "yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
        shades.append({**area, "fillcolor": _COLORS[zone], "opacity": 0.12, "line": {"width": 0}})
        names.append(
            {
                "text": t(ZONE_WORDS[zone]),
                "x": (log10(low) + log10(high)) / 2,  # on a logarithmic axis plotly takes places of words as powers
                "yref": "paper",
                "y": 1 - _LOWER * (number % 2),  # neighbours are wider than their zones on a telephone
                "yanchor": "top",
                "showarrow": False,
                "font": {"color": theme.text, "size": 12},
            }
        )
    return shades, names
