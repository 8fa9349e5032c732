"""Junk that is sent to Gradio's API is refused, and what pages send is served."""

import gradio as gr
import pytest
from gradio.routes import App
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from demo.panels import Menu
from demo.server.privacy import Privacy
from demo.server.request_guard import RequestGuard
from demo.settings import Settings


@pytest.fixture(scope="module")
def client():
    def double(payload):
        return {"twice": 2 * payload["n"]}

    with gr.Blocks() as page:
        menu, line = Menu(["a", "b"]), gr.HTML()
        panel = gr.HTML(server_functions=[double], elem_id="panel")
        menu.change(lambda one, _: str(one), [menu, panel], line, api_name="choose", queue=False)
    privacy = Privacy(Settings())
    guard = Middleware(RequestGuard, privacy=privacy, hosts=None, on_spaces=False)
    app = App.create_app(page, app_kwargs={"middleware": [guard]})
    with TestClient(app) as made:
        made.panel = panel._id
        yield made


def status(client, name, body):
    return client.post(f"/gradio_api/{name}", json=body).status_code


def server_call(client, **changes):
    known = {"component_id": client.panel, "fn_name": "double", "session_hash": "s"}
    return status(client, "component_server/", known | {"data": {"n": 2}} | changes)


def test_calls_of_the_page_are_served(client):
    assert server_call(client) == 200
    event = {"data": ["a", None], "fn_index": 0, "session_hash": "s"}
    assert status(client, "run/predict", event) == status(client, "run/choose", event) == 200
    assert status(client, "run/choose", {"data": ["a", None]}) == 200
    for value in ("none of the choices", None, 7, ["a"], {}):
        assert status(client, "run/choose", event | {"data": [value, None]}) == 200
    assert status(client, "call/choose", {"data": ["a", None]}) == 200


@pytest.mark.parametrize("session", [5, "s" * 1_000, {}, []])
def test_sessions_are_short_texts(client, session):
    event = {"data": ["a", None], "fn_index": 0, "session_hash": session}
    assert status(client, "queue/join", event) == status(client, "run/choose", event) == 400
    assert server_call(client, session_hash=session) == 400


def test_unknown_functions_are_refused(client):
    for number in (-12, 10**9, "0", None, 1.5, {}, [], True):
        assert server_call(client, component_id=number) == 400
    for name in ("twice", "", None, "__class__", "server_fns", {}, []):
        assert server_call(client, fn_name=name) == 400
    event = {"data": ["a", None], "session_hash": "s"}
    for number in (-1, 10**9, "0", 1.5, {}, []):
        assert status(client, "run/choose", event | {"fn_index": number}) == 400
    for name in ("run/none", "api/none", "call/none", "call/v2/none", "queue/join"):
        assert status(client, name, event) == 400


def test_events_get_as_many_values_as_they_take(client):
    for data in ([], ["a"], ["a"] * 9, None, "ab", {"a": 1}, 5):
        for name in ("run/choose", "call/choose", "queue/join"):
            event = {"data": data, "session_hash": "s"}
            event |= {} if name.startswith("call") else {"fn_index": 0}
            assert status(client, name, event) == 400
    for body in ([], "x", 3):
        for name in ("run/choose", "component_server/", "call/choose", "call/v2/choose"):
            assert status(client, name, body) == 400
    assert status(client, "call/v2/choose", {"unknown": 1}) == 400


def test_events_take_no_files(client):
    file = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}
    for data in (["a", file], ["a", {"deep": [file]}]):
        for name in ("run/choose", "call/choose", "queue/join"):
            assert status(client, name, {"data": data, "session_hash": "s"}) == 400


def test_streams_of_unknown_calls_are_not_found(client):
    for address in ("queue/data?session_hash=none", "queue/data", "call/choose/none"):
        assert client.get(f"/gradio_api/{address}").status_code == 404
