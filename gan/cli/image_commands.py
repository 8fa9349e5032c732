"""`python -m gan images` and `train --images`: the user's own images."""

import argparse
from pathlib import Path
from typing import Any

from tqdm import tqdm

from gan.data.collection import Collection, CollectionStore
from gan.data.intake.importer import Progress, import_images
from gan.data.intake.messages import ImageImportError, in_words
from gan.data.intake.sources import Limits
from gan.system.signals import stop_event


def images(args: argparse.Namespace) -> None:
    one = prepare(args.source, args.name, args)
    print(f"Train with: python -m gan train --preset own-images --data {one.id} --out runs/NAME")


def prepare(source: Path, name: str, args: argparse.Namespace) -> Collection:
    """Read a folder or zip into a collection, with a progress bar, and print what was read.

    args: size, fit and most. Ctrl-C leaves nothing behind. Raises ValueError: no usable images.
    """
    options = {"name": name, "size": args.size, "fit": args.fit, "limits": Limits(args.most)}
    with stop_event() as stop, tqdm(unit="file") as bar:

        def show(progress: Progress) -> None:
            bar.total = progress.total
            bar.update(progress.done - bar.n)

        try:
            one = import_images(source, CollectionStore(), **options, on_progress=show, stop=stop)
        except ImageImportError as error:
            if stop.is_set():
                raise KeyboardInterrupt from None
            raise ValueError("\n  ".join([f"{error}", *in_words(error.skipped, {})])) from None
    _print_summary(one)
    return one


def settings_of(data: str) -> dict[str, Any]:
    """Return the settings that describe a prepared collection.

    Raises ValueError: the collection is not on this machine.
    """
    found = CollectionStore().find(data)
    if found is None:
        raise ValueError(f"There are no images {data} on this machine; prepare them again.")
    return found.settings()


def _print_summary(one: Collection) -> None:
    colour = "grey" if one.channels == 1 else "colour"
    print(
        f"{one.id} ({one.name}): {one.count:,} images, {colour}, {one.size} px, "
        f"{one.held:,} of them held out"
    )
    if one.classes:
        pairs = zip(one.classes, one.counts, strict=True)
        named = ", ".join(f"{name} {count:,}" for name, count in pairs)
        print(f"  {len(one.classes)} classes: {named}")
    for line in in_words(one.skipped, one.noted):
        print(f"  {line}")
