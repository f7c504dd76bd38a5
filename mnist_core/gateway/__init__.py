"""What every request passes before it reaches the pages: who calls, what is allowed, and how much of it."""

from mnist_core.gateway.caller import ADDRESS_HEADER
from mnist_core.gateway.cookie import VISITOR_COOKIE
from mnist_core.gateway.descriptors import let_loops_sleep, raise_limit
from mnist_core.gateway.gateway import Gateway
from mnist_core.gateway.site import Site
from mnist_core.gateway.tries import Tries

__all__ = ["ADDRESS_HEADER", "VISITOR_COOKIE", "Gateway", "Site", "Tries", "let_loops_sleep", "raise_limit"]
