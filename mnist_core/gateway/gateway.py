"""The layer around the pages."""

import logging

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_core.gateway import page
from mnist_core.gateway.access import told
from mnist_core.gateway.answers import Refusal
from mnist_core.gateway.caller import Caller, caller, name_address
from mnist_core.gateway.cookie import let_into_frames, new_cookie, visitor
from mnist_core.gateway.descriptors import RESERVE, Descriptors
from mnist_core.gateway.extras import Extras
from mnist_core.gateway.protection import protect
from mnist_core.gateway.server import server_config, take_over
from mnist_core.gateway.site import Site, Whose, is_host_allowed
from mnist_core.gateway.sockets import TOO_MANY_OF_YOURS, TOO_MANY_PAGES, TRY_LATER, Sockets, turn_away
from mnist_core.gateway.uploads import ROUTE, Uploads
from mnist_core.settings import Settings
from mnist_core.system.instruments import REFUSALS
from mnist_core.text import Sentence

# Asked by machines, under whatever name they know this one.
_HEALTH = ("lab/health", "lab/ready", "lab/metrics", "_stcore/health")
_METRICS = "_stcore/metrics"
_READING = ("GET", "HEAD", "OPTIONS")
_PAGE_RETRY = 30  # seconds
_NOT_THERE: Sentence = "There is no such page here."
_WRONG_HOST: Sentence = "MNIST Lab does not answer under this name."
_WRONG_ORIGIN: Sentence = "Another site's page may not act here."
_PLAIN_HTTP = (
    "MNIST_LAB_FRAME_ANCESTORS is set, but a page was asked for without HTTPS. In frames of other sites browsers send "
    "cookies over HTTPS only, so nobody is known again there. Put a proxy with a certificate in front that sets "
    "X-Forwarded-Proto."
)
_log = logging.getLogger(__name__)


