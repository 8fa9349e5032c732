"""Run the worker process, and restart it after files that crash or stall it."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from gan.system.bounded_process import process_events

WORKER = ("-m", "gan.data.intake.worker")
# timeouts for a disk that does not answer; the worker limits its own processor time
LISTING_S = 900
IMAGE_S = 300
MOST_STARTS = 20  # each lists all files again


def worker_events(
    request: dict[str, Any], pixels: Path, image_bytes: int, stop: threading.Event
) -> Iterator[dict[str, Any]]:
    """Yield the worker's events across restarts, until all is done or `stop` is set.

    It appends `image_bytes` per image or frame to `pixels`. A file at which it ended is reported as
    skipped.
    """
    total, done, kept = None, 0, 0
    for start in range(MOST_STARTS):
        with open(pixels, "ab") as file:
            file.truncate(kept * image_bytes)
        progress = {"pixels": str(pixels), "first": done, "skip_first": start > 0}
        started = process_events(WORKER, request | progress, stop, LISTING_S, IMAGE_S)
        with closing(started) as events:
            for event in events:
                if "total" in event:
                    if start == 0:
                        total = event["total"]
                        yield event
                    continue
                done += 1
                kept += len(event.get("frames", ()))
                yield event
                if "fatal" in event:
                    return
        if stop.is_set() or done == total:
            return
        if total is None:
            break
    yield {"fatal": "reader"}
