"""Run the worker process, and restart it after files that crash or stall it."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from gan.paths import ROOT

WORKER = ("-m", "gan.data.intake.worker")
# timeouts for a disk that does not answer; the worker limits its own processor time
LISTING_S = 900
IMAGE_S = 300
MOST_STARTS = 20  # each lists all files again
POLL_S = 0.2


def worker_events(
    request: dict[str, Any], pixels: Path, image_bytes: int, stop: threading.Event
) -> Iterator[dict[str, Any]]:
    """Yield the worker's events across restarts, until all is done or `stop` is set.

    It appends `image_bytes` per image to `pixels`. A file at which it ended is reported as skipped.
    """
    total, done, kept = None, 0, 0
    for start in range(MOST_STARTS):
        with open(pixels, "ab") as file:
            file.truncate(kept * image_bytes)
        progress = {"pixels": str(pixels), "first": done, "skip_first": start > 0}
        with closing(_run_once(request | progress, stop)) as events:
            for event in events:
                if "total" in event:
                    if start == 0:
                        total = event["total"]
                        yield event
                    continue
                done += 1
                kept += "kept" in event
                yield event
                if "fatal" in event:
                    return
        if stop.is_set() or done == total:
            return
        if total is None:
            break
    yield {"fatal": "reader"}


def _run_once(request: dict[str, Any], stop: threading.Event) -> Iterator[dict[str, Any]]:
    """Yield the events of one process; it has ended afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", *WORKER],
        cwd=ROOT,
        # each of numpy's threads reserves address space, which the worker limits
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Ctrl-C goes to this process only, which then ends the worker
        process_group=0 if os.name == "posix" else None,
    )
    lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    listener = threading.Thread(target=_listen, args=(process, lines), daemon=True)
    listener.start()
    try:
        process.stdin.write(json.dumps(request).encode())
        process.stdin.close()
        silent_s, timeout_s = 0.0, LISTING_S
        while not stop.is_set() and silent_s < timeout_s:
            try:
                line = lines.get(timeout=POLL_S)
            except queue.Empty:
                silent_s += POLL_S
                continue
            if line is None:
                return
            silent_s, timeout_s = 0.0, IMAGE_S
            yield json.loads(line)
    except BrokenPipeError:  # it ended before it read the request
        return
    finally:
        process.kill()
        process.wait()
        listener.join()
        process.stdout.close()


def _listen(process: subprocess.Popen, lines: queue.SimpleQueue[bytes | None]) -> None:
    for line in process.stdout:
        if line.endswith(b"\n"):  # else the process was killed while writing it
            lines.put(line)
    lines.put(None)