class Gateway:
    """Looks at every request first.

    Parameters
    ----------
    app : ASGIApp
        What answers the requests that are let pass.
    settings : Settings
    site : Site
        The pages behind it.
    """

    def __init__(self, app: ASGIApp, settings: Settings, site: Site) -> None:
        self._app, self._settings, self._site = app, settings, site
        self._trusted, self._hosts = settings.proxy_networks, settings.host_names
        self._ancestors = settings.frame_sources
        self._warned = False
        self._descriptors = Descriptors()
        self._sockets = Sockets(settings, self._descriptors.free() - 2 * RESERVE)
        self._extras = Extras(self._sockets.visitors, self._sockets.pulse)
        self._uploads = Uploads(settings, site.files, site.upload_mb)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or have it answered."""
        if scope["type"] == "lifespan":
            if (config := server_config(receive)) is not None:
                most = self._settings.message_mb * 2**20
                take_over(config, message_bytes=most, descriptors=self._descriptors)
            await self._app(scope, receive, send)
            return
        who = caller(scope, self._trusted)
        name_address(scope, who.address)
        scope["path"] = self._site.path(scope["path"])
        whose = Whose(visitor(scope), who.address)
        if self._settings.access_log:
            send = told(scope, send, self._site)
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send, who, whose)
        else:
            await self._http(scope, receive, send, who, whose)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send, who: Caller, whose: Whose) -> None:
        if self._forbidden(scope, who) is not None:
            REFUSALS.add("403")
            await receive()
            await send({"type": "websocket.close", "code": 1008})  # before it is open: answered with 403
        elif self._descriptors.free() < RESERVE // 2:
            REFUSALS.add("503")
            await turn_away(scope, receive, send, TRY_LATER, TOO_MANY_PAGES)
        else:
            await self._sockets.serve(self._app, scope, receive, send, whose)

    async def _http(self, scope: Scope, receive: Receive, send: Send, who: Caller, whose: Whose) -> None:
        below = self._site.below(scope["path"])
        is_page = below in self._site.pages and scope["method"] in _READING

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._complete(MutableHeaders(scope=message), who)
            await send(message)

        refusal = self._forbidden(scope, who)
        if refusal is None and below == _METRICS and not self._settings.metrics:
            refusal = self._not_there(who)
        if refusal is None and is_page:
            refusal = self._no_room(whose)
        if refusal is not None:
            REFUSALS.add(str(refusal.status))
            await refusal.response(scope)(scope, receive, protected)
        elif is_page:
            await self._page(scope, receive, send, who, whose)
        elif (extra := self._site.extras.get(below)) is not None:
            await self._extras.serve(extra, scope, receive, protected, whose)
        elif (frame := self._site.frame(below)) is not None:
            await frame(scope, receive, protected)
        elif below.startswith(ROUTE) and scope["method"] not in ("OPTIONS", "DELETE"):
            session, _, file = below.removeprefix(ROUTE).partition("/")
            await self._uploads.serve(self._app, scope, receive, protected, (session, file), whose)
        else:
            await self._other(scope, receive, protected, who)

    def _forbidden(self, scope: Scope, who: Caller) -> Refusal | None:
        """Return why a request may not be what it is."""
        if not is_host_allowed(who.host, self._hosts) and self._site.below(scope["path"]) not in _HEALTH:
            return Refusal(421, _WRONG_HOST)
        origin = Headers(scope=scope).get("origin")
        acts = scope["type"] == "websocket" or scope["method"] not in _READING
        if acts and not self._site.may_act(origin, who):
            _log.warning(
                "A page of %r may not act at %r. If it is ours, let the proxy pass on the Host that it was asked for.",
                origin,
                who.host,
            )
            return Refusal(403, _WRONG_ORIGIN)
        return None

    def _no_room(self, whose: Whose) -> Refusal | None:
        sentence = self._sockets.refusal(whose)
        if sentence is None and self._descriptors.free() >= RESERVE:
            return None
        values = {"n": self._settings.pages_per_visitor} if sentence is TOO_MANY_OF_YOURS else {}
        return Refusal(503, sentence or TOO_MANY_PAGES, retry_after=_PAGE_RETRY, values=values)

    def _not_there(self, who: Caller) -> Refusal:
        return Refusal(404, _NOT_THERE, home=f"{self._site.cookie_path(who).rstrip('/')}/")

    def _complete(self, headers: MutableHeaders, who: Caller, inline: str = "") -> None:
        """Complete the headers of an answer: what a browser may do with it, and from where its cookies are sent."""
        protect(headers, who, self._ancestors, inline)
        if self._ancestors and who.secure:
            let_into_frames(headers)

    async def _page(self, scope: Scope, receive: Receive, send: Send, who: Caller, whose: Whose) -> None:
        head, body = await page.whole_page(self._app, scope, receive)
        headers = MutableHeaders(scope=head)
        inline = ""
        if self._ancestors and not who.secure and not self._warned:
            self._warned = True
            _log.warning(_PLAIN_HTTP)
        if head["status"] == 200 and headers.get("content-type", "").startswith("text/html"):
            if body:
                body, inline = page.completed(body, self._site.head)
            if whose.visitor is None:
                headers.append("Set-Cookie", new_cookie(self._site.cookie_path(who), secure=who.secure))
                headers["Cache-Control"] = "private, no-store"
        self._complete(headers, who, inline)
        await page.send_page(send, head, body, headers)

    async def _other(self, scope: Scope, receive: Receive, send: Send, who: Caller) -> None:
        """Pass a request on for something that is no page: if the answer is the pages' HTML, then it is not there."""
        found = True

        async def check(message: Message) -> None:
            nonlocal found
            if message["type"] == "http.response.start" and message["status"] == 200:
                found = not Headers(raw=message["headers"]).get("content-type", "").startswith("text/html")
            if found:
                await send(message)

        await self._app(scope, receive, check)
        if not found:
            await self._not_there(who).response(scope)(scope, receive, send)
