"""What a TensorBoard within a page asks: passed on to its process, for those who know its address."""

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from mnist_core.errors import ArtifactMissingError
from mnist_core.gateway.answers import language
from mnist_core.tensorboard.boards import OpenBoard, shared_boards

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
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_ASKED:
            return Response(status_code=413)
    if board is None:
        return _gone(request, ArtifactMissingError("This TensorBoard has ended. Open it again."))
    headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
    try:
        return await to_thread.run_sync(
            _answer, board, request.method, path, request.url.query, body, headers, limiter=_limiter
        )
    except ArtifactMissingError as error:
        return _gone(request, error)


def _answer(board: OpenBoard, method: str, path: str, query: str, body: bytes, headers: dict[str, str]) -> Response:
    with board.ask(method, path, query, body, headers) as answer:
        content = answer.raw.read(decode_content=False)
        kept = {name: answer.headers[name] for name in _PASSED_BACK if name in answer.headers}
        return Response(content, answer.status_code, kept)


def _gone(request: Request, error: ArtifactMissingError) -> Response:
    t = language(request.scope)
    return PlainTextResponse(t(error.template, **error.values) + "\n", 404, {"Cache-Control": "no-store"})
