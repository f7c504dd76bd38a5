"""The settings in which runs differ, and what can be concluded from that."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.evaluation.comparing import SettingRow, differing_settings
from mnist_core.store import RunState
from mnist_core.text import english
from pages._ui.compare.choice import Compared
from pages._ui.compare.run_table import run_table
from pages._ui.parts.downloads import csv_button
from pages._ui.shell import i18n
from pages._ui.shell.i18n import t, term

_LONG = ("layers", "begins_with")


def settings_view(compared: Sequence[Compared]) -> None:
    """Show a row for each run and a column for each setting that is not the same in all."""
    st.header(t("Settings that differ"), anchor=False, divider="gray")
    configs = [run.record.config for run in compared]
    rows = differing_settings(configs, i18n.current())
    words = _conclusion(rows)
    if any(run.record.state is not RunState.COMPLETED for run in compared):
        words += " " + t("Not all of them were trained to the end, which makes a difference too.")
    st.markdown(words, help=term("hyperparameter"))
    if not rows:
        return
    run_table(
        t("Settings that differ"),
        [run.drawn for run in compared],
        {row.title: ("long" if row.name in _LONG else "words", row.values) for row in rows},
    )
    csv_button(
        lambda: {
            "run": [run.name for run in compared],
            **{row.name: row.values for row in differing_settings(configs, english)},
        },
        "compare_settings",
        of=[run.record.id for run in compared],
    )


def _conclusion(rows: Sequence[SettingRow]) -> str:
    names = {row.name for row in rows}
    if not names:
        return t("Their settings are all the same, the seed too: what differs below is the computer's doing.")
    if names == {"seed"}:
        return t("Only the seed differs: what differs below is luck, and shows how much luck can do.")
    if len(names) == 1:
        return t("Only one setting differs, so what differs below comes from it, or from luck.")
    if len(names - {"seed"}) == 1:
        return t("One setting differs, and the seed: what differs below comes from the setting, or from luck.")
    return t(
        "They differ in {n:,} settings, so nobody can say which of them made the difference. To find out, change one "
        "at a time.",
        n=len(names),
    )
