"""Beginning a study from a page, and what is said of it before."""

import streamlit as st

from mnist_core.config.recipes import RECIPES
from mnist_core.config.study import Question
from mnist_core.config.study.asking import question_words, study_name
from mnist_core.engine import shared_supervisor
from mnist_core.store import Visitor, shared_store
from mnist_core.studies import Plan, begin, plan, shared_driver
from pages._ui.shell import i18n, session
from pages._ui.shell.i18n import t


def plan_view(question: Question) -> None:
    """Show what a study asks and will take; raises `LimitError` and `ConfigError` where it can't begin."""
    found = _plan(question.to_json(), session.visitor())
    st.markdown(f"**{question_words(question, i18n.current())}**")
    parts = [t.plural("{n:,} run", "{n:,} runs", found.runs)]
    if found.cached:
        parts.append(t("{n:,} trained before", n=found.cached))
    if found.seconds:
        parts.append(t("about {time}, if nobody else trains", time=t.duration(found.seconds)))
    st.caption(f":material/timer: {' · '.join(parts)}")


def begin_study(question: Question, *, of: str | None = None, repeats: str | None = None) -> str:
    """Begin a study and return its id.

    Parameters
    ----------
    question : Question
    of : str, optional
        What its name begins with; else its recipe's title.
    repeats : str, optional
        The study whose best trial it repeats.

    Raises
    ------
    LimitError, ConfigError
        As `mnist_core.studies.begin`.
    """
    title = of or (t(RECIPES[question.recipe].title) if question.recipe in RECIPES else t("Own settings"))
    study_id = begin(
        question,
        study_name(question, title, i18n.current()),
        visitor=session.visitor(),
        store=shared_store(),
        supervisor=shared_supervisor(),
        repeats=repeats,
    )
    shared_driver().wake()
    return study_id


@st.cache_data(ttl=10, max_entries=256, show_spinner=False, hash_funcs={Visitor: lambda visitor: visitor.id})
def _plan(question: str, visitor: Visitor) -> Plan:
    return plan(Question.from_json(question), shared_store(), shared_supervisor().slots, visitor)
