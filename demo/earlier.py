"""Runs that ended before their goal, to go on with: a choice and a button on the Train tab."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.models import model_name
from demo.studio import RUN_PREFIX, Studio


def build(t: gr.I18n) -> tuple[gr.Column, gr.Dropdown, gr.Button]:
    """Hidden until there is a run to go on with; see `offers`."""
    with gr.Column(visible=False, min_width=0) as part:
        chosen = gr.Dropdown([], label=t("train.earlier"), filterable=False)
        go = gr.Button(t("train.go_on"), size="md")
    return part, chosen, go


def offers(studio: Studio, active: bool) -> list[Any]:
    """What `build` gave, as it is now; `active`: a run goes on, so none can be gone on with."""
    runs = [] if active else studio.resumable()
    options = [(f"{model_name(RUN_PREFIX + run.name)}: {run.step:,}", run.name) for run in runs]
    first = options[0][1] if options else None
    return [
        gr.Column(visible=bool(options)),
        gr.Dropdown(choices=options, value=first),
        gr.Button(interactive=bool(options)),
    ]
