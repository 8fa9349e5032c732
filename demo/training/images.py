"""Images: a visitor's own ones, brought here, looked at, and chosen to train on."""

from __future__ import annotations

import gradio as gr

from demo.panels import Panel
from demo.studio import Studio
from gan.about import LONGEST_TITLE


def build(studio: Studio, t: gr.I18n) -> None:
    """The content of its nested tab; `demo.collections` says what its server functions do."""
    Panel(
        "train/images",
        server_functions=studio.collections.functions(),
        elem_id="images",
        longest=LONGEST_TITLE,
    )
