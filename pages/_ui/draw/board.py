"""Draw: the canvas, and beside it what the networks say. Only this part of the page runs again after a stroke."""

import streamlit as st

from mnist_core.datasets import get_spec
from mnist_core.drawing import Prepared
from mnist_core.store import RunRecord
from pages._ui.canvas.canvas import draw_canvas
from pages._ui.draw.answer import show_answer, sure_line
from pages._ui.draw.correction import correction
from pages._ui.draw.models import choose_others, side_by_side
from pages._ui.draw.reading import Reading, least_sureness, prepared_parts, read
from pages._ui.draw.steps import demo, looked_at, steps
from pages._ui.draw.tools import about_clothes, choose_tools, offer_samples
from pages._ui.one_run.badges import shipped_note
from pages._ui.parts.gallery import Tile, gallery
from pages._ui.parts.percent import percent
from pages._ui.parts.probability_bars import probability_bars
from pages._ui.shell import access
from pages._ui.shell.i18n import t, term


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
            drawing = draw_canvas(tools.pen, spec.kind, shade=tools.shade, fill=tools.fill)
    parts = () if drawing is None else prepared_parts(drawing, spec.kind)
    reading = read(record, parts) if parts else None
    with right:
        show_answer(reading, spec)
        part = _choose_part(reading, parts)
        probability_bars(None if reading is None else reading.probabilities[part], spec.class_names, key="draw_bars")
        sure_line(record)
        if reading is not None:
            correction(parts[part].image, reading.answers[part].label, spec, "draw")
        others = choose_others(record)
        if reading is not None:
            side_by_side(reading, others, parts)
        if record.shipped is not None:
            shipped_note(record)
        if spec.kind == "clothes":
            about_clothes()
    with tools_row:
        offer_samples(spec.kind)
    with below:
        st.caption(
            t(
                "Draw with the mouse, a finger or a pen: the network answers when you lift it. Or with the keyboard: "
                "arrow keys move the pen, Space puts it down and lifts it."
            )
        )
    if drawing is None or reading is None:
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        steps(parts[part])
        demo(reading, drawing)
    with right:
        looked_at(reading, parts[part], part)  # last: it takes longer than the answer


def _choose_part(reading: Reading | None, parts: tuple[Prepared, ...]) -> int:
    """Show the digits of a number; return the one whose bars and pictures are shown."""
    if reading is None or len(parts) < 2:
        return 0
    gallery(
        [
            Tile(
                prepared.image,
                reading.spec.class_names[answer.label] + ("" if answer.sure else "?"),
                t("{share} sure", share=percent(answer.confidence)),
                t("Digit {n}: ", n=n) + reading.spec.class_names[answer.label],
            )
            for n, (prepared, answer) in enumerate(zip(parts, reading.answers, strict=True), start=1)
        ],
        size="m",
    )
    part: int = st.segmented_control(
        t("Look closer at"),
        list(range(len(parts))),
        format_func=lambda part: t("digit {n}", n=part + 1),
        default=0,
        required=True,
        key=f"draw_part_{len(parts)}",
        help=term("confidence"),
    )
    return part
