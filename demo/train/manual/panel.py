"""Step by hand: one move of D or of G at a time, and what it did to both."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo import text
from demo.panels import Panel
from demo.server.studio import Studio
from demo.train.manual import payload
from demo.train.manual.table import PRESETS, ManualTable
from gan.config import preset


def build(studio: Studio, t: gr.I18n) -> None:
    """The content of its nested tab."""
    table = ManualTable(studio)

    def hand(asked: Any) -> dict[str, Any]:  # Gradio marks what it serves: no bound methods
        return table.poll(asked)

    def move(asked: Any) -> dict[str, Any]:
        return table.move(asked)

    def begin(asked: Any) -> dict[str, Any]:
        return table.begin(asked)

    def switch(asked: Any) -> dict[str, Any]:
        return table.switch(asked)

    Panel(
        "hand",
        words=text.words("hand", "class"),
        server_functions=[hand, move, begin, switch],
        elem_id="train-hand",
        games={name: payload.game(preset(name)) for name in PRESETS},
    )
