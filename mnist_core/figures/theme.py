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
# With the colours, so that classes and runs can be told apart without them.
CLASS_SYMBOLS = (
    "circle",
    "square",
    "diamond",
    "cross",
    "x",
    "triangle-up",
    "triangle-down",
    "star",
    "hexagon",
    "pentagon",
)
TRAINING = "#3D7DD8"
VALIDATION = "#CF7412"
CORRECT = "#2E9E6B"
WRONG = "#D5495C"
TEST = CORRECT
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
    diverging : tuple of str
        From worse by way of the page's background to better; told apart by colour-blind people.
    """

    name: str
    text: str
    muted: str
    grid: str
    scale: tuple[str, ...]
    diverging: tuple[str, ...]


LIGHT = Theme(
    name="light",
    text="#1F2430",
    muted="#5B6475",
    grid="#E4E7EE",
    scale=("#F7F8FB", "#D3E2F7", "#9CC2EE", "#5E97DC", "#2F6BB8", "#143F7D"),
    diverging=("#B35806", "#F1A340", "#FBE0BF", "#F7F8FB", "#CFE0F5", "#5E97DC", "#2F6BB8"),
)
DARK = Theme(
    name="dark",
    text="#E8EAF0",
    muted="#A3ABBB",
    grid="#2C3342",
    scale=("#181C25", "#1B2F4D", "#20497C", "#2F6BB8", "#5E97DC", "#A9CDF5"),
    diverging=("#F1A340", "#B35806", "#4A2A0C", "#181C25", "#1B2F4D", "#2F6BB8", "#5E97DC"),
)


def theme(name: str | None) -> Theme:
    """Return the theme of a name; anything but "dark" is light."""
    return DARK if name == "dark" else LIGHT


def colorscale(colors: tuple[str, ...]) -> list[tuple[float, str]]:
    """Return a theme's colours as plotly wants them."""
    last = len(colors) - 1
    return [(index / last, color) for index, color in enumerate(colors)]


def color_at(colors: tuple[str, ...], share: float) -> str:
    """Return the colour at a share, 0 to 1, of a theme's scale, as plotly mixes it."""
    index = min(max(share, 0.0), 1.0) * (len(colors) - 1)
    first = min(int(index), len(colors) - 2)
    mixed = (
        round(low + (high - low) * (index - first))
        for low, high in zip(_channels(colors[first]), _channels(colors[first + 1]), strict=True)
    )
    return "#" + "".join(f"{value:02X}" for value in mixed)


def contrast(first: str, second: str) -> float:
    """Return how far two colours like "#4477AA" stand apart, 1 to 21 (WCAG 2, relative luminance)."""
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def ink_on(ground: str) -> str:
    """Return black or white, whichever reads better on a ground: always at least 4.5 to 1."""
    return max(("#000000", "#FFFFFF"), key=lambda ink: contrast(ink, ground))


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _luminance(color: str) -> float:
    shares = (value / 255 for value in _channels(color))
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def translucent(color: str, share: float) -> str:
    """Return a colour like "#4477AA" that hides only a share, 0 to 1, of what is behind it."""
    red, green, blue = _channels(color)
    return f"rgba({red},{green},{blue},{share})"


def layout(theme: Theme, **changes: Any) -> dict[str, Any]:
    """Return the layout that all figures share, with `changes` laid over it."""
    axis = {"gridcolor": theme.grid, "zerolinecolor": theme.grid, "linecolor": theme.grid, "automargin": True}
    base: dict[str, Any] = {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": theme.text, "size": 13, "family": "Source Sans, Lab Korean, sans-serif"},
        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
        "hoverlabel": {"bgcolor": theme.scale[0], "bordercolor": theme.grid, "font": {"color": theme.text}},
        "xaxis": dict(axis),
        "yaxis": dict(axis),
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    }
    for name, value in changes.items():
        base[name] = {**base[name], **value} if isinstance(value, dict) and name in base else value
    return base
