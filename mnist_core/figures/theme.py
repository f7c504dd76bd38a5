"""Colours and the common look of all figures: the only place where colours of charts are named."""

from dataclasses import dataclass
from typing import Any

# Paul Tol's "bright" and "muted" qualitative schemes, chosen so that colour-blind people can
# tell them apart (https://personal.sron.nl/~pault); mid-tones that read on light and dark.
CLASS_COLORS = (
    "#4477AA",
    "#EE6677",
    "#228833",
    "#CCBB44",
    "#66CCEE",
    "#AA3377",
    "#999933",
    "#44AA99",
    "#DD7722",
    "#8888CC",
)
TRAINING = "#3D7DD8"
VALIDATION = "#E8871E"
CORRECT = "#2E9E6B"
WRONG = "#D5495C"
# Over a picture, whose paper is black in both themes: orange and blue are apart for colour-blind people too.
SPEAKS_FOR = "#FF9F1C"
SPEAKS_AGAINST = "#3A9BFF"


@dataclass(frozen=True)
class Theme:
    """What differs between light and dark.

    Attributes
    ----------
    text, muted, grid : str
        Colours of words, secondary words and grid lines.
    scale : tuple of str
        Sequential colours from the page's background to full strength.
    """

    name: str
    text: str
    muted: str
    grid: str
    scale: tuple[str, ...]


LIGHT = Theme(
    name="light",
    text="#1F2430",
    muted="#5B6475",
    grid="#E4E7EE",
    scale=("#F7F8FB", "#D3E2F7", "#9CC2EE", "#5E97DC", "#2F6BB8", "#143F7D"),
)
DARK = Theme(
    name="dark",
    text="#E8EAF0",
    muted="#A3ABBB",
    grid="#2C3342",
    scale=("#181C25", "#1B2F4D", "#20497C", "#2F6BB8", "#5E97DC", "#A9CDF5"),
)


def theme(name: str | None) -> Theme:
    """Return the theme of a name; anything but "dark" is light."""
    return DARK if name == "dark" else LIGHT


def colorscale(theme: Theme) -> list[tuple[float, str]]:
    """Return the sequential colours as plotly wants them."""
    last = len(theme.scale) - 1
    return [(index / last, color) for index, color in enumerate(theme.scale)]


def layout(theme: Theme, **changes: Any) -> dict[str, Any]:
    """Return the layout that all figures share, with `changes` laid over it."""
    axis = {"gridcolor": theme.grid, "zerolinecolor": theme.grid, "linecolor": theme.grid, "automargin": True}
    base: dict[str, Any] = {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": theme.text, "size": 13, "family": "Source Sans, sans-serif"},
        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
        "hoverlabel": {"bgcolor": theme.scale[0], "bordercolor": theme.grid, "font": {"color": theme.text}},
        "xaxis": dict(axis),
        "yaxis": dict(axis),
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    }
    for name, value in changes.items():
        base[name] = {**base[name], **value} if isinstance(value, dict) and name in base else value
    return base
