"""What runs are called, and that some came with the program."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.datasets import get_spec
from mnist_core.store import RunRecord
from pages._ui.i18n import t

_LONGEST = 48


def title(record: RunRecord) -> str:
    """Return a run's name with its dataset and, once known, its test accuracy."""
    parts = [t(record.name), get_spec(record.config.data.dataset).title]
    if record.outcome.test_accuracy is not None:
        parts.append(f"{record.outcome.test_accuracy:.1%}")
    parts.append(t("comes with MNIST Lab") if record.shipped else f"{record.created:%b %d, %H:%M}")
    if record.imported is not None:
        parts.append(t("imported"))
    return " · ".join(parts)


def titles(records: list[RunRecord]) -> dict[str, str]:
    """Return a title for each run that no other has: equal ones get a number, the oldest 1.

    Streamlit tells options apart by their words alone.
    """
    plain = [title(record) for record in records]
    return {
        record.id: words if plain.count(words) == 1 else f"{words} ({plain[index:].count(words)})"
        for index, (record, words) in enumerate(zip(records, plain, strict=True))
    }


def short_names(records: Sequence[RunRecord]) -> dict[str, str]:
    """Return a name for each run that no other has: with its start if need be, then with a number.

    For charts and tables, where there is no room for a whole title: long ones lose their middle.
    """
    names = [_shortened(t(record.name)) for record in records]
    names = [
        name if names.count(name) == 1 else f"{name}, {record.created:%b %d, %H:%M}"
        for name, record in zip(names, records, strict=True)
    ]
    return {
        record.id: name if names.count(name) == 1 else f"{name} ({names[: index + 1].count(name)})"
        for index, (name, record) in enumerate(zip(names, records, strict=True))
    }


def _shortened(name: str) -> str:
    """Return a name of at most `_LONGEST` characters with both its ends: numbers stand at the end of names."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 17].rstrip()} … {name[-14:].lstrip()}"


def shipped_badge(record: RunRecord) -> None:
    """Show, for a run that came with the program, that it did, and what it learned from."""
    if record.shipped is None:
        return
    st.badge(
        t("Comes with MNIST Lab"),
        icon=":material/inventory_2:",
        color="violet",
        help=t("It learned from: {sources}.", sources="; ".join(record.shipped.sources)),
    )


def shipped_note(record: RunRecord) -> None:
    """Show that a run came with the program, and what it is good for."""
    assert record.shipped is not None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        shipped_badge(record)
        st.caption(t(record.shipped.summary))
