"""What every request passes before it reaches the pages: who calls, what is allowed, and how much of it."""

from mnist_core.gateway.caller import ADDRESS_HEADER
from mnist_core.gateway.gateway import Gateway

__all__ = ["ADDRESS_HEADER", "Gateway"]
