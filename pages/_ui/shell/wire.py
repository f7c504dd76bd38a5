"""What a page may ask of Streamlit itself, and what Streamlit may tell a page: less than its developers' tools do."""

from pathlib import Path

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

_FRAME = Path(__file__).parents[2] / "_dashboard.py"
_FRAME_S_PATH = str(_FRAME).encode()  # looked for in every message
# What our pages need. The others empty everybody's caches, name the files of the repository, or write into its folder.
_ASKED = frozenset({"rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request"})
_OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})


class Wire:
    """Between a page and Streamlit: drops what no page of ours asks, and keeps the server's folders to itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a websocket's messages; everything else goes by."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return

        async def receive_asked() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive" or is_asked(message.get("bytes") or b""):
                    return message

        async def send_veiled(message: Message) -> None:
            if message.get("bytes"):
                message = {**message, "bytes": veiled(message["bytes"])}
            await send(message)

        await self._app(scope, receive_asked, send_veiled)


def is_asked(data: bytes) -> bool:
    """Whether a page of ours sends such a message; what is no message at all is left to Streamlit, which closes."""
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return True
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in _OPERATIONS
    return kind in _ASKED


def veiled(data: bytes) -> bytes:
    """Return Streamlit's message without the folder of the main script, which begins each run of a page."""
    if _FRAME_S_PATH not in data:
        return data
    message = ForwardMsg()
    message.ParseFromString(data)
    if message.WhichOneof("type") == "new_session":
        message.new_session.main_script_path = _FRAME.name
    without: bytes = message.SerializeToString()
    return without
