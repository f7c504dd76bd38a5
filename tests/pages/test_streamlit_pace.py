"""What Streamlit is kept from doing again and again comes out as it does by itself."""

import pytest
from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from pages._ui.shell import streamlit_pace

SECTIONS = ["theme", "theme.light", "theme.dark", "theme.sidebar", "theme.light.sidebar", "theme.dark.sidebar"]


@pytest.mark.parametrize("section", SECTIONS)
def test_the_theme_that_was_read_once_is_the_one_that_streamlit_reads(section: str) -> None:
    own, first, second = CustomThemeConfig(), CustomThemeConfig(), CustomThemeConfig()
    streamlit_pace._read_theme(own, section)
    assert (own != CustomThemeConfig()) == any(config.get_options_for_section(section).values())
    for message in (first, second):
        streamlit_pace._theme_as_read(message, section)
        assert message == own


def test_where_a_part_runs_again_nothing_of_its_last_run_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    for owner, name in ((ForwardMsgQueue, "clear"), (app_session, "_populate_theme_msg")):
        monkeypatch.setattr(owner, name, getattr(owner, name))  # as it was, afterwards
    streamlit_pace.keep()
    queue = ForwardMsgQueue()

    def put(body: str, *path: int) -> None:
        msg = ForwardMsg()
        msg.metadata.delta_path.extend(path)
        msg.delta.fragment_id = "a part"
        if body == "box":
            msg.delta.add_block.allow_empty = True
        else:
            msg.delta.new_element.markdown.body = body
        queue.enqueue(msg)

    for body in ("first", "second"):
        queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["a part"])
        put("box", 0, 1)
        put(body, 0, 1, 0)
    told = [msg.delta.new_element.markdown.body for msg in queue.flush()]
    assert told == ["", "first", "", "second"], "all of it, and in its order"
    put("first", 0, 1, 0)
    queue.clear(retain_lifecycle_msgs=True)
    assert queue.is_empty(), "where the whole page runs again, Streamlit forgets as ever"
