"""Reads strangers' images in a process of its own: `python -m gan.data.intake.worker`.

A picture that fills the memory, takes for ever or breaks a decoder ends this process and nothing
else: `gan.data.intake.importer` starts it again behind that picture. It costs a third of a second
an import.

It takes one JSON object on stdin: "source", "pixels" (a file to append to), "size", "fit",
"limits", "first" (where to begin), and "passing" (whether that one is only told as skipped). On
stdout it says a JSON object a line: {"total", "classes", "skipped", "noted"} when all is listed,
then for each candidate {"kept": its class, "grey", "notes", "hash"} or {"skip": reason, "name",
"values"}; or {"fatal": key, "values"}.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from PIL import Image

from gan.data.intake.decode import prepare
from gan.data.intake.entries import SourceError
from gan.data.intake.names import classes_of, in_order
from gan.data.intake.skipped import Skipped, Tally
from gan.data.intake.sources import MB, Limits, Source
from gan.datasets import MOST_CLASSES

MEMORY_BYTES = 2 << 30  # addresses; the largest picture that is taken needs half
LISTING_CPU_S, PICTURE_CPU_S = 120, 20  # more, and of one picture, ends this process
NICE = 10  # as modest as training


def main() -> int:
    """Do what stdin says."""
    _be_modest()
    Image.MAX_IMAGE_PIXELS = None  # `prepare` looks before Pillow does, and says how many there are
    asked = json.loads(sys.stdin.read())
    tally = Tally()
    try:
        work(asked, tally)
    except SourceError as error:
        _say({"fatal": f"{error}"})
    except MemoryError:
        _say({"fatal": "too_many_files"})
    except OSError as error:
        _say({"fatal": "disk", "values": {"why": error.strerror or "unknown"}})
    return 0


def work(asked: dict[str, Any], tally: Tally) -> None:
    """List all, and read what is asked for."""
    _begin(LISTING_CPU_S)
    limits = Limits(**asked["limits"])
    source = Source(Path(asked["source"]), limits, tally)
    entries, found = source.entries, classes_of([entry.parts for entry in source.entries])
    if len(entries) > limits.images:
        tally.add("over_limit", count=len(entries) - limits.images, most=limits.images)
        taken = [i * len(entries) // limits.images for i in range(limits.images)]
        entries, found = [entries[i] for i in taken], [found[i] for i in taken]
    classes, noted = in_order(found), {}
    if len(classes) > MOST_CLASSES:
        noted["too_many_classes"] = len(classes)
        classes, found = [""], [""] * len(found)
    _say({"total": len(entries), "classes": classes, "skipped": tally.to_json(), "noted": noted})
    numbers = {name: number for number, name in enumerate(classes)}
    with open(asked["pixels"], "ab") as pixels:
        for number in range(asked["first"], len(entries)):
            entry = entries[number]
            _begin(PICTURE_CPU_S)
            try:
                if asked["passing"] and number == asked["first"]:
                    raise Skipped("too_heavy")
                data = source.read(entry)
                made = prepare(data, asked["size"], asked["fit"], limits.megapixels * MB)
            except Skipped as skipped:
                _say({"skip": skipped.key, "name": entry.name, "values": skipped.values})
                continue
            except MemoryError:
                _say({"skip": "too_heavy", "name": entry.name, "values": {}})
                continue
            raw = made.pixels.tobytes()
            pixels.write(raw)
            pixels.flush()
            digest = hashlib.blake2b(raw, digest_size=16).hexdigest()
            told = {"kept": numbers[found[number]], "grey": made.is_grey, "hash": digest}
            _say(told | {"notes": made.notes})


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _begin(most_s: float) -> None:
    """Work is counted from now on: processor time, so that a busy machine harms nobody."""
    if hasattr(signal, "ITIMER_PROF"):  # its signal ends a process, whatever it is doing
        signal.setitimer(signal.ITIMER_PROF, most_s)


def _be_modest() -> None:
    if hasattr(os, "nice"):
        os.nice(NICE)
    try:
        import resource
    except ImportError:  # Windows: there the time alone is limited
        return
    with contextlib.suppress(ValueError, OSError):  # macOS knows the limit and does not take it
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


if __name__ == "__main__":
    raise SystemExit(main())
