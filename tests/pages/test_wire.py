"""What a page may ask of Streamlit, and what it is told."""

import asyncio
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from pages._ui.shell.wire import Wire, is_asked

FRAME = Path(__file__).parents[2] / "pages" / "_dashboard.py"


def asked(**fields) -> bytes:
    message = BackMsg()
    for name, value in fields.items():
        if isinstance(value, str):  # the name of an operation or a request
            getattr(getattr(message, name), value).SetInParent()
        else:
            setattr(message, name, value)
    return message.SerializeToString()


def rerun() -> bytes:
    message = BackMsg()
    message.rerun_script.query_string = ""
    return message.SerializeToString()


OURS = {
    "rerun": rerun(),
    "stop": asked(stop_script=True),
    "heartbeat": asked(app_heartbeat=True),
    "a download that is made now": asked(backend_operation_request="deferred_file"),
    "more rows of a table": asked(backend_operation_request="dataframe_chunk"),
    "no message": b"\xff\xff",  # Streamlit closes the page
}
NOT_OURS = {
    "empty everybody's caches": asked(clear_cache=True),
    "files of the repository": asked(load_git_info=True),
    "run at every save": asked(set_run_on_save=True),
    "shut down": asked(debug_shutdown_runtime=True),
    "write into the program's folder": asked(backend_operation_request="install_skills"),
    "write into the home folder": asked(backend_operation_request="dismiss_skills_nudge"),
    "an operation without a name": BackMsg(backend_operation_request={}).SerializeToString(),
    "nothing": b"",
}


@pytest.mark.parametrize("data", OURS.values(), ids=OURS)
def test_what_our_pages_need_is_passed_on(data):
    assert is_asked(data)


@pytest.mark.parametrize("data", NOT_OURS.values(), ids=NOT_OURS)
def test_what_no_page_of_ours_asks_is_dropped(data):
    assert not is_asked(data)


def test_between_a_page_and_streamlit():
    incoming = [{"type": "websocket.receive", "bytes": data} for data in (*NOT_OURS.values(), OURS["rerun"])]
    new = ForwardMsg()
    new.new_session.main_script_path = str(FRAME)
    new.new_session.name = "kept"
    other = ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY)
    received, sent = [], []

    async def app(_scope, receive, send):
        received.append(await receive())
        for message in (new, other):
            await send({"type": "websocket.send", "bytes": message.SerializeToString()})

    async def receive():
        return incoming.pop(0)

    async def send(message):
        sent.append(ForwardMsg.FromString(message["bytes"]))

    asyncio.run(Wire(app)({"type": "websocket"}, receive, send))
    assert [message["bytes"] for message in received] == [OURS["rerun"]]
    assert (sent[0].new_session.main_script_path, sent[0].new_session.name) == ("_dashboard.py", "kept")
    assert sent[1] == other
