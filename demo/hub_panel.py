"""Beside the choice of a model: opening one of the Hugging Face Hub by its name."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.models import chosen
from demo.panels import Panel
from demo.studio import Studio

QUIET = {"show_progress": "hidden", "queue": False, "api_visibility": "undocumented"}


def build(studio: Studio, model: gr.Dropdown) -> None:
    """The button and what it opens; a model that has arrived is chosen in `model`."""

    async def fetch(asked: Any, request: gr.Request) -> dict[str, Any]:
        """{"name": what was typed}: {} or {"error": "busy"}."""
        typed = asked.get("name") if isinstance(asked, dict) else None
        return {} if studio.hub.begin(await _page(request), typed) else {"error": "busy"}

    async def state(_asked: Any, request: gr.Request) -> dict[str, Any]:
        """See `Hub.state`; {"error": "stopped"} when nothing is on its way."""
        return studio.hub.state(await _page(request)) or {"error": "stopped"}

    async def stop(_asked: Any, request: gr.Request) -> dict[str, Any]:
        """Nothing is on its way any more."""
        studio.hub.stop(await _page(request))
        return {}

    panel = Panel(
        "hub",
        server_functions=[fetch, state, stop],
        elem_id="hub",
        elem_classes="ls-hub",
    )

    def select(value: Any, request: gr.Request) -> Any:
        wanted = value.get("wanted") if isinstance(value, dict) else None
        return chosen(studio, wanted, request.session_hash)

    panel.submit(select, panel, model, **QUIET)


async def _page(request: gr.Request) -> str:
    # what panels ask arrives as it is, without Gradio's own `session_hash` attribute
    return str((await request.json()).get("session_hash"))
