"""What a TensorBoard within a page asks: passed on to its process, for those who know its address."""

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from mnist_core.errors import ArtifactMissingError
from mnist_core.gateway.answers import Refusal
from mnist_core.tensorboard.boards import ENDED, OpenBoard, shared_boards
from pages._ui.shell.request_body import body_of

BOARDS_PATH = "lab/tensorboard"
_MOST_ASKED = 1_000_000  # bytes: which curves of which runs
_AT_ONCE = 8  # questions under way: nobody shall keep threads from the pages
_PASSED_ON = ("accept", "accept-encoding", "content-type", "if-none-match", "range")
_PASSED_BACK = (
    "content-type",
    "content-encoding",
    "content-security-policy",
    "cache-control",
    "expires",
    "etag",
    "content-range",
)
_limiter: CapacityLimiter | None = None


def address_of(board: OpenBoard) -> str:
    """Return where a page finds an open TensorBoard, below its base address."""
    return f"{BOARDS_PATH}/{board.token}/"


async def answer_board(request: Request) -> Response:
    """Answer what the page of a TensorBoard asks."""
    global _limiter
    _limiter = _limiter or CapacityLimiter(_AT_ONCE)  # it belongs to the event loop
    token, _, path = request.url.path.partition(f"/{BOARDS_PATH}/")[2].partition("/")
    board = shared_boards().of(token)
    try:
        body = await body_of(request, _MOST_ASKED)
    except ValueError:
        return Response(status_code=413)
    except (TimeoutError, ClientDisconnect):
        return Response(status_code=408)
    if board is None:
        return Refusal(404, ENDED).response(request.scope)
    headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
    try:
        return await to_thread.run_sync(
            _answer, board, request.method, path, request.url.query, body, headers, limiter=_limiter
        )
    except ArtifactMissingError as error:
        return Refusal(404, error.template, values=error.values).response(request.scope)


def _answer(board: OpenBoard, method: str, path: str, query: str, body: bytes, headers: dict[str, str]) -> Response:
    with board.ask(method, path, query, body, headers) as answer:
        content = answer.raw.read(decode_content=False)
        kept = {name: answer.headers[name] for name in _PASSED_BACK if name in answer.headers}
        return Response(content, answer.status_code, kept)
