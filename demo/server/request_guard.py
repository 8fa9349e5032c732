"""What may reach the server: checks of every request before any of it is used.

Browsers send requests for any page that they show. So the server answers to its own names only
(otherwise a foreign name could be pointed at this machine: DNS rebinding), refuses what pages of
other sites send, and takes JSON only as JSON. Bodies are bounded in size, time and numbers.
"""

import asyncio
import logging
import re
from typing import Any

from gradio import Blocks
from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.address import without_port
from demo.endpoint import asking
from demo.server.api_calls import invalid_call, unknown_stream
from demo.server.privacy import Privacy
from gan.system import strict_json

JSON_BYTES = 4_000_000  # a picture to find is 1.4 MB
JSON_S = 20.0  # to receive it
WRONG_KEY_S = 1.0
WRONG_KEY = "x-studio-key"  # tells the page to forget its owner key
# what the page and API clients use of Gradio; its uploads, proxy and editors stay closed
GRADIO = re.compile(
    r"(app_id|info|openapi\.json|startup-events|theme\.css|cancel|reset|component_server)/?"
    r"|(heartbeat|queue|run|api|call)/.+|file=.+"
)
CLOSED = re.compile(r"/(monitoring|login|logout)(/|$)")

HEADERS = {"referrer-policy": "same-origin", "x-content-type-options": "nosniff"}

log = logging.getLogger(__name__)


class RequestGuard:
    """The middleware. `hosts`: the names of this server, without ports; None: any name."""

    def __init__(
        self, app: ASGIApp, privacy: Privacy, hosts: tuple[str, ...] | None, on_spaces: bool
    ) -> None:
        self.app, self._privacy, self._hosts = app, privacy, hosts
        self._policy = _policy(on_spaces)
        self._wrong_keys = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send) if scope["type"] == "lifespan" else None
        headers, more = Headers(scope=scope), dict(HEADERS)

        async def respond(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = MutableHeaders(scope=message)
                for name, value in more.items():
                    sent.setdefault(name, value)
                if sent.get("content-type", "").startswith("text/html"):
                    sent.setdefault("content-security-policy", self._policy)
            await send(message)

        call, refusal = None, self._refusal(scope, headers)
        if refusal is None and scope["method"] == "POST" and _function(scope):
            try:
                body = await asyncio.wait_for(_receive(receive), JSON_S)
                receive, call = _replay(body, receive), strict_json.parse(body, JSON_BYTES)
                if why := invalid_call(_page(scope), _function(scope), call):
                    refusal = _error(400, why)
            except TimeoutError:
                refusal = _error(408, "The request took too long to arrive.")
            except _TooLarge:
                sentence = f"The request is larger than {JSON_BYTES / 1e6:.0f} MB."
                refusal = _error(413, sentence)
            except ValueError as error:
                refusal = _error(400, f"The request is not valid JSON: {error}")
        if self._privacy.has_wrong_key(_who(call) or asking(headers)):
            more[WRONG_KEY] = "wrong"
            await self._slow_down(scope)
        await (refusal or self.app)(scope, receive, respond)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        name, path = headers.get("host", ""), scope["path"]
        if self._hosts is not None and without_port(name) not in self._hosts:
            return PlainTextResponse(
                f"This server does not answer to the name {name[:100]!r}. The name can be allowed "
                "with the setting LATENT_STUDIO_HOSTS.\n",
                421,
            )
        function = _function(scope)
        if (function is not None and not GRADIO.fullmatch(function)) or CLOSED.search(path):
            return _error(404, "Not found.")
        if scope["method"] in ("GET", "HEAD", "OPTIONS"):
            session = QueryParams(scope.get("query_string", b"")).get("session_hash")
            if function and unknown_stream(_page(scope), function, session):
                return _error(404, "There is no such call.")
            return None
        if self._is_foreign(headers):
            return _error(403, "This server takes no requests from pages of other sites.")
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if function and kind != "application/json":
            return _error(415, "Send JSON, with the content type application/json.")
        return None

    def _is_foreign(self, headers: Headers) -> bool:
        """Return whether a page of another site sends this; programs send neither header."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            return site not in ("same-origin", "none")
        if origin is None:
            return False
        own = {headers.get("host"), headers.get("x-forwarded-host")}
        return (origin.partition("://")[2] or None) not in own - {None}

    async def _slow_down(self, scope: Scope) -> None:
        """Let wrong keys wait one after the other, so that keys cannot be tried out."""
        async with self._wrong_keys:
            log.warning("A wrong owner key came from %s.", (scope.get("client") or ["?"])[0])
            await asyncio.sleep(WRONG_KEY_S)


class _TooLarge(Exception):
    """A body has more than `JSON_BYTES`."""


async def _receive(receive: Receive) -> bytes:
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        part, more = message.get("body", b""), message.get("more_body", False)
        parts.append(part)
        size += len(part)
        if size > JSON_BYTES:
            raise _TooLarge
    return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that starts with a body that was received before."""
    message: Message | None = {"type": "http.request", "body": body, "more_body": False}

    async def again() -> Message:
        nonlocal message
        first, message = message, None
        return first or await receive()

    return again


def _function(scope: Scope) -> str | None:
    """Return what follows /gradio_api/ in the address; None for other addresses."""
    _, api, function = scope["path"].partition("/gradio_api/")
    return function if api else None


def _page(scope: Scope) -> Blocks:
    return scope["app"].get_blocks()


def _who(value: Any) -> str:
    payload = value.get("data") if isinstance(value, dict) else None
    who = payload.get("who") if isinstance(payload, dict) else None
    return who if isinstance(who, str) else ""


def _error(status: int, sentence: str) -> Response:
    return JSONResponse({"error": sentence, "detail": sentence}, status)


def _policy(on_spaces: bool) -> str:
    """Return what the page may load. Spaces shows it in a frame of huggingface.co."""
    hub = "https://huggingface.co https://*.huggingface.co https://*.hf.space" if on_spaces else ""
    rules = (
        "default-src 'self'",
        # Gradio's page has inline scripts, and makes functions of the text of ours
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        f"img-src 'self' data: blob: {hub}",
        "media-src 'self' data: blob:",
        "font-src 'self' data:",
        f"connect-src 'self' data: blob: {hub}",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        f"frame-ancestors 'self' {hub}",
    )
    return "; ".join(rule.strip() for rule in rules)
