"""What a network says while the pen still moves: points in, an answer out, beside the runs of the page.

A page that shows a canvas has a `Pad`: what is drawn there, who draws, and which network reads it. `pen.js` follows the
pen and sends what the page does not know yet to `pen_answers`, with the pad's secret. It is read as the canvas's own
strokes are, once they come: the last answer with the pen is the page's. A run of the page would take several times as
long (benchmarks/README.md).
"""

from pathlib import Path

import streamlit as st

from mnist_core.analysis.explain import expected_seconds
from mnist_core.store import RunRecord
from pages._ui.canvas.state import FINE, SIZE, key_of, line_width, objects_of, state_of
from pages._ui.reading.networks import least_sureness
from pages._ui.reading.pad import Board, Pad, most_a_second
from pages._ui.shell import session
from pages._ui.shell.i18n import t
from pages._ui.shell.web import PEN_PATH

_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_SLOW = 0.1  # seconds for one image: such a network is asked when the pen is lifted
_HTML = '<div class="lab-so-far" aria-hidden="true"><strong></strong><span></span></div>'


def follow_pen(record: RunRecord, pen: int, *, shade: int = 255, fill: bool = False) -> None:
    """Show what a network says while somebody draws, over its last answer.

    Nothing where the network is a slow one. Its place is the end of the container "draw_answer", behind the bars: what
    the page says comes before it ends.

    Parameters
    ----------
    record : RunRecord
        Whose network reads.
    pen, shade, fill
        As in `draw_canvas`.
    """
    if expected_seconds(record.config, 1) > _SLOW:
        return
    spec = record.config.spec
    if "pad" not in st.session_state:
        st.session_state["pad"] = Pad()
    pad: Pad = st.session_state["pad"]
    objects = objects_of(state_of(spec.collection)["content"])
    board = pad.put(
        Board(
            record.id,
            spec.kind.reader,
            least_sureness(record),
            session.visitor(),
            objects,
            line_width(pen, fill=fill),
            shade,
            fill,
        )
    )
    several = spec.kind.several
    component = st.components.v2.component("pen", html=_HTML, js=_JS, isolate_styles=False)
    component(
        key="draw_so_far",
        data={
            "url": PEN_PATH,
            "token": pad.token,
            "board": board.number,
            "canvas": key_of(spec.collection),
            "strokes": len(objects),
            "side": FINE * SIZE,
            "rest": 1 / most_a_second(),
            "words": t("So far. The answer comes when you lift the pen."),
            "part": several
            and t(
                "The bars show {which} so far. The answer comes when you lift the pen.", which=t(several.small, n="{n}")
            ),
        },
    )
