"""What every request passes before it reaches the pages: who calls, what is allowed, and how much of it. Plain ASGI.

It knows nothing of Streamlit and of runs; `pages/_ui/shell/web.py` tells it what it needs (`Site`).

- The client's address is in the header `X-Mnist-Lab-Address` (of IPv6 the network of 64 bits). What a client writes
  there is thrown away. ``X-Forwarded-*`` counts from ``MNIST_LAB_TRUSTED_PROXIES`` only.
- `server` tells uvicorn the rest as its lifespan begins: how large a message may be once it is inflated, and how much
  may wait. Streamlit has no options for it.
- `sockets` reads a page's messages at once and passes them on at a pace. Who sends more than can wait is cut off with
  a reason, which `closing.js` shows. Visitors have buckets; addresses have them only while the event loop comes late
  (`pulse`), because a class behind one address must never be cut off.
- `extras` is for what pages ask by the second and can do without. It counts as messages of the visitor's page, and is
  the first that a busy server leaves out. It is answered here, without passing through the pages' own layers.
- `Site.frames` are other programs' pages, such as TensorBoard's: their HTML is theirs, and so is their policy.
- What is shared (pages, uploaded bytes, extras under way) follows one rule, `Places`: nobody may hold more than is
  still free.
- Streamlit makes an event loop for each session, with three descriptors each. `SleepingLoop` takes none before it
  runs.
- A page is HTML at an address of `Site.pages`. HTML anywhere else is Streamlit's answer to what is not there: a 404.
- The content security policy has the hashes of the scripts in the page's HTML, and blocks what comes from elsewhere.
"""

from mnist_core.gateway.caller import ADDRESS_HEADER
from mnist_core.gateway.cookie import LANGUAGE_COOKIE, VISITOR_COOKIE
from mnist_core.gateway.descriptors import let_loops_sleep, raise_limit
from mnist_core.gateway.gateway import Gateway
from mnist_core.gateway.site import Site
from mnist_core.gateway.tries import Tries

__all__ = [
    "ADDRESS_HEADER",
    "LANGUAGE_COOKIE",
    "VISITOR_COOKIE",
    "Gateway",
    "Site",
    "Tries",
    "let_loops_sleep",
    "raise_limit",
]
