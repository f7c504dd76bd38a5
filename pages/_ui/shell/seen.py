"""What machines ask of the server: whether it lives, whether it is ready, and its metrics."""

from functools import lru_cache

from anyio import CapacityLimiter, fail_after, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from mnist_core.datasets import shared_provider
from mnist_core.engine import shared_supervisor
from mnist_core.gateway import ADDRESS_HEADER, Tries
from mnist_core.monitoring import Exposition, Readiness, check_library
from mnist_core.settings import Settings, get_settings
from mnist_core.store import shared_store
from pages._ui.shell.log_format import use_log_format

_PATIENCE = 10.0  # seconds
_NO_STORE = {"Cache-Control": "no-store"}
_tries = Tries()
# Threads of their own: a database that hangs shall not take those that pages and files are served with.
_threads = CapacityLimiter(4)


def begin(settings: Settings) -> None:
    """Write the log as the settings say, and check what metrics need; may be called again, once the server has begun.

    Raises
    ------
    ConfigError
        If metrics are wanted and their library is missing.
    """
    use_log_format(settings)
    check_library(settings)


@lru_cache(maxsize=1)
def exposition() -> Exposition:
    """Return the metrics of this process."""
    return Exposition(shared_store(), shared_supervisor(), get_settings())


@lru_cache(maxsize=1)
def _readiness() -> Readiness:
    return Readiness(shared_store(), shared_supervisor(), shared_provider())


async def health(_request: Request) -> Response:
    """Answer that the server lives, whatever else is wrong."""
    return JSONResponse({"status": "ok"})


async def ready(_request: Request) -> Response:
    """Answer whether visitors may be sent here: 200, or 503 with what is missing."""
    try:
        with fail_after(_PATIENCE):
            state = await to_thread.run_sync(lambda: _readiness().state(), abandon_on_cancel=True, limiter=_threads)
    except TimeoutError:
        why = "The database or the disk did not answer in time."
        return JSONResponse({"ready": False, "checks": {"answer": {"ok": False, "why": why}}}, 503, _NO_STORE)
    return JSONResponse(state.as_json(), 200 if state.is_ready else 503, _NO_STORE)


async def metrics(request: Request) -> Response:
    """Answer with the metrics to who has the password for them; without one there is nothing here."""
    if get_settings().metrics_token is None:
        return PlainTextResponse("There is nothing here.\n", 404, _NO_STORE)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    is_right, wait = False, 0
    if scheme.lower() == "bearer" and token:
        address = request.headers.get(ADDRESS_HEADER, "")
        is_right, wait = _tries.check(address, lambda: get_settings().is_metrics_token(token.strip()))
    if not is_right:
        words = "The metrics need their password: Authorization: Bearer ...\n"
        late = {"Retry-After": str(wait)} if wait else {}
        return PlainTextResponse(words, 429 if wait else 401, {**_NO_STORE, "WWW-Authenticate": "Bearer", **late})
    text = await to_thread.run_sync(lambda: exposition().text(), limiter=_threads)
    return Response(text, headers={**_NO_STORE, "Content-Type": exposition().content_type})


def routes(prefix: str) -> list[Route]:
    """Return the addresses below the site's prefix."""
    return [
        Route(f"{prefix}/lab/health", health),
        Route(f"{prefix}/lab/ready", ready),
        Route(f"{prefix}/lab/metrics", metrics),
    ]
