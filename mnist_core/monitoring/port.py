"""Metrics on a port of their own, for a network that no visitor is in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mnist_core.monitoring.exposition import Exposition
from mnist_core.settings import Settings
from mnist_core.system.saying import complain


@contextmanager
def metrics_port(settings: Settings, exposition: Callable[[], Exposition]) -> Iterator[None]:
    """Serve metrics on the port of the settings, if there is one; where it can't be had, the log says so.

    Parameters
    ----------
    settings : Settings
    exposition : callable
        Returns what is to be served; not called without a port.
    """
    if settings.metrics_port is None:
        yield
        return
    from prometheus_client import start_http_server

    try:
        server, thread = start_http_server(
            settings.metrics_port, settings.metrics_address, registry=exposition().registry
        )
    except OSError as error:
        # Another replica on this computer may have it. Visitors shall not suffer for it.
        complain(f"Metrics can't be served at {settings.metrics_address}:{settings.metrics_port}: {error}")
        yield
        return
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
