"""Finalise an import of clips: cut the files that were read, split, write their frames once."""

import hashlib
import time
from pathlib import Path
from typing import Any

import numpy as np

from gan.config import Config
from gan.data.collection import CLIPS, IMAGES, LABELS, Collection
from gan.data.intake.decoded import Decoded
from gan.data.intake.finalize import (
    can_split,
    first_of_equal,
    name_classes,
    split,
    sync,
    write_pictures,
)
from gan.data.intake.flatten import Flatten
from gan.data.intake.units import ClipOptions

LEAST_CLIPS = 10


def finalize_clips(
    folder: Path, size: int, decoded: Decoded, options: ClipOptions, facts: dict[str, Any]
) -> Collection:
    """Replace the file of pixels by the frames, clips and labels of a collection.

    Clips of one file are held out together if there are enough files: they are alike.
    Raises ImageImportError for too few clips, and OSError.
    """
    files = first_of_equal(decoded)
    lengths = np.array(decoded.lengths)[files]
    first = (np.cumsum(decoded.lengths) - decoded.lengths)[files]
    clips, file_of = cut(lengths, options.length)
    if len(clips) < LEAST_CLIPS:
        raise decoded.error("too_few_clips", count=len(clips), least=LEAST_CLIPS)
    decoded.note("short_clips", int((clips[:, 1] < Config.clip_span).sum()))
    frames = np.concatenate([np.arange(n) + at for n, at in zip(lengths, first, strict=True)])
    flatten = Flatten(decoded, frames)
    of_files = np.array(decoded.labels)[files]
    named = name_classes(decoded, of_files[file_of])
    together = file_of if can_split(of_files) else np.arange(len(clips))
    labels_together = np.zeros(together[-1] + 1, np.int64)
    labels_together[together] = named.labels
    groups, held = split(labels_together)
    rank = np.argsort(groups)[together]
    order = np.argsort(rank, kind="stable")
    held_clips = int((rank >= len(groups) - held).sum())
    clips, labels = clips[order], named.labels[order]
    digest = hashlib.blake2b(repr((named.names, float(options.fps))).encode(), digest_size=6)
    channels = write_pictures(folder, size, flatten, frames, decoded, digest)
    digest.update(clips.tobytes() + labels.tobytes())
    np.save(folder / CLIPS, clips)
    np.save(folder / LABELS, labels)
    sync(folder, IMAGES, CLIPS, LABELS)
    return Collection(
        id=f"own-{digest.hexdigest()}",
        size=size,
        channels=channels,
        classes=named.names,
        counts=named.counts,
        train=len(order) - held_clips,
        held=held_clips,
        skipped=tuple(decoded.skipped.to_json()),
        noted=decoded.noted,
        made_s=time.time(),
        frames=len(frames),
        fps=float(options.fps),
        **facts,
    )


def cut(lengths: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Cut files of so many frames (n,), one after another, into clips of about `length` each.

    Returns the first frame and the number of frames of each clip, int64 (m,2), and its file (m,).
    No frame is left over: clips of a file differ by one frame at most.
    """
    clips, file_of, start = [], [], 0
    for file, count in enumerate(lengths.tolist()):
        parts = max(1, round(count / length))
        edges = start + np.linspace(0, count, parts + 1).round().astype(np.int64)
        clips += zip(edges[:-1], np.diff(edges), strict=True)
        file_of += [file] * parts
        start += count
    return np.array(clips, np.int64).reshape(-1, 2), np.array(file_of, np.int64)
