"""Images: upload a visitor's own images, inspect them, and choose them to train on."""

from demo.panels import Panel
from demo.server.studio import Studio
from gan.storage.metadata import LONGEST_TITLE


def build(studio: Studio) -> None:
    """Build the nested tab; `demo.server.image_collections` documents its server functions."""
    Panel(
        "train/images",
        server_functions=studio.collections.functions(),
        elem_id="images",
        longest=LONGEST_TITLE,
    )
