"""`python -m gan images` and `train --images`: the user's own images or clips."""

import argparse
from pathlib import Path

from tqdm import tqdm

from gan.data.collection import Collection, CollectionStore
from gan.data.intake.importer import Progress, import_images
from gan.data.intake.messages import ImageImportError, in_words
from gan.data.intake.sources import Limits
from gan.data.intake.units import ClipOptions
from gan.system.signals import stop_event


def images(args: argparse.Namespace) -> None:
    one = prepare(args.source, args.name, args)
    print(f"Train with: python -m gan train --data {one.id} --out runs/NAME")


def prepare(source: Path, name: str, args: argparse.Namespace) -> Collection:
    """Read a folder or zip into a collection, with a progress bar, and print what was read.

    args: size, fit, most, fps, clip_frames and folders. Ctrl-C leaves nothing behind. Raises
    ValueError: no usable images.
    """
    clips = ClipOptions(args.fps, args.clip_frames, args.folders)
    options = {"name": name, "size": args.size, "fit": args.fit, "limits": Limits(args.most)}
    options["clips"] = clips
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


def found(data: str) -> Collection:
    """Return a prepared collection.

    Raises ValueError: the collection is not on this machine.
    """
    one = CollectionStore().find(data)
    if one is None:
        raise ValueError(f"There are no images {data} on this machine; prepare them again.")
    return one


def _print_summary(one: Collection) -> None:
    colour = "grey" if one.channels == 1 else "colour"
    what = f"{one.count:,} images"
    if one.has_clips:
        what = f"{one.count:,} clips, {one.frames:,} frames at {one.fps:g} a second"
    print(f"{one.id} ({one.name}): {what}, {colour}, {one.size} px, {one.held:,} held out")
    if one.classes:
        pairs = zip(one.classes, one.counts, strict=True)
        named = ", ".join(f"{name} {count:,}" for name, count in pairs)
        print(f"  {len(one.classes)} classes: {named}")
    for line in in_words(one.skipped, one.noted):
        print(f"  {line}")
