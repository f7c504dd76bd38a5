"""Draw: the canvas, and beside it what the networks say. Only this part of the page runs again after a stroke."""

import streamlit as st

from mnist_core.datasets import get_spec
from mnist_core.store import RunRecord
from pages._ui.canvas.canvas import draw_canvas
from pages._ui.draw.correction import correction
from pages._ui.draw.models import choose_others, side_by_side
from pages._ui.draw.river import river
from pages._ui.draw.steps import demo, looked_at, steps
from pages._ui.draw.tools import about_drawings, choose_tools, offer_samples
from pages._ui.one_run.badges import shipped_note
from pages._ui.parts.probability_bars import probability_bars
from pages._ui.reading.answers import choose_part, in_large_type, show_reading, sure_line
from pages._ui.reading.networks import least_sureness, read
from pages._ui.reading.pen import follow_pen
from pages._ui.shell import access
from pages._ui.shell.i18n import t


@access.fragment
def board(record: RunRecord) -> None:
    """Show canvas, answer and preparation: what an answer needs first, then the rest."""
    spec = get_spec(record.config.data.dataset)
    least_sureness(record)  # worked out in the background before the first stroke
    with st.container(key="draw_board"):  # how its columns share the room is in style.css
        left, right = st.columns([2, 3], gap="medium")
    with left:
        # On a narrow page the tools come after the answer.
        canvas, below = st.container(), st.container(key="draw_tools")
        with below:
            tools, tools_row = choose_tools(spec.kind)
        with canvas:
            drawn = draw_canvas(tools.pen, spec, shade=tools.shade, fill=tools.fill)
    reading = read(record, drawn.parts) if drawn else None
    with right:
        answer = None
        with st.container(key="draw_answer"):
            if reading is not None:
                show_reading(reading, spec.kind)
                answer = choose_part(reading, spec.kind, "draw_part")
            else:
                in_large_type("?", t(spec.kind.words.draw))
            probability_bars(None if answer is None else answer.row, spec.class_names, key="draw_bars", live=True)
            follow_pen(record, tools.pen, shade=tools.shade, fill=tools.fill)
        sure_line(record)
        if answer is not None:
            correction(answer.image, answer.label, spec, "draw")
        others = choose_others(record)
        if drawn and reading is not None:
            side_by_side(record, reading, others, drawn.parts)
        if record.shipped is not None:
            shipped_note(record)
        about_drawings(spec.kind)
    with tools_row:
        offer_samples(spec.collection)
    with below:
        st.caption(
            t(
                "Draw with the mouse, a finger or a pen: the network guesses along, and answers when you lift it. Or "
                "with the keyboard: arrow keys move the pen, Space puts it down and lifts it."
            )
        )
    if drawn is None or answer is None:
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        steps(answer)
        demo(record, drawn.drawing)
    with right:
        looked_at(record, answer)  # last: it takes longer than the answer
    river(record, answer)
