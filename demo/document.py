"""What link previews read of the page: its title, description and picture.

Gradio's document describes Gradio. Crawlers run no scripts and need the picture's full address, so
the tags are replaced in the document itself, for the address that was asked for.
"""

import re
from html import escape
from pathlib import Path
from typing import Any

from gradio.route_utils import get_root_url
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo import text

PICTURE = Path(__file__).parents[1] / "assets/readme/preview.png"
PICTURE_PX = (1200, 630)  # what previews show without cutting
ADDRESS = "/studio/preview.png"
TAGS = re.compile(rb'\s*<meta\s+(?:property="og:|name="twitter:)[^>]*>')
HEAD = b"<head>"


class LinkPreview:
    """Middleware that describes the page where Gradio's document describes Gradio."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].removeprefix(scope.get("root_path", "")) != "/":
            return await self._app(scope, receive, send)
        start: Message = {}
        body = b""

        async def changed(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = MutableHeaders(raw=start["headers"])
            if HEAD in body and headers.get("content-type", "").startswith("text/html"):
                root = get_root_url(Request(scope), "/", scope.get("root_path"))
                body = TAGS.sub(b"", body).replace(HEAD, HEAD + tags(root).encode(), 1)
                headers["content-length"] = str(len(body))
            await send(start)
            await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, changed)


def tags(root: str) -> str:
    """Return the tags of Open Graph and of Twitter cards for a page at this address."""
    width, height = PICTURE_PX
    title, line = text.say("app.title"), text.say("app.line")
    graph: dict[str, Any] = {
        "type": "website",
        "url": f"{root}/",
        "title": title,
        "description": line,
        "image": root + ADDRESS,
        "image:width": width,
        "image:height": height,
        "image:alt": text.say("app.preview"),
    }
    found = [f'<meta property="og:{name}" content="{escape(str(graph[name]))}">' for name in graph]
    found += [
        '<meta name="twitter:card" content="summary_large_image">',
        f'<meta name="description" content="{escape(line)}">',
    ]
    return "\n\t\t" + "\n\t\t".join(found)


def routes() -> list[Route]:
    """Return the route of the picture."""
    return [Route(ADDRESS, lambda request: FileResponse(PICTURE))]
