"""The layer around the pages."""

from starlette.types import ASGIApp, Receive, Scope, Send

from mnist_core.gateway.caller import caller, name_address
from mnist_core.gateway.server import believe_no_proxy, server_config
from mnist_core.settings import Settings


class Gateway:
    """Looks at every request first.

    Parameters
    ----------
    app : ASGIApp
        What answers the requests that are let pass.
    settings : Settings
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._trusted = settings.proxy_networks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with the address of its client in a header of ours."""
        if scope["type"] == "lifespan":
            if (config := server_config(receive)) is not None:
                believe_no_proxy(config)
        else:
            name_address(scope, caller(scope, self._trusted).address)
        await self._app(scope, receive, send)
