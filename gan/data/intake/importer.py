"""Import own images or clips: files from an untrusted source become a collection.

A worker process (`gan.data.intake.worker`) decodes the files; this one finalises the collection.
"""

import shutil
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from gan.data.collection import Collection, CollectionStore
from gan.data.intake.decoded import Decoded
from gan.data.intake.finalize import PIXELS, finalize
from gan.data.intake.finalize_clips import finalize_clips
from gan.data.intake.messages import ImageImportError
from gan.data.intake.sources import DEFAULT_LIMITS, Limits
from gan.data.intake.supervisor import worker_events
from gan.data.intake.units import DEFAULT_CLIPS, ClipOptions
from gan.datasets import OWN_SIZES
from gan.storage.metadata import clean_title

FITS = ("crop", "pad")
PROGRESS_S = 0.2


@dataclass(frozen=True)
class Progress:
    """`done` of `total` files were read (0 while listing) and `kept` of them are usable."""

    done: int
    total: int
    kept: int
    files_per_s: float


def import_images(
    source: Path,
    store: CollectionStore,
    *,
    name: str = "",
    size: int = 64,
    fit: str = "crop",
    clips: ClipOptions = DEFAULT_CLIPS,
    limits: Limits = DEFAULT_LIMITS,
    owner: str = "",
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Collection:
    """Make a collection of the images in a folder, zip or bundle (`gan.data.intake.sources`).

    If most of the files move, it is a collection of clips, which are cut as `clips` says. `size` is
    32, 64 or 128 px; for `fit` see `decode.decode_image`. `on_progress` is called a few times a
    second; setting `stop` cancels the import.
    Raises ImageImportError: the import failed or was cancelled, and nothing was kept; ValueError:
    an unknown size or fit.
    """
    if size not in OWN_SIZES or fit not in FITS:
        listed = ", ".join(map(str, OWN_SIZES))
        raise ValueError(f"size must be one of: {listed}; fit must be one of: {', '.join(FITS)}.")
    stop = stop or threading.Event()
    try:
        folder = store.new_folder()
    except OSError as error:
        raise ImageImportError("disk", why=error.strerror) from error
    try:
        path = str(source.absolute())
        request = {"source": path, "size": size, "fit": fit, "limits": vars(limits)}
        request["clips"] = vars(clips)
        with closing(worker_events(request, folder / PIXELS, 4 * size**2, stop)) as events:
            decoded = _follow(events, on_progress)
        if stop.is_set():
            raise ImageImportError("cancelled")
        title = clean_title(name) or clean_title(source.stem) or "images"
        facts = {"name": title, "fit": fit, "owner": owner}
        if decoded.are_clips:
            made = finalize_clips(folder, size, decoded, clips, facts)
        else:
            made = finalize(folder, size, decoded, facts)
        if stop.is_set():
            raise ImageImportError("cancelled")
        return store.add(folder, made)
    except OSError as error:
        raise ImageImportError("disk", why=error.strerror or "unknown") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _follow(events: Iterable[dict], on_progress: Callable[[Progress], None] | None) -> Decoded:
    decoded, start_s, shown_s = Decoded(), time.monotonic(), 0.0
    done = total = 0
    for event in events:
        if "total" in event:
            total, start_s = event["total"], time.monotonic()
        else:
            done += 1
        decoded.add(event)
        now_s = time.monotonic()
        if on_progress and (now_s - shown_s > PROGRESS_S or done == total):
            shown_s, rate = now_s, done / max(1e-3, now_s - start_s)
            on_progress(Progress(done, total, len(decoded.labels), rate))
    return decoded
