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
MOVING = ("frames", "fps")  # of clips: 0 of images
CLIP_COLUMNS, CLIPS_SHOWN, FRAMES_SHOWN = 6, 12, 24


def collection_payload(one: Collection, left_s: float, trains: bool) -> dict[str, Any]:
    """See `demo.server.image_collections`; it expires in `left_s` (infinite: never)."""
    values = one.to_json()
    pairs = zip(one.classes, one.counts, strict=True)
    return {name: values[name] for name in (*SHOWN, *MOVING)} | {
        "count": one.count,
        "classes": [{"name": name, "count": count} for name, count in pairs],
        "made": int(one.made_s),
        "left_h": round(max(0.0, left_s) / 3600, 2) if math.isfinite(left_s) else None,
        "training": trains,
        "settings": one.settings(),
    }


def preview(one: Collection, label: Any) -> dict[str, Any]:
    """Return a contact sheet of the first training images of class `label`, or of all in turn.

    Of clips, it is one sheet below the other for each of the first "frames" frames; a clip that has
    fewer starts again. Raises OSError, ValueError: the files are missing or damaged.
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
    if one.has_clips:
        sheets, columns, count = _clip_sheets(one, order[:CLIPS_SHOWN])
    else:
        shown = images[order[:MOST_SHOWN]]
        sheets, columns, count = [_sheet(shown, COLUMNS)], min(COLUMNS, len(shown)), len(shown)
    return {
        "picture": picture_text(np.concatenate(sheets)),
        "frames": len(sheets),
        "columns": columns,
        "rows": -(-count // columns),
        "side": sample_side(one.size),
    }


def _clip_sheets(one: Collection, order: np.ndarray) -> tuple[list[np.ndarray], int, int]:
    frames, clips = CollectionStore().clips(one, train=True)
    first, count = clips[order].T
    steps = range(min(FRAMES_SHOWN, int(count.max())))
    sheets = [_sheet(frames[first + step % count], CLIP_COLUMNS) for step in steps]
    return sheets, min(CLIP_COLUMNS, len(order)), len(order)


def _sheet(images: np.ndarray, columns: int) -> np.ndarray:
    small = shrunk(images.transpose(0, 2, 3, 1), SAMPLE_PX)
    return grid(small, min(columns, len(images)))
