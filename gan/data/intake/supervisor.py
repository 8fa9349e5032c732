"""Keeps the process that reads images going, past pictures that end or stall it."""

from __future__ import annotations

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
# without a word, of a disk that does not answer: `image_worker` bounds its own work
LISTING_S = 900
PICTURE_S = 300
MOST_STARTS = 20  # each costs the time of listing all anew
LOOK_S = 0.2


class Reader:
    """`asked` is what `gan.data.intake.worker` is asked, `pixels` the file it appends to, in pieces
    of
    `piece` bytes a picture.
    """

    def __init__(self, asked: dict[str, Any], pixels: Path, piece: int) -> None:
        self._asked, self._pixels, self._piece = asked, pixels, piece
        self._kept = self._done = 0

    def events(self, stop: threading.Event) -> Iterator[dict[str, Any]]:
        """All that the worker says, as if there were one only; ends when `stop` is set.

        A picture with which it came to an end is told as skipped.
        """
        total = None
        for start in range(MOST_STARTS):
            with closing(self._one(stop, passing=start > 0)) as said:
                for event in said:
                    if "total" in event:
                        if start == 0:
                            total = event["total"]
                            yield event
                        continue
                    self._done += 1
                    self._kept += "kept" in event
                    yield event
                    if "fatal" in event:
                        return
            if stop.is_set() or self._done == total:
                return
            if total is None:
                break
        yield {"fatal": "reader"}

    def _one(self, stop: threading.Event, passing: bool) -> Iterator[dict[str, Any]]:
        """What one process says until it ends; after that it has ended. `passing`: it does not
        read the next picture, with which the one before it ended.
        """
        with open(self._pixels, "ab") as file:
            file.truncate(self._kept * self._piece)
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", *WORKER],
            cwd=ROOT,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Ctrl-C is for whoever asked, who ends it
            process_group=0 if os.name == "posix" else None,
        )
        lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        listener = threading.Thread(target=_listen, args=(process, lines), daemon=True)
        listener.start()
        try:
            asked = self._asked | {
                "pixels": str(self._pixels),
                "first": self._done,
                "passing": passing,
            }
            process.stdin.write(json.dumps(asked).encode())
            process.stdin.close()
            silent_s, most_s = 0.0, LISTING_S
            while not stop.is_set() and silent_s < most_s:
                try:
                    line = lines.get(timeout=LOOK_S)
                except queue.Empty:
                    silent_s += LOOK_S
                    continue
                if line is None:
                    return
                silent_s, most_s = 0.0, PICTURE_S
                yield json.loads(line)
        except BrokenPipeError:  # it ended before it was asked
            return
        finally:
            process.kill()
            process.wait()
            listener.join()
            process.stdout.close()


def _listen(process: subprocess.Popen, lines: queue.SimpleQueue[bytes | None]) -> None:
    for line in process.stdout:
        if line.endswith(b"\n"):  # else it was killed in the middle of it
            lines.put(line)
    lines.put(None)


def _environment() -> dict[str, str]:
    """One thread of numpy's: each takes addresses, which are limited."""
    return os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
