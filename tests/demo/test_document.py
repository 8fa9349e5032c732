"""The document that link previews read."""

import re

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from demo import document

HTML = """<!doctype html><html><head>
  <meta property="og:title" content="Gradio" />
  <meta
    property="og:image"
    content="https://raw.githubusercontent.com/header.jpg"
  />
  <meta name="twitter:creator" content="@Gradio" />
  <title>Page</title></head><body>text</body></html>"""


def client(**options):
    def page(request):
        return HTMLResponse(HTML)

    routes = [Route("/", page), Route("/other", page), *document.routes()]
    app = Starlette(routes=routes, middleware=[Middleware(document.LinkPreview)])
    return TestClient(app, **options)


def test_previews_show_this_page_at_the_address_that_was_asked_for():
    asked = {"x-forwarded-host": "me-studio.hf.space", "x-forwarded-proto": "https"}
    for headers, root in ((asked, "https://me-studio.hf.space"), ({}, "http://testserver")):
        found = client().get("/", headers=headers).text
        assert "Gradio" not in found and "githubusercontent" not in found
        assert "<title>Page</title></head><body>text</body>" in found
        tags = dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', found))
        assert tags["og:title"] == "Latent Studio" and tags["og:description"]
        assert tags["og:url"] == f"{root}/" and tags["twitter:card"] == "summary_large_image"
        assert tags["og:image"] == root + document.ADDRESS
    answer = client().get(document.ADDRESS)
    assert answer.headers["content-type"] == "image/png" and len(answer.content) < 300_000


def test_only_the_page_is_changed_and_a_hostile_host_is_escaped():
    assert client().get("/other").text == HTML
    found = client().get("/", headers={"x-forwarded-host": 'x"><script>'}).text
    assert "<script>" not in found
