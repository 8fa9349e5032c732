"""Calls of Gradio's API that it would answer with an internal error."""

import json
from typing import Any

import gradio as gr

SESSION_LENGTH = 100  # characters of a page's name for itself


def invalid_call(page: gr.Blocks, function: str, body: Any) -> str:
    """Return why a POST to /gradio_api/<function> cannot be served; "" if Gradio can take it."""
    if not isinstance(body, dict):
        return "A call is a JSON object."
    session = body.get("session_hash")
    if session is not None and not (isinstance(session, str) and len(session) <= SESSION_LENGTH):
        return f"A session is a text of at most {SESSION_LENGTH} characters."
    kind, *rest = function.strip("/").split("/")
    if kind == "component_server":
        return _invalid_server_function(page, body)
    if kind == "call" and rest[:1] == ["v2"]:
        return _invalid_parameters(page, rest[-1], body)
    if kind in ("run", "api", "call", "queue"):
        return _invalid_event(page, rest[-1], body, by_name=kind == "call")
    return ""


def unknown_stream(page: gr.Blocks, function: str, session: str | None) -> bool:
    """Return whether a GET asks for the answers to a call or a session that is not known."""
    kind, *rest = function.strip("/").split("/")
    known, events = page._queue.pending_messages_per_session, page._queue.pending_event_ids_session
    if kind == "queue" and rest == ["data"]:
        return session not in known
    if kind == "call" and len(rest) > 1:
        return rest[-1] not in known and not any(rest[-1] in ids for ids in events.values())
    return False


def _invalid_server_function(page: gr.Blocks, body: dict[str, Any]) -> str:
    number, name = body.get("component_id"), body.get("fn_name")
    component = page.blocks.get(number) if type(number) is int else None
    names = [one.__name__ for one in getattr(component, "server_fns", None) or ()]
    if name not in names or "data" not in body or body.get("session_hash") is None:
        return "There is no such server function."
    return ""


def _event(page: gr.Blocks, name: str, number: Any) -> Any:
    if number is None:
        return next((one for one in page.fns.values() if one.api_name == name), None)
    return page.fns.get(number) if type(number) is int else None


def _invalid_event(page: gr.Blocks, name: str, body: dict[str, Any], by_name: bool) -> str:
    event, data = _event(page, name, None if by_name else body.get("fn_index")), body.get("data")
    if event is None:
        return "There is no such event."
    counts = (len(event.inputs), sum(not one.skip_api for one in event.inputs))
    if "gradio.FileData" in json.dumps(data):  # which Gradio would read from its disk
        return "This event takes no files."
    if not isinstance(data, list) or (len(data) not in counts and not event.cancels):
        return f"This event takes a list of {counts[0]} values."
    return ""


def _invalid_parameters(page: gr.Blocks, name: str, body: dict[str, Any]) -> str:
    found = page.get_api_info()["named_endpoints"].get("/" + name)
    if found is None:
        return "There is no such event."
    names = {one["parameter_name"]: one["parameter_has_default"] for one in found["parameters"]}
    if not {name for name, optional in names.items() if not optional} <= set(body) <= set(names):
        return f"This event takes the parameters: {', '.join(names)}."
    return ""
