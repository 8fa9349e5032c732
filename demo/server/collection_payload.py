"""A collection as JSON, and a preview of its images."""

import math
from typing import Any

import numpy as np

from demo.server.contact_sheets import picture_text
from gan.data.collection import Collection, CollectionStore
from gan.media.contact_sheet import grid, shrunk
from gan.runs.snapshots import SAMPLE_PX, sample_side

COLUMNS, MOST_SHOWN = 10, 60
SHOWN = ("id", "name", "size", "channels", "train", "held", "fit", "skipped", "noted")  # as stored


def collection_payload(one: Collection, left_s: float, trains: bool) -> dict[str, Any]:
    """See `demo.server.image_collections`; it expires in `left_s` (infinite: never)."""
    values = one.to_json()
    pairs = zip(one.classes, one.counts, strict=True)
    return {name: values[name] for name in SHOWN} | {
        "count": one.count,
        "classes": [{"name": name, "count": count} for name, count in pairs],
        "made": int(one.made_s),
        "left_h": round(max(0.0, left_s) / 3600, 2) if math.isfinite(left_s) else None,
        "training": trains,
        "settings": one.settings(),
    }


def preview(one: Collection, label: Any) -> dict[str, Any]:
    """Return a contact sheet of the first training images of class `label`, or of all in turn.

    Raises OSError, ValueError: the files are missing or damaged.
    """
    images, labels = CollectionStore().pixels(one, train=True)
    if type(label) is int and 0 <= label < len(one.classes):
        order = np.flatnonzero(labels == label)
    else:  # the first of each class, then the second of each, and so on
        turn = np.zeros(len(labels), dtype=np.int64)
        for k in range(max(1, len(one.classes))):
            mine = np.flatnonzero(labels == k)
            turn[mine] = np.arange(len(mine))
        order = np.lexsort((labels, turn))
    shown = images[order[:MOST_SHOWN]]
    small = shrunk(shown.transpose(0, 2, 3, 1), SAMPLE_PX)
    return {
        "picture": picture_text(grid(small, min(COLUMNS, len(shown)))),
        "columns": min(COLUMNS, len(shown)),
        "rows": -(-len(shown) // COLUMNS),
        "side": sample_side(one.size),
    }
