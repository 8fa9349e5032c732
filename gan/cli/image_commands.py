"""`python -m gan images` and `train --images`: the user's own images."""

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
    one = prepare(args.source, args.name, args.size, args.fit, args.most)
    print(summary(one))
    print(f"Train with: python -m gan train --preset own-images --data {one.id} --out runs/NAME")


def prepare(source: Path, name: str, size: int, fit: str, most: int) -> Collection:
    """Read a folder or zip into a collection, with a progress bar; Ctrl-C leaves nothing behind.

    Raises ValueError: no image could be read; the message says why.
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
    """Return the settings that describe a prepared collection.

    Raises ValueError: the collection is not on this machine.
    """
    found = CollectionStore().find(data)
    if found is None:
        raise ValueError(f"There are no images {data} on this machine; prepare them again.")
    return found.settings()


def summary(one: Collection) -> str:
    """Return lines about what was read and what was skipped."""
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
