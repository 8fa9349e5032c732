"""Interpolate: line up keyframes, watch the loop play, take it home as a file."""

from __future__ import annotations

import base64
from typing import Any

import gradio as gr

from demo.events import QUIET
from demo.export.events import EXPORT, canceller, exporter
from demo.generate.draw import draw_function
from demo.generate.find import find_function
from demo.generate.time_machine import moments_function
from demo.generate.weights import weights_function
from demo.interpolate import clips
from demo.interpolate.estimates import Estimates
from demo.panels import Panel
from demo.server.model_menu import about, selector
from demo.server.studio import Studio
from gan.media.colormaps import COLOURS
from gan.media.formats import FPS

CHOOSE = "(model, clip) => ({...clip, model})"


def build(studio: Studio, model: gr.Dropdown, t: gr.I18n) -> None:
    """The tab's content: the playing loop and its keyframes, and beside it the form."""
    settings = studio.settings
    estimates = Estimates(studio, clips.estimated)

    async def estimate(wish: Any, request: gr.Request) -> dict[str, Any]:
        # what panels ask arrives as it is, without Gradio's own `session_hash` attribute
        asked = await request.json()
        return await estimates.answer(str(asked.get("session_hash")), wish)

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
                    moments_function(studio),
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
                kinds={kind: list(rates) for kind, rates in FPS.items()},
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
    write = exporter(studio.exports, "clip", lambda clip: clips.order(studio, clip))
    write.__doc__ = "Write a clip to a file, and its recipe beside it: takes the recipe's JSON."
    go.click(write, panel, [result, line], api_name="export_clip", **EXPORT)
    halt.click(canceller(studio.exports, "clip"), None, None, **QUIET)
