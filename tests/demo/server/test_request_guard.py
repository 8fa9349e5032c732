"""What the guard lets through and what it refuses."""

import asyncio
import json

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from demo.address import LOOPBACK
from demo.server import request_guard
from demo.server.privacy import Privacy
from demo.server.request_guard import JSON_BYTES, WRONG_KEY, RequestGuard
from demo.settings import Settings

CALL = "/gradio_api/component_server/"
KEY = "long-enough-key"
TOKEN = "a" * 32


@pytest.fixture(autouse=True)
def any_call(monkeypatch):
    """What a call may hold has tests of its own."""
    monkeypatch.setattr(request_guard, "invalid_call", lambda *_: "")
    monkeypatch.setattr(request_guard, "unknown_stream", lambda *_: False)


def site(hosts=None, on_spaces=False, base="http://localhost:7860"):
    async def echo(request):
        return JSONResponse(await request.json())

    async def taken(request):
        return Response(str(len(await request.body())))

    names = ("component_server/", "upload", "proxy=http://x", "vibe-edit", "call/export_clip")
    routes = [Route(f"/gradio_api/{name}", echo, methods=["GET", "POST"]) for name in names]
    routes += [Route("/studio/runs", taken, methods=["POST"]), Route("/", taken)]
    routes += [Route("/monitoring", taken), Route("/page", lambda _: HTMLResponse("page"))]
    privacy = Privacy(Settings(owner_key=KEY))
    guard = Middleware(RequestGuard, privacy=privacy, hosts=hosts, on_spaces=on_spaces)
    app = Starlette(routes=routes, middleware=[guard])
    app.get_blocks = lambda: None
    return TestClient(app, base_url=base)


@pytest.mark.parametrize(
    "headers, status",
    [
        ({}, 200),  # a program
        ({"sec-fetch-site": "same-origin", "origin": "http://localhost:7860"}, 200),
        ({"sec-fetch-site": "same-origin", "origin": "https://behind.a.proxy"}, 200),
        ({"origin": "http://localhost:7860"}, 200),
        ({"origin": "https://public.name", "x-forwarded-host": "public.name"}, 200),
        ({"sec-fetch-site": "cross-site", "origin": "http://evil.example"}, 403),
        ({"sec-fetch-site": "same-site", "origin": "http://localhost:3000"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://localhost:3000"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://["}, 403),
    ],
)
def test_pages_of_other_sites_command_nothing(headers, status):
    for address in (CALL, "/studio/runs"):
        assert site().post(address, json={}, headers=headers).status_code == status
    assert site().get("/", headers=headers).status_code == 200  # a link is followed


def test_json_is_sent_as_json():
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        answer = site().post(CALL, content=b"{}", headers={"content-type": kind})
        assert answer.status_code == 415
    kind = "application/json; charset=utf-8"
    assert site().post(CALL, content=b'{"a": 1}', headers={"content-type": kind}).json() == {"a": 1}


def test_a_local_server_answers_to_its_own_names():
    for base, hosts, status in (
        ("http://localhost:7860", LOOPBACK, 200),
        ("http://127.0.0.1:1", LOOPBACK, 200),
        ("http://[::1]:7860", LOOPBACK, 200),
        ("http://LOCALHOST", LOOPBACK, 200),
        ("http://rebound.example:7860", LOOPBACK, 421),
        ("http://localhost.evil.example", LOOPBACK, 421),
        ("http://studio.lan", (*LOOPBACK, "studio.lan"), 200),
        ("http://any.example", None, 200),
    ):
        assert site(hosts, base=base).get("/").status_code == status, base


def test_what_the_page_does_not_use_is_closed():
    client = site()
    for name in ("upload", "proxy=http://x", "vibe-edit"):
        assert client.post(f"/gradio_api/{name}", json={}).status_code == 404
        assert client.get(f"/gradio_api/{name}").status_code == 404
    assert client.get("/monitoring").status_code == 404
    assert client.post("/gradio_api/call/export_clip", json={}).status_code == 200


def test_json_is_bounded():
    client, kind = site(), {"content-type": "application/json"}
    large = json.dumps("x" * JSON_BYTES)
    assert client.post(CALL, content=large, headers=kind).status_code == 413
    pieces = (b" " * 100_000 for _ in range(JSON_BYTES // 50_000))
    assert client.post(CALL, content=pieces, headers=kind).status_code == 413
    picture = json.dumps({"picture": "x" * 1_500_000})
    assert client.post(CALL, content=picture, headers=kind).status_code == 200
    assert client.post("/studio/runs", content=large).text == str(len(large))  # has its own limit


@pytest.mark.parametrize(
    "body",
    [
        b"\x89PNG",
        b"{",
        b"[" * 100_000,
        b"9" * 5_000,
        b"1" + b"0" * 400,
        b"1e400",
        b"[-1e999]",
        b"NaN",
        b'{"a": -Infinity}',
        rb'"\ud800"',
        rb'{"\udc00": 1}',
    ],
)
def test_junk_is_refused(body):
    answer = site().post(CALL, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400 and "not valid JSON" in answer.json()["error"]


def test_ordinary_json_is_read():
    for value in (
        2**53,
        -1.5e-300,
        1e308,
        "NaN 1e999",
        "\U0001f600",
        [[0.1] * 99],
        {"a": {}},
    ):
        assert site().post(CALL, json=value).json() == value
    surrogates = rb'"\ud83d\ude00"'
    answer = site().post(CALL, content=surrogates, headers={"content-type": "application/json"})
    assert answer.json() == "\U0001f600"


def test_a_body_that_trickles_is_ended(monkeypatch):
    monkeypatch.setattr(request_guard, "JSON_S", 0.05)
    sent = []

    async def forever():
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b" ", "more_body": True}

    async def send(message):
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"host", b"localhost")]
    scope = {"type": "http", "method": "POST", "path": CALL, "headers": headers}
    guard = RequestGuard(None, Privacy(Settings()), None, False)
    asyncio.run(guard(scope, forever, send))
    assert sent[0]["status"] == 408


def test_wrong_keys_wait_and_are_logged(monkeypatch, caplog):
    waited = []

    async def wait(seconds):
        waited.append(seconds)

    monkeypatch.setattr(request_guard.asyncio, "sleep", wait)
    client = site()
    for who, count in ((TOKEN, 0), (f"{TOKEN} {KEY}", 0), (f"{TOKEN} wrong-key", 1)):
        for send in (
            lambda who=who: client.post(CALL, json={"data": {"who": who}}),
            lambda who=who: client.get("/", headers={"x-studio-who": who.replace(" ", "%20")}),
        ):
            waited.clear(), caplog.clear()
            answer = send()
            assert answer.status_code == 200 and len(waited) == len(caplog.records) == count
            assert (WRONG_KEY in answer.headers) == bool(count)
            assert "wrong-key" not in caplog.text
    assert not Privacy(Settings()).has_wrong_key(f"{TOKEN} any-key")  # there is none to guess


def test_responses_say_how_browsers_may_use_them():
    for client in (site(), site(on_spaces=True)):
        for answer in (client.get("/"), client.post("/gradio_api/upload", json={})):
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "same-origin"
    for on_spaces, framed in ((False, "'self'"), (True, "'self' https://huggingface.co")):
        rules = site(on_spaces=on_spaces).get("/page").headers["content-security-policy"]
        assert "object-src 'none'" in rules and "default-src 'self'" in rules
        assert rules.partition("frame-ancestors ")[2].startswith(framed)
