"""What is kept of visitors, in words: it says what the program does, so it changes with it."""

import streamlit as st

from mnist_core.settings import get_settings
from pages._ui.shell.i18n import t, term


def kept() -> None:
    """Show what is kept, who sees it and for how long, and the cookies."""
    st.header(t("What is kept here"), anchor=False)
    if (days := get_settings().forget_days) is not None:
        st.markdown(
            t.plural(
                "Everything of yours is deleted {n:,} day after you were here last.",
                "Everything of yours is deleted {n:,} days after you were here last.",
                days,
            )
        )
    _entry(
        t("**Runs**: settings, curves, networks, their names and your notes"),
        t("You; and others, where “Everyone may look at it” is on under “Manage”"),
        t(
            "Until you delete them. Only where the disk is nearly full, and you stayed away for {days} or trained "
            "nothing to its end yet, runs without a star are deleted to make room. What you train in a class is "
            "deleted with the class, unless its teacher keeps it.",
            days=t.plural("{n:,} day", "{n:,} days", get_settings().keep_days),
        ),
    )
    _entry(
        t("**Studies**: what you asked, what was tried, and what came of each trial"),
        t("You; and others, where everyone may look at the study"),
        t("Until you delete them, with their runs or with everything below."),
    )
    _entry(
        t("**Drawings** that you collected to teach a network"),
        t("You alone"),
        t("Until you delete them. If you stay away for half a year, they may make room for others'."),
    )
    _entry(
        t("**Lessons**: which steps you have done, and what you guessed"),
        t("You alone"),
        t("Until you delete everything below, or do no step for half a year."),
    )
    _entry(
        t("**Your name in a class**, if you joined one"),
        t(
            "Your teacher, who also sees what you train in the class and which step of a lesson you are at; and "
            "whoever sees the wall of the class"
        ),
        t("Until you leave the class, delete everything below, or the class is over."),
    )
    _entry(
        t("**Pictures** that you upload or take, and what you draw without keeping it"),
        t("You alone"),
        t("In the server's memory, until you close the page. They are never written to the disk."),
    )
    _traces()
    _cookies()


def _traces() -> None:
    """Show what is kept beside what visitors make."""
    _entry(
        t(
            "**That you were here**: a number made of your browser's cookie, one made of your network's address, and "
            "when you came first and last"
        ),
        t("Nobody; whoever runs this server could look it up"),
        t(
            "Until you delete everything below. Who finds a copy of the record reads neither cookie nor address from "
            "it."
        ),
    )
    _entry(
        t("**Your personal link**, if you made one: a number made of its secret, and of each browser that came by it"),
        t("Nobody; the link itself is nowhere but with you"),
        t("Until you switch it off, or delete everything below."),
    )
    _entry(
        t("**Copies of the record**, made against accidents"),
        t("Whoever runs this server"),
        t("What you delete stays in them for about a week more."),
    )
    _entry(
        t("**The server's log**: when runs begin and end, errors, and what was refused"),
        t("Whoever runs this server"),
        t("As long as they keep it. No names, no drawings and no personal links are in it."),
    )


def _entry(what: str, who: str, long: str) -> None:
    with st.container(gap=None):
        st.markdown(what)
        st.caption(f"{t('Who sees it: {who}.', who=who)} {t('How long: {long}', long=long)}")


def _cookies() -> None:
    st.header(t("Cookies"), anchor=False, help=term("cookie"))
    st.markdown(
        t(
            "Of this site alone: `mnist_lab_visitor` lets your browser be known again, for a year; "
            "`mnist_lab_language` keeps the language that you chose, if you chose one, for a year; `_streamlit_xsrf` "
            "lets no other site upload anything in your name, until you close the browser. Nothing is loaded from "
            "other sites, and there is no account and no e-mail address."
        )
    )
    if get_settings().database_url is not None:
        st.markdown(
            t(
                "Where several computers serve this site, another cookie, `lab_replica`, may lead your browser to the "
                "same one each time."
            )
        )
