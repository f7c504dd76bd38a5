"""Images that change while one looks: one component that changes them in place, so that nothing blinks."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_HTML = '<div class="lab-live"><div class="lab-gallery"></div></div>'


@dataclass(frozen=True)
class LiveTile:
    """One image, its address, what a screen reader says of it, and what stands below it.

    Attributes
    ----------
    image, alt, title, detail : str
    mark : {"", "good", "bad"}
        The colour of the title.
    way : tuple of float
        Shares, 0 to 1, that are shown as small bars, the newest last.
    """

    image: str
    alt: str
    title: str = ""
    detail: str = ""
    mark: str = ""
    way: tuple[float, ...] = ()


def live_gallery(tiles: Sequence[LiveTile], key: str, *, size: str, most: Sequence[int] = (1,) * 6) -> None:
    """Show images, and change them in place at the next call with the same key.

    Parameters
    ----------
    tiles : sequence of LiveTile
        The n-th of a call takes the place of the n-th before.
    key : str
        Names the gallery on its page.
    size : {"watched", "sheet"}
        How large images are: small ones, or one as large as its column.
    most : sequence of six int
        The most images in a row, from narrow to wide: see `pages._ui.parts.gallery`.
    """
    component = st.components.v2.component("live_gallery", html=_HTML, js=_JS, isolate_styles=False)
    columns = ";".join(f"--columns-{place}:{n}" for place, n in enumerate(most))
    component(key=key, data={"tiles": [asdict(tile) for tile in tiles], "size": size, "columns": columns})
