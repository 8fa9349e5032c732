"""The Interpolate tab: arrange keyframes, play the loop, export it as a file."""

from __future__ import annotations

import base64
from typing import Any

import gradio as gr

from demo.events import QUIET
from demo.export.events import EXPORT, cancel_event, export_event
from demo.generate.draw import draw_function
from demo.generate.find import find_function
from demo.generate.time_machine import snapshots_function
from demo.generate.weights import weights_function
from demo.interpolate import clips
from demo.interpolate.estimates import Estimates
from demo.panels import Panel
from demo.server.model_menu import about, selector
from demo.server.studio import Studio
from gan.media.colormaps import COLOURS
from gan.recipes.limits import limits

CHOOSE = "(model, clip) => ({...clip, model})"


def build(studio: Studio, model: gr.Dropdown, t: gr.I18n) -> None:
    """Build the tab: the loop with its keyframes, and the form beside it."""
    settings = studio.settings
    estimates = Estimates(studio, clips.estimated)

    async def estimate(payload: Any, request: gr.Request) -> dict[str, Any]:
        # a server function gets a plain request, without Gradio's `session_hash` attribute
        body = await request.json()
        return await estimates.answer(str(body.get("session_hash")), payload)

    def describe(payload: Any) -> dict[str, Any]:
        chosen = payload.get("model") if isinstance(payload, dict) else None
        try:
            if not isinstance(chosen, str):
                raise ValueError("A request names a model.")
            return {"model": chosen, **about(studio.generator(chosen))}
        except ValueError as error:
            return {"error": str(error)}

    with gr.Row(elem_classes="ls-panel lc-panel"):
        with gr.Column(elem_classes="ls-stage"):
            panel = Panel(
                "interpolate",
                value={"model": model.value},
                server_functions=[
                    draw_function(studio),
                    weights_function(studio),
                    find_function(studio),
                    snapshots_function(studio),
                    describe,
                    estimate,
                ],
                elem_id="interpolate",
                max_frames=settings.max_frames,
                max_side=settings.max_side_px,
                max_pixels=settings.max_megapixels * 1_000_000,
                colours={
                    name: base64.b64encode(table.tobytes()).decode()
                    for name, table in COLOURS.items()
                },
                limits=limits(),
            )
        with gr.Column(elem_classes="ls-side"):
            gr.HTML('<div class="lc-form"></div>', apply_default_css=False)
            with gr.Row(elem_classes="ls-export lc-actions"):
                go = gr.Button(t("export.start"), variant="primary", min_width=120)
                halt = gr.Button(t("export.cancel"), elem_classes="ls-cancel", min_width=80)
            line = gr.HTML(elem_classes="ls-export-line lc-line", padding=False)
            result = gr.File(
                file_count="multiple",
                interactive=False,
                show_label=False,
                elem_classes="ls-export-files lc-file",
            )

    panel.submit(selector(studio), panel, model, **QUIET)
    model.change(None, [model, panel], panel, js=CHOOSE, **QUIET)
    write = export_event(studio.exports, "clip", lambda payload: clips.clip_spec(studio, payload))
    write.__doc__ = "Write the clip of a recipe (JSON) to a file, and its recipe beside it."
    go.click(write, panel, [result, line], api_name="export_clip", **EXPORT)
    halt.click(cancel_event(studio.exports, "clip"), None, None, **QUIET)
