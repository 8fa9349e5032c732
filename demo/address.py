"""Where the request that is being answered came from.

On a public server the network address limits what one network may hold at a time. `Addresses` notes
it for server functions and routes.
"""

import asyncio
import contextlib
import ipaddress
import os
import re
from collections.abc import AsyncIterator
from contextvars import ContextVar

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

IPV6_PREFIX = 64  # bits of the network of one household or machine
FUNCTIONS = "/component_server/"  # end of the path of server functions
AT_ONCE = 16  # server functions that run for one address; Gradio has 40 threads for all

LOOPBACK = ("localhost", "127.0.0.1", "::1")

_present: ContextVar[str] = ContextVar("address", default="")
_request: ContextVar[HTTPConnection | None] = ContextVar("request", default=None)


def present() -> str:
    """Return the address of the request being answered; "" means without a limit."""
    return _present.get()


def is_local() -> bool:
    """Return whether the request being answered came from a browser on the server's machine."""
    request = _request.get()
    return request is not None and _came_from_here(request)


def of(request: HTTPConnection) -> str:
    """Return the address that a request came from, of IPv6 the network; "" if it is unknown.

    Behind the proxies of Hugging Face Spaces (SPACE_ID is set) it is the last public address of
    X-Forwarded-For: each proxy appends whom it was called by, so what stands before may be made up
    by the client. Elsewhere the header is not trusted; uvicorn has applied it already if the proxy
    is on this machine or named in FORWARDED_ALLOW_IPS.
    """
    hops = request.headers.get("x-forwarded-for", "").split(",") if os.getenv("SPACE_ID") else []
    for hop in reversed(hops):
        if (found := _parsed(hop.strip())) and found.is_global:
            return _network(found)
    found = _parsed(request.client.host if request.client else "")
    return _network(found) if found else ""


class Addresses:
    """Middleware: notes each request, and its address on a public server.

    Server functions wait while `AT_ONCE` of them run for the same address, so that one network
    cannot hold all threads.
    """

    def __init__(self, app: ASGIApp, public: bool) -> None:
        self.app, self._public = app, public
        self._running: dict[str, tuple[asyncio.Semaphore, list[None]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            _request.set(HTTPConnection(scope))
        if not self._public or scope["type"] != "http":
            return await self.app(scope, receive, send)
        address = of(HTTPConnection(scope))
        _present.set(address)
        limited = scope["path"].endswith(FUNCTIONS)
        async with self._turn(address) if limited else contextlib.nullcontext():
            await self.app(scope, receive, send)

    @contextlib.asynccontextmanager
    async def _turn(self, address: str) -> AsyncIterator[None]:
        turns, users = self._running.setdefault(address, (asyncio.Semaphore(AT_ONCE), []))
        users.append(None)
        try:
            async with turns:
                yield
        finally:
            users.pop()
            if not users:
                del self._running[address]


def _came_from_here(request: HTTPConnection) -> bool:
    """Return whether both ends are this machine.

    A proxy on it may hide where a request comes from, but a browser also names its page's origin.
    """
    found = _parsed(request.client.host if request.client else "")
    if found is None or not found.is_loopback or "x-forwarded-for" in request.headers:
        return False
    host, origin = (request.headers.get(name, "") for name in ("host", "origin"))
    page = origin.partition("://")[2] or "localhost"
    return {without_port(host), without_port(page)} <= {*LOOPBACK}


def without_port(host: str) -> str:
    """Return the name in a Host header."""
    return re.sub(r":\d+$", "", host.lower()).strip("[]")


def _parsed(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _network(found: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, IPV6_PREFIX), strict=False))
