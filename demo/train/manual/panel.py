"""Manual training: one step of D or G at a time, and its effect on both."""

from demo.panels import Panel
from demo.server.studio import Studio
from demo.train.manual import payload
from demo.train.manual.table import PRESETS, ManualTable
from gan.presets import preset


def build(studio: Studio) -> None:
    """Build the content of the nested tab."""
    table = ManualTable(studio)

    Panel(
        "train/manual",
        server_functions=[table.poll, table.move, table.begin, table.switch],
        elem_id="train-manual",
        games={name: payload.game(preset(name)) for name in PRESETS},
    )
