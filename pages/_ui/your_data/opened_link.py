"""A personal link that was opened in this browser: looked at, and taken only when somebody says so."""

import streamlit as st

from mnist_core.gateway import ADDRESS_HEADER, Tries
from mnist_core.store import shared_store
from mnist_core.store.leaving import Belongings
from pages._ui.shell import identity
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t

_OFFERED, _LOOKED_AT, _WELCOME = "link_offered", "link_looked_at", "link_welcome"
# Nobody guesses 256 random bits. That a whole class opens links that are out of date keeps nobody of them out.
_tries = Tries(of_address=(1.0, 60.0), of_all=(20.0, 2000.0))
# The secret is behind the "#" of the address: browsers send that to no server, nor to the next page. It is gone from
# the address at once, so that neither a bookmark nor somebody who looks on gets it.
_JS = """
export default function ({ setTriggerValue }) {
  const look = () => {
    const secret = new URLSearchParams(location.hash.slice(1)).get('link');
    if (secret === null) return;
    history.replaceState(history.state, '', location.pathname + location.search);
    setTriggerValue('secret', secret);
  };
  look();
  window.addEventListener('hashchange', look);
  return () => window.removeEventListener('hashchange', look);
}
"""


def opened_link() -> None:
    """Show a personal link that was opened here, with the question whether this browser shall show what it leads to."""
    component = st.components.v2.component("opened_link", html="<span></span>", js=_JS, isolate_styles=False)
    with st.container(key="opened_link"):
        taken = component(key="opened_link_component", on_secret_change=_noticed, height=1)
    if isinstance(taken.secret, str):
        st.session_state[_OFFERED] = taken.secret
    if st.session_state.pop(_WELCOME, False):
        st.success(t("This browser shows your runs and drawings now."), icon=":material/check_circle:")
    if (secret := st.session_state.get(_OFFERED)) is not None:
        _offer(secret)


def _noticed() -> None:
    """Do nothing: the page runs again, and has the secret."""


def _offer(secret: str) -> None:
    owner, wait = _look(secret)
    if owner is not None and owner != identity.owner():
        _question(secret, shared_store().leaving.kept(owner))
        return
    if owner is not None:
        st.info(t("This is your own link: this browser shows your runs and drawings already."), icon=":material/link:")
    elif wait:
        words = t("There were too many links that open nothing. Wait {seconds} s, then open yours again.", seconds=wait)
        st.error(words, icon=":material/error:")
    else:
        st.error(
            t(
                "This personal link opens nothing, or not any more. Make a new one in the browser that has your runs, "
                "on the page “Your data”."
            ),
            icon=":material/link_off:",
        )
    st.button(t("Close"), key="opened_link_close", type="tertiary", on_click=_refuse)


def _look(secret: str) -> tuple[str | None, int]:
    """Return whose link it is; and where it is nobody's, the seconds until the next one is looked at.

    The same one counts once, however often its page runs.
    """
    last, wait = st.session_state.get(_LOOKED_AT, (None, 0))
    if last != secret:
        address = str(st.context.headers.get(ADDRESS_HEADER, ""))
        _, wait = _tries.check(address, lambda: shared_store().links.owner_of(secret) is not None)
        st.session_state[_LOOKED_AT] = (secret, wait)
    return None if wait else shared_store().links.owner_of(secret), wait


def _question(secret: str, kept: Belongings) -> None:
    with st.container(border=True, key="opened_link_question"):
        st.subheader(t("Is this your link?"), anchor=False)
        st.markdown(
            t("A personal link was opened here. It leads to what another browser has: {what}.", what=amounts(kept))
            + " "
            + t(
                "If you made it there yourself, this browser can show them as yours. If somebody sent it to you, say "
                "no: what you train and draw from now on would be theirs too."
            )
        )
        own = shared_store().leaving.kept(identity.owner())
        if not own.is_nothing:
            st.caption(
                t(
                    "What this browser has of its own, {what}, is kept and comes back when you leave on this page.",
                    what=amounts(own),
                )
            )
        with st.container(horizontal=True):
            yes = t("Yes, it is mine: show my runs here")
            st.button(yes, key="opened_link_yes", type="primary", on_click=_take, args=(secret,))
            st.button(t("No, leave all as it is"), key="opened_link_no", on_click=_refuse)


def amounts(kept: Belongings) -> str:
    """Return how many runs, studies, drawings and steps of lessons there are, in words."""
    runs = t.plural("{n:,} run", "{n:,} runs", kept.runs)
    studies = t.plural("{n:,} study", "{n:,} studies", kept.studies)
    drawings = t.plural("{n:,} drawing", "{n:,} drawings", kept.drawings)
    steps = t.plural("{n:,} step of a lesson", "{n:,} steps of lessons", kept.steps)
    counts = ((runs, kept.runs), (studies, kept.studies), (drawings, kept.drawings), (steps, kept.steps))
    return t.all_of([words for words, n in counts if n]) or t("nothing")


def _take(secret: str) -> None:
    _refuse()
    with errors_in_words():
        shared_store().links.join(identity.browser(), secret)
        identity.begin_anew()
        st.session_state[_WELCOME] = True


def _refuse() -> None:
    for key in (_OFFERED, _LOOKED_AT):
        st.session_state.pop(key, None)
