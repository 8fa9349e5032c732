"""A page with the modules of demo/static/ and nothing else: no server of ours, no Gradio."""

from __future__ import annotations

from pathlib import Path

from demo.text import catalogue
from gan.recipes.limits import limits

STATIC = Path(__file__).parents[2] / "demo/static"
SITE = "http://studio.test/"
PAGE = b"<!doctype html><meta charset=utf-8><title>test</title><link rel=icon href=data:,>"
TYPES = {".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm"}


class Site:
    """`files` maps a name to other bytes, or to None for a file that is not there."""

    address = SITE

    def __init__(self) -> None:
        self.files: dict[str, bytes | None] = {}

    def serve(self, page) -> None:
        """Answer what this page and its workers ask of the address."""
        page.route(f"{SITE}**", self._answer)

    def change(self, name: str, before: str, after: str) -> None:
        """Serve a file with one piece of it replaced."""
        served = self.files.get(name) or (STATIC / name).read_bytes()
        text = served.decode()
        assert text.count(before) == 1, f"{before!r} is not once in {name}"
        self.files[name] = text.replace(before, after).encode()

    def _answer(self, route) -> None:
        name = route.request.url.removeprefix(SITE).split("?")[0]
        if not name:
            route.fulfill(content_type="text/html", body=PAGE)
            return
        path = STATIC / name
        found = path.read_bytes() if path.is_file() else None
        body = self.files.get(name, found)
        if body is None:
            route.fulfill(status=404)
        else:
            route.fulfill(content_type=TYPES[path.suffix], body=body)


def open_page(context, before=""):
    """Open a page with the English texts in `words` and the limits of recipes in `limits`.

    before: a script to run first.
    """
    page = context.new_page()
    page.set_default_timeout(20_000)
    Site().serve(page)
    if before:
        page.add_init_script(before)
    page.goto(SITE)
    given = {"words": catalogue("en"), "limits": limits()}
    page.evaluate("given => { Object.assign(window, given); }", given)
    return page
