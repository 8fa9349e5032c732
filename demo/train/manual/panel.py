"""Manual training: one step of D or G at a time, and its effect on both."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.panels import Panel
from demo.server.endpoint import endpoint
from demo.server.studio import Studio
from demo.train.manual import payload
from demo.train.manual.table import PRESETS, ManualTable
from gan.config import preset


def build(studio: Studio, t: gr.I18n) -> None:
    """Build the content of the nested tab."""
    table = ManualTable(studio)

    def hand(asked: Any) -> dict[str, Any]:
        return table.poll(asked)

    Panel(
        "train/manual",
        server_functions=[hand, *map(endpoint, (table.move, table.begin, table.switch))],
        elem_id="train-hand",
        games={name: payload.game(preset(name)) for name in PRESETS},
    )
