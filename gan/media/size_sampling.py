"""Encoded sizes of single frames, measured by encoding some of a clip."""

import math
import zlib
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from gan.media import png
from gan.media.export import WRITERS
from gan.media.ffmpeg import COMMANDS, Command, Ffmpeg
from gan.media.stills import PngZip
from gan.media.writer import Output
from gan.system.ordered_pool import OrderedPool

Run = Iterable[np.ndarray]  # successive frames, as `FrameStyle.levels` returns them


def frame_sizes(output: Output, runs: Iterable[Run], length: int) -> np.ndarray:
    """Return the bytes of every frame, (runs,length), each run starting with a keyframe.

    For any format except "sprite". In an APNG or WebP the first frames of later runs are not
    encoded: NaN. A file may be left at `output.path`. Raises as the writers do.
    """
    format = output.settings.format
    if format in COMMANDS:
        return np.array(_packets(output, runs, length), float).reshape(-1, length)
    sizes = np.array(_part_sizes(output, runs), float)
    if format == "zip" or length == 1:
        return sizes.reshape(-1, length)
    first, rest = sizes[0], sizes[1:].reshape(-1, length - 1)
    return np.insert(rest, 0, [first] + [math.nan] * (len(rest) - 1), axis=1)


def row_size(first: np.ndarray, rows: Iterable[Sequence[np.ndarray]]) -> int:
    """Return the bytes of rows of frames on a sprite sheet that starts with `first`."""
    up, packer, size = png.up_is_smaller(first), zlib.compressobj(png.LEVEL), 0
    for row in rows:
        size += len(packer.compress(png.scanlines(np.hstack(row), up)))
    return size + len(packer.flush())


def _part_sizes(output: Output, runs: Iterable[Run]) -> list[float]:
    sizes: list[float] = []
    workers = OrderedPool(
        lambda part: sizes.append(len(getattr(part, "data", part))), output.check_stop
    )
    writer = WRITERS[output.settings.format](output)
    try:
        for number, run in enumerate(runs):
            before = None
            for frame in run:
                if before is not None or not number or isinstance(writer, PngZip):
                    workers.submit(writer.part, frame, before)
                before = frame
        workers.finish()
    finally:
        workers.abort()
        writer.abort()
    return sizes


def _packets(output: Output, runs: Iterable[Run], length: int) -> list[int]:
    writer = Ffmpeg(output, partial(_packet_list, COMMANDS[output.settings.format], length))
    try:
        for run in runs:
            for frame in run:
                writer.write(frame)
        writer.finish()
    except BaseException:
        writer.abort()
        raise
    rows = [row.split(",") for row in output.path.read_text().splitlines() if row[:1] != "#"]
    # stream, decoding time, presentation time, duration, bytes, checksum; may be out of order
    return [int(row[4]) for row in sorted(rows, key=lambda row: int(row[2]))]


def _packet_list(
    command: Callable[[Output, Path], Command], length: int, output: Output, folder: Path
) -> Command:
    """Return the same codec with keyframes at the runs' starts, writing a list of packets."""
    chosen = command(output, folder)
    codec = f"{chosen.codec} -force_key_frames expr:not(mod(n,{length}))"
    if output.settings.format == "gif":  # otherwise implied by the container
        codec += " -c:v gif"
    return Command(codec, "-f framecrc", chosen.inputs)
