"""The button beside the menu of models that opens one of the Hugging Face Hub by its name."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.events import QUIET
from demo.panels import Panel
from demo.server.model_menu import selector
from demo.server.studio import Studio


def build(studio: Studio, model: gr.Dropdown) -> None:
    """Build the button and its dialog; a downloaded model is selected in `model`."""

    async def fetch(asked: Any, request: gr.Request) -> dict[str, Any]:
        """{"name": text}: start a download; {} or {"error": "busy"}."""
        typed = asked.get("name") if isinstance(asked, dict) else None
        return {} if studio.hub.begin(await _page(request), typed) else {"error": "busy"}

    async def state(_asked: Any, request: gr.Request) -> dict[str, Any]:
        """See `HubModels.state`; {"error": "stopped"} without a download."""
        return studio.hub.state(await _page(request)) or {"error": "stopped"}

    async def stop(_asked: Any, request: gr.Request) -> dict[str, Any]:
        """Cancel the download."""
        studio.hub.stop(await _page(request))
        return {}

    panel = Panel(
        "hub",
        server_functions=[fetch, state, stop],
        elem_id="hub",
        elem_classes="ls-hub",
    )

    panel.submit(selector(studio), panel, model, **QUIET)


async def _page(request: gr.Request) -> str:
    # in server functions `request.session_hash` is not set
    return str((await request.json()).get("session_hash"))
