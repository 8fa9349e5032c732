"""`python -m gan images` and `train --images`: one's own images from the command line."""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path
from typing import Any

from tqdm import tqdm

from gan.data.collection import Collection, CollectionStore
from gan.data.intake.importer import Progress, import_images
from gan.data.intake.messages import ImageImportError, in_words
from gan.data.intake.sources import Limits


def images(args: argparse.Namespace) -> None:
    """Prepare a collection, and say what was read and what was not."""
    one = prepare(args.source, args.name, args.size, args.fit, args.most)
    print(summary(one))
    print(f"Train with: python -m gan train --preset own-images --data {one.id} --out runs/NAME")


def prepare(source: Path, name: str, size: int, fit: str, most: int) -> Collection:
    """The collection of a folder or zip, with a bar while it is read; Ctrl-C leaves nothing.

    Raises:
        ImageImportError: nothing was kept; its sentence tells what was met.
    """
    stop = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        with tqdm(unit="file") as bar:

            def show(progress: Progress) -> None:
                bar.total = progress.total
                bar.update(progress.done - bar.n)

            limits = Limits(images=most)
            return import_images(
                source, CollectionStore(), name=name, size=size, fit=fit, limits=limits,
                on_progress=show, stop=stop,
            )  # fmt: skip
    except ImageImportError as error:
        if stop.is_set():
            raise KeyboardInterrupt from None
        lines = in_words(error.skipped, {})
        raise ValueError("\n  ".join([f"{error}", *lines])) from None
    finally:
        signal.signal(signal.SIGINT, before)


def settings_of(data: str) -> dict[str, Any]:
    """What a config says of a collection that was prepared before.

    Raises:
        ValueError: it is not on this machine.
    """
    found = CollectionStore().find(data)
    if found is None:
        raise ValueError(f"There are no images {data} on this machine; prepare them once more.")
    return found.settings()


def summary(one: Collection) -> str:
    """Lines of what was read and what was left out."""
    colour = "grey" if one.channels == 1 else "colour"
    lines = [
        f"{one.id} ({one.name}): {one.count:,} images, {colour}, {one.size} px, "
        f"{one.held:,} of them held out"
    ]
    if one.classes:
        pairs = zip(one.classes, one.counts, strict=True)
        named = ", ".join(f"{name} {count:,}" for name, count in pairs)
        lines.append(f"  {len(one.classes)} classes: {named}")
    lines += [f"  {line}" for line in in_words(one.skipped, one.noted)]
    return "\n".join(lines)
