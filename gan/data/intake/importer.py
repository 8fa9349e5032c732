"""Takes in images of one's own: an archive or a folder of anybody's becomes a collection, or
nothing does.

A process of its own reads (`gan.data.intake.worker`); here is what watches it, and what is made of
all pictures together: equal ones left out, grey or colour, which are held out.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gan.data.collection import Collection, CollectionStore
from gan.data.intake.errors import IntakeError
from gan.data.intake.finalize import PIXELS, Read, settle
from gan.data.intake.skipped import Tally
from gan.data.intake.sources import Limits
from gan.data.intake.supervisor import Reader
from gan.datasets import OWN_SIZES
from gan.storage.metadata import clean_title

FITS = ("crop", "pad")
USUAL = Limits()
TELL_S = 0.2


@dataclass(frozen=True)
class Progress:
    """So far: `done` of `total` files looked at (0 while they are being listed), `kept` images,
    and files a second."""

    done: int
    total: int
    kept: int
    files_per_s: float


def take_in(
    source: Path,
    store: CollectionStore,
    *,
    name: str = "",
    size: int = 64,
    fit: str = "crop",
    limits: Limits = USUAL,
    owner: str = "",
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Collection:
    """The collection of the images in a folder, a zip or a bundle (`gan.data.intake.sources`).

    `size` 32, 64 or 128 px; `fit` see `image_file.prepare`. `on_progress` is told a few times a
    second; `stop`, set, ends it.

    Raises:
        IntakeError: nothing was kept, and why.
        ValueError: a size or fit that is not offered.
    """
    if size not in OWN_SIZES or fit not in FITS:
        listed = ", ".join(map(str, OWN_SIZES))
        raise ValueError(f"Images are prepared at {listed} px; fit is one of: {', '.join(FITS)}.")
    tally, stop = Tally(), stop or threading.Event()
    try:
        arrived = store.arrive()
    except OSError as error:
        raise IntakeError("disk", why=error.strerror) from error
    try:
        asked = {"source": str(Path(source).absolute()), "size": size, "fit": fit}
        read = _read(asked, arrived / PIXELS, limits, tally, on_progress, stop)
        title = clean_title(name) or clean_title(Path(source).stem) or "images"
        facts = {"name": title, "fit": fit, "owner": owner, "noted": read.noted}
        made = settle(arrived, size, read, tally, facts)
        if stop.is_set():
            raise IntakeError("cancelled")
        return store.keep(arrived, made)
    except OSError as error:
        raise IntakeError("disk", why=error.strerror or "unknown") from error
    finally:
        store.forget(arrived)


def _read(
    asked: dict[str, Any],
    path: Path,
    limits: Limits,
    tally: Tally,
    on_progress: Callable[[Progress], None] | None,
    stop: threading.Event,
) -> Read:
    read, begun_s, told_s = Read(), time.monotonic(), 0.0
    reader = Reader(asked | {"limits": vars(limits)}, path, 3 * asked["size"] ** 2)
    done = total = 0
    with closing(reader.events(stop)) as events:
        for event in events:
            if "total" in event:
                total, begun_s = event["total"], time.monotonic()
            done += "total" not in event
            read.take(event, tally)
            now_s = time.monotonic()
            if on_progress and (now_s - told_s > TELL_S or done == total):
                told_s = now_s
                on_progress(
                    Progress(done, total, len(read.labels), done / max(1e-3, now_s - begun_s))
                )
    if stop.is_set():
        raise IntakeError("cancelled")
    return read
