"""What a browser sends to an address of ours that is no page: read to a limit, and for a few seconds only."""

import asyncio

from starlette.requests import Request

_SECONDS = 5.0


async def body_of(request: Request, most: int) -> bytes:
    """Return the body of a request.

    Parameters
    ----------
    request : Request
    most : int
        Bytes that it may have.

    Raises
    ------
    ValueError
        If it has more.
    TimeoutError, ClientDisconnect
        If it does not come to its end.
    """
    body = bytearray()
    async with asyncio.timeout(_SECONDS):
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise ValueError
    return bytes(body)
