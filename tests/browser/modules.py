"""Opens a page that has the modules of demo/static/ and nothing else: no server, no Gradio."""

from pathlib import Path

from demo.text import catalogue

STATIC = Path(__file__).parents[2] / "demo/static"
SITE = "http://studio.test/"
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}


def _answer(route):
    name = route.request.url.removeprefix(SITE) or "index.html"
    if name == "index.html":
        route.fulfill(content_type="text/html", body="<!doctype html><meta charset=utf-8><body>")
    elif name.startswith("favicon"):
        route.fulfill(status=204)
    else:
        path = STATIC / name
        route.fulfill(content_type=TYPES[path.suffix], body=path.read_bytes())


def open_page(context, before=""):
    """A page of this context; `before` is a script that runs ahead of its own."""
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.route(f"{SITE}**", _answer)
    if before:
        page.add_init_script(before)
    page.goto(SITE)
    page.evaluate("words => { window.words = words; }", catalogue("en"))
    return page
