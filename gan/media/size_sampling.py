"""What single frames of a clip weigh in each format, found by really encoding some of them."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from gan.media import png
from gan.media.animations import Apng, Webp
from gan.media.ffmpeg import COMMANDS, Command, Ffmpeg
from gan.media.stills import PngZip
from gan.media.writer import Target
from gan.system.ordered_pool import OrderedPool

Run = Iterable[np.ndarray]  # frames that follow one another, as `Look.levels` makes them
_PARTS = {"apng": Apng, "webp": Webp, "zip": PngZip}


def weigh(kind: str, target: Target, runs: Iterable[Run], length: int) -> np.ndarray:
    """Bytes of every frame, (runs, length), where each run of `length` begins as a clip does.

    kind: any but "sprite". An APNG's or WebP's later runs have no first frame, only its
    successors: NaN. Something may be left at `target.path`. Raises as the writers do.
    """
    if kind in COMMANDS:
        return np.array(_packets(kind, target, runs, length), float).reshape(-1, length)
    sizes = np.array(_parts(kind, target, runs), float)
    if kind == "zip" or length == 1:
        return sizes.reshape(-1, length)
    first, rest = sizes[0], sizes[1:].reshape(-1, length - 1)
    return np.insert(rest, 0, [first] + [math.nan] * (len(rest) - 1), axis=1)


def weigh_rows(first: np.ndarray, rows: Iterable[Sequence[np.ndarray]]) -> int:
    """Bytes of rows of frames on a sprite sheet that begins with `first`."""
    up, packer, size = png.up_is_smaller(first), zlib.compressobj(png.LEVEL), 0
    for row in rows:
        size += len(packer.compress(png.scanlines(np.hstack(row), up)))
    return size + len(packer.flush())


def _parts(kind: str, target: Target, runs: Iterable[Run]) -> list[float]:
    sizes: list[float] = []
    workers = OrderedPool(
        lambda part: sizes.append(len(getattr(part, "data", part))), target.check_stop
    )
    writer = _PARTS[kind](target)
    try:
        for number, run in enumerate(runs):
            before = None
            for frame in run:
                if before is not None or not number or kind == "zip":
                    workers.submit(writer.part, frame, before)
                before = frame
        workers.finish()
    finally:
        workers.abort()
        writer.abort()
    return sizes


def _packets(kind: str, target: Target, runs: Iterable[Run], length: int) -> list[int]:
    writer = Ffmpeg(target, partial(_listed, COMMANDS[kind], kind, length))
    try:
        for run in runs:
            for frame in run:
                writer.write(frame)
        writer.finish()
    except BaseException:
        writer.abort()
        raise
    rows = [row.split(",") for row in target.path.read_text().splitlines() if row[:1] != "#"]
    # stream, when decoded, when shown, for how long, bytes, checksum; frames may be out of order
    return [int(row[4]) for row in sorted(rows, key=lambda row: int(row[2]))]


def _listed(
    command: Callable[[Target, Path], Command],
    kind: str,
    length: int,
    target: Target,
    folder: Path,
) -> Command:
    """The same codec, told where runs begin, into a list of its packets instead of a film."""
    chosen = command(target, folder)
    codec = f"{chosen.codec} -force_key_frames expr:not(mod(n,{length}))"
    if kind == "gif":  # by its container's choice until now
        codec += " -c:v gif"
    return Command(codec, "-f framecrc", chosen.inputs)
