"""The Interpolate tab: arrange keyframes, play the loop, export it as a file."""

import base64
from typing import Any

import gradio as gr

from demo.endpoint import asking, requested_model
from demo.export.events import export_controls
from demo.generate.draw import draw_function
from demo.generate.find import find_function
from demo.generate.time_machine import snapshots_function
from demo.generate.weights import weights_function
from demo.interpolate import clips
from demo.interpolate.estimates import Estimates
from demo.panels import KEEP_MODEL, QUIET, Panel, session
from demo.server.model_menu import about, selector
from demo.server.studio import Studio
from gan.media.colormaps import COLOURS
from gan.recipes.limits import limits


def build(studio: Studio, model: gr.Dropdown, t: gr.I18n) -> None:
    """Build the tab: the loop with its keyframes, and the form beside it."""
    settings = studio.settings
    estimates = Estimates(studio, clips.estimated)

    async def estimate(payload: Any, request: gr.Request) -> dict[str, Any]:
        return await estimates.answer(await session(request), asking(request.headers), payload)

    def describe(payload: dict[str, Any]) -> dict[str, Any]:
        chosen = requested_model(payload)
        return {"model": chosen, **about(studio.generator(payload.get("who"), chosen))}

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
            export_controls(
                studio.exports,
                "clip",
                lambda who, payload: clips.clip_spec(studio, who, payload),
                panel,
                (go, halt),
                ("lc-line", "lc-file"),
                api_name="export_clip",
                api_description="Write the clip of a recipe (JSON) to a file, and its recipe "
                "beside it.",
            )

    panel.submit(selector(studio), panel, model, **QUIET)
    model.change(None, [model, panel], panel, js=KEEP_MODEL, **QUIET)
