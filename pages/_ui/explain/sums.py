"""Explain: the sum of one unit with its real numbers."""

from html import escape

import streamlit as st

from mnist_core.diagram import Chosen, Trained, UnitSum, sum_line, sum_of, term_place, unit_name
from mnist_core.figures.explain import heat_image
from pages._ui.parts.gallery import Tile, gallery
from pages._ui.parts.heat import legend
from pages._ui.shell import i18n
from pages._ui.shell.i18n import t, term


def sum_view(trained: Trained, chosen: Chosen) -> None:
    """Show how a unit comes to what it says: weights times what comes in, and the bias."""
    block, words = trained.diagram.blocks[chosen[0]], i18n.current()
    told = sum_of(trained, chosen)
    if told is None:
        st.caption(t("Nothing is multiplied here: this layer has no weights for what comes in."))
        return
    title = t(
        "How {name} of {layer} comes to what it says",
        name=unit_name(trained.diagram, chosen, words),
        layer=t(block.name),
    )
    st.markdown(f"**{title}**", help=term("unit"))
    st.html(f'<p class="lab-sum">{escape(sum_line(told, block, words))}</p>')
    if told.pictures is None:
        _ledger(told, block.answers)
        return
    pictures, ledger = st.columns(2, gap="large")
    with pictures:
        titles = (t("weights"), t("what comes in"), t("weight × what comes in"))
        gallery(
            [
                Tile(heat_image(values), name, alt=t("{title}, as a picture", title=name))
                for values, name in zip(told.pictures, titles, strict=True)
            ],
            size="l",
        )
        legend(t("positive"), t("negative"))
    with ledger:
        _ledger(told, block.answers)


def _ledger(told: UnitSum, answers: bool) -> None:
    st.html(f'<div class="lab-table lab-ledger" tabindex="0">{_table(told)}</div>')
    st.caption(_caption(told, answers=answers), help=term("bias"))


def _table(told: UnitSum) -> str:
    rest = told.count - len(told.terms)
    rows = [(term_place(one, i18n.current()), *_numbers(one.weight, one.value, one.product)) for one in told.terms]
    if rest:
        rows.append((t.plural("{n:,} other one", "{n:,} others together", rest), "", "", *_numbers(told.others)))
    rows.append((t("bias"), "", "", *_numbers(told.bias)))
    rows.append((t("sum"), "", "", *_numbers(told.total)))
    heads = (t("where it comes from"), t("weight"), t("number"), t("product"))
    head = "".join(
        f'<th scope="col" class="{"number" if at else ""}">{escape(name)}</th>' for at, name in enumerate(heads)
    )
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td class=number>{one}</td>" for one in numbers)}</tr>'
        for first, *numbers in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _numbers(*values: float) -> tuple[str, ...]:
    return tuple(t.number(value, ".3f") for value in values)


def _caption(told: UnitSum, *, answers: bool) -> str:
    words = []
    if told.spot:
        words.append(
            t(
                "A filter makes such a sum at every place; this is the one at row {row}, column {column} of its map, "
                "where it says most.",
                row=told.spot[0],
                column=told.spot[1],
            )
        )
    if told.pictured is not None:
        words.append(t("The pictures show what it makes of map {number}, which counts most.", number=told.pictured))
    if answers:
        words.append(t("In the end the sums of all classes become probabilities that add up to 1."))
    words.append(t("Rows and columns are counted from 0."))
    return " ".join(words)
