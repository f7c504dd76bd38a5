"""A second run beside the one that is judged; the page Compare takes any number."""

import streamlit as st

from mnist_core.store import RunRecord
from pages._ui.cache.results import can_judge, judge
from pages._ui.judged.pair import pair_view
from pages._ui.one_run import runs
from pages._ui.one_run.titles import titles
from pages._ui.shell import access
from pages._ui.shell.i18n import name_of, t


@access.fragment
def compare_view(record: RunRecord) -> None:
    """Let a second run be chosen, and compare both on the test set."""
    known = runs.with_model()
    others = {
        other.id: other
        for other in runs.with_model(record.config.data.dataset)
        if other.id != record.id and can_judge(other)
    }
    if not others:
        st.info(t("To compare, train a second network on this dataset."), icon=":material/compare_arrows:")
        return
    second_id: str = st.selectbox(
        t("Compare with"),
        list(others),
        format_func=titles(known).__getitem__,
        key=f"compare_{record.id}",
    )
    st.page_link(
        "compare.py",
        label=t("Their settings and curves, and more runs beside them"),
        icon=":material/compare_arrows:",
        query_params={"runs": f"{record.id},{second_id}"},
    )
    names = (name_of(record), name_of(others[second_id]))
    if names[0] == names[1]:
        names = (t("{name} (this run)", name=names[0]), t("{name} (the other run)", name=names[1]))
    pair_view((judge(record.id), judge(second_id)), names, (record.id, second_id))
