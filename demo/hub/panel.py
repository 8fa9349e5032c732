"""The button beside the menu of models that opens one of the Hugging Face Hub by its name."""

from typing import Any

import gradio as gr

from demo.panels import QUIET, Panel, session
from demo.server.model_menu import selector
from demo.server.studio import Studio


def build(studio: Studio, model: gr.Dropdown) -> None:
    """Build the button and its dialog; a downloaded model is selected in `model`."""

    async def fetch(payload: Any, request: gr.Request) -> dict[str, Any]:
        """{"name": text}: start a download; {} or {"error": "busy"}."""
        typed = payload.get("name") if isinstance(payload, dict) else None
        return {} if studio.hub.begin(await session(request), typed) else {"error": "busy"}

    async def state(_payload: Any, request: gr.Request) -> dict[str, Any]:
        """See `HubModels.state`; {"error": "stopped"} without a download."""
        return studio.hub.state(await session(request)) or {"error": "stopped"}

    async def stop(_payload: Any, request: gr.Request) -> dict[str, Any]:
        """Cancel the download."""
        studio.hub.stop(await session(request))
        return {}

    panel = Panel(
        "hub", server_functions=[fetch, state, stop], elem_id="hub", elem_classes="ls-hub"
    )
    panel.submit(selector(studio), panel, model, **QUIET)
