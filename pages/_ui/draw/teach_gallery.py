"""A visitor's drawings as pictures, each of which can be deleted."""

from html import escape

import streamlit as st

from mnist_core.datasets import DatasetSpec
from mnist_core.drawing.personal import PersonalSet
from mnist_core.store import shared_store
from pages._ui.draw.correction import forget_corrections
from pages._ui.parts.components import for_ears
from pages._ui.parts.gallery import data_url
from pages._ui.shell import session
from pages._ui.shell.i18n import t

_PAGE = 24


def drawings_gallery(drawings: PersonalSet, spec: DatasetSpec) -> None:
    """Show the drawings, the newest first, each with what it is and a button to delete it."""
    pages = -(-len(drawings) // _PAGE)
    page = st.pagination(pages, key=f"teach_page_{pages}") if pages > 1 else 1
    newest = range(len(drawings) - 1, -1, -1)
    with st.container(horizontal=True, gap="small", key="teach_gallery"):
        for index in newest[(page - 1) * _PAGE : page * _PAGE]:
            name = t(spec.class_names[drawings.labels[index]])
            with st.container(width=72, gap="xxsmall"):
                st.html(
                    f'<img class="lab-big" src="{data_url(drawings.images[index])}" '
                    f'alt="{escape(t("Your drawing of {name}", name=name))}">'
                )
                with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
                    st.markdown(name, width="stretch")
                    st.button(
                        for_ears(t("Delete this drawing"), str(index + 1), name),
                        key=f"teach_delete_{drawings.ids[index]}",
                        type="tertiary",
                        icon=":material/close:",
                        help=t("Delete this drawing"),
                        on_click=_delete,
                        args=(drawings.ids[index],),
                    )


def clear_all(spec: DatasetSpec) -> None:
    """Show the button that deletes all drawings, which asks first."""
    with st.popover(t("Delete all"), icon=":material/delete:", type="tertiary"):
        st.markdown(t("All your drawings are deleted for good. Download them first if you want to keep them."))
        st.button(t("Delete all of them"), key="teach_clear", on_click=_clear, args=(spec.collection,))


def _delete(drawing: int) -> None:
    shared_store().drawings.delete(session.owner(), [drawing])
    forget_corrections()


def _clear(collection: str) -> None:
    shared_store().drawings.clear(session.owner(), collection)
    forget_corrections()
