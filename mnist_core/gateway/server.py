"""What only the server itself can be told; uvicorn is asked as its lifespan begins, before it listens."""

from typing import Any

from starlette.types import Receive
from uvicorn.config import Config
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware


def server_config(receive: Receive) -> Config | None:
    """Return uvicorn's configuration from the `receive` of its lifespan; None on another server."""
    config: Any = getattr(getattr(receive, "__self__", None), "config", None)
    return config if isinstance(config, Config) else None


def believe_no_proxy(config: Config) -> None:
    """Leave it to the gateway who calls: uvicorn believes every proxy on this computer, and so every program on it."""
    if isinstance(config.loaded_app, ProxyHeadersMiddleware):
        config.loaded_app = config.loaded_app.app
