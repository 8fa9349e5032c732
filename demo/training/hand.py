"""Step by hand: one move of D or of G at a time, and what it did to both."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo import hand_wire
from demo.hand_table import PRESETS, HandTable
from demo.panels import Panel
from demo.studio import Studio
from gan.config import preset


def build(studio: Studio, t: gr.I18n) -> None:
    """The content of its nested tab."""
    table = HandTable(studio)

    def hand(asked: Any) -> dict[str, Any]:  # Gradio marks what it serves: no bound methods
        return table.poll(asked)

    def move(asked: Any) -> dict[str, Any]:
        return table.move(asked)

    def begin(asked: Any) -> dict[str, Any]:
        return table.begin(asked)

    def switch(asked: Any) -> dict[str, Any]:
        return table.switch(asked)

    Panel(
        "train/manual",
        server_functions=[hand, move, begin, switch],
        elem_id="train-hand",
        games={name: hand_wire.game(preset(name)) for name in PRESETS},
    )
