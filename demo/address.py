"""The network address of the visitor whose request is being answered.

On a public server it limits what one network may hold at a time. Only `of` reads a request, and
only `Addresses` sets it for server functions and routes.
"""

import asyncio
import contextlib
import ipaddress
import os
from collections.abc import AsyncIterator
from contextvars import ContextVar

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

IPV6_PREFIX = 64  # bits of the network of one household or machine
FUNCTIONS = "/component_server/"  # end of the path of server functions
AT_ONCE = 16  # server functions that run for one address; Gradio has 40 threads for all

_present: ContextVar[str] = ContextVar("address", default="")


def present() -> str:
    """Return the address of the request being answered; "" means without a limit."""
    return _present.get()


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
    """Middleware: makes the address of each request `present` on a public server.

    Server functions wait while `AT_ONCE` of them run for the same address, so that one network
    cannot hold all threads.
    """

    def __init__(self, app: ASGIApp, public: bool) -> None:
        self.app, self._public = app, public
        self._running: dict[str, tuple[asyncio.Semaphore, list[None]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
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
