"""How much of the differences between trials each setting explains."""

from collections.abc import Mapping, Sequence
from typing import Any

from mnist_core.config.study.words import parameter_title
from mnist_core.figures.theme import TRAINING, Theme, layout
from mnist_core.text import Translator

_ROW = 44  # pixels for a setting's name and its bar
_BESIDE = 1.12  # of the longest bar: its share stands behind it


def importance_figure(shares: Mapping[str, float], *, theme: Theme, t: Translator) -> dict[str, Any]:
    """Return a bar for each setting, the most important one at the top.

    Names stand above their bars, so that long ones need no room beside them.

    Parameters
    ----------
    shares : mapping of str to float
        By the name of a `Parameter`, 0 to 1.
    theme : Theme
    t : Translator

    Returns
    -------
    dict with keys "data" and "layout"
    """
    ranked = _ranked(shares)
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [round(100 * share, 2) for _, share in ranked],
        "y": list(range(len(ranked))),
        "width": 0.4,
        "text": [t.number(share, ".0%") for _, share in ranked],
        "textposition": "outside",
        "cliponaxis": False,
        "textfont": {"color": theme.text},
        "marker": {"color": TRAINING},
        "hoverinfo": "skip",
    }
    return {"data": [bars] if ranked else [], "layout": _layout(ranked, theme, t)}


def importance_alt(shares: Mapping[str, float], t: Translator) -> str:
    """Return one sentence with the share of each setting, the most important one first."""
    if not shares:
        return t("Importance of the settings; there are too few trials yet.")
    parts = [t("{name} {share:.0%}", name=parameter_title(name, t), share=share) for name, share in _ranked(shares)]
    return t("How much of the differences between trials each setting explains: {list}.", list=", ".join(parts))


def importance_table(shares: Mapping[str, float]) -> Mapping[str, list[Any]]:
    """Return the shares as columns, the most important setting first."""
    ranked = _ranked(shares)
    return {"setting": [name for name, _ in ranked], "importance": [share for _, share in ranked]}


def _ranked(shares: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(shares.items(), key=lambda entry: -entry[1])


def _layout(ranked: Sequence[tuple[str, float]], theme: Theme, t: Translator) -> dict[str, Any]:
    place = {"x": 0, "xref": "paper", "xanchor": "left", "yref": "y", "yshift": 17, "showarrow": False}
    names = [
        {**place, "y": row, "text": parameter_title(name, t), "font": {"size": 13, "color": theme.text}}
        for row, (name, _) in enumerate(ranked)
    ]
    most = ranked[0][1] if ranked else 0.0
    bare = {"showticklabels": False, "showgrid": False, "zeroline": False, "fixedrange": True}
    return layout(
        theme,
        height=70 + _ROW * max(len(ranked), 1),
        margin={"l": 10, "r": 50, "t": 10, "b": 10},
        showlegend=False,
        annotations=names,
        xaxis={
            "title": {"text": t("share of the differences (%)")},
            "range": [0, 100 * (most or 1.0) * _BESIDE],
            "zeroline": False,
            "fixedrange": True,
        },
        yaxis={"range": [len(ranked) - 0.6, -0.8], **bare},
    )
