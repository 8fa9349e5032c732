"""Read one clip into the file of pixels."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from gan.data.intake.animation import read_animation
from gan.data.intake.decode import DecodedImage, decode_image
from gan.data.intake.messages import SkipCounts, Skipped
from gan.data.intake.moving import video_format
from gan.data.intake.names import reported
from gan.data.intake.sources import START_BYTES, Source
from gan.data.intake.units import Unit
from gan.data.intake.video import read_video

LEAST_FRAMES = 3  # `gan.data.clips.FRAMES`, whose module imports torch: slow, and large
CPU_S = 45  # of this process; what was read until then is kept
REPEATED = 0.25  # of the frames may equal the one before without a note


@dataclass(frozen=True)
class ClipReader:
    """`most` frames are read of each clip; videos are unpacked into `folder` meanwhile.

    For `size` and `fit` see `decode.decode_image`.
    """

    source: Source
    size: int
    fit: str
    most_pixels: int
    fps: float
    most: int
    folder: Path

    def read(self, unit: Unit, pixels: BinaryIO) -> dict[str, Any]:
        """Append the frames of a clip to `pixels`; return its event (`gan.data.intake.worker`).

        Raises Skipped, and leaves `pixels` as it was; MemoryError.
        """
        start, made = pixels.tell(), _Made()
        try:
            with closing(self._frames(unit, made.skipped)) as frames:
                self._keep(frames, made, pixels)
            if len(set(made.hashes)) < 2:
                raise Skipped("still")
            if len(made.hashes) < LEAST_FRAMES:
                raise Skipped("short", least=LEAST_FRAMES)
        except (Skipped, MemoryError):
            pixels.truncate(start)
            raise
        pixels.flush()
        return made.event()

    def _keep(self, frames: Iterator[DecodedImage], made: "_Made", pixels: BinaryIO) -> None:
        start_s = time.process_time()
        try:
            for frame in frames:
                if len(made.hashes) == self.most or time.process_time() - start_s > CPU_S:
                    made.notes.add("part")
                    return
                raw = frame.pixels.tobytes()
                pixels.write(raw)
                made.add(frame, raw)
        except Skipped as error:
            if error.key != "damaged" or len(made.hashes) < LEAST_FRAMES:
                raise
            made.notes.add("part")

    def _frames(self, unit: Unit, skipped: SkipCounts) -> Iterator[DecodedImage]:
        if unit.is_folder:
            yield from self._of_folder(unit, skipped)
            return
        data = self.source.read(unit.entries[0])
        form = video_format(data[:START_BYTES])
        how = (self.size, self.fit, self.most_pixels, self.fps)
        if form is None:
            yield from read_animation(data, *how)
            return
        path = self.folder / "video"
        try:
            path.write_bytes(data)
            yield from read_video(path, form, *how)
        finally:
            path.unlink(missing_ok=True)

    def _of_folder(self, unit: Unit, skipped: SkipCounts) -> Iterator[DecodedImage]:
        for entry in unit.entries:
            try:
                data = self.source.read(entry)
                yield decode_image(data, self.size, self.fit, self.most_pixels)
            except Skipped as error:
                skipped.add(reported(error.key, entry.parts), entry.name, **error.values)


@dataclass
class _Made:
    """What is known of a clip so far."""

    facts: list[dict[str, Any]] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    notes: set[str] = field(default_factory=set)
    skipped: SkipCounts = field(default_factory=SkipCounts)

    def add(self, frame: DecodedImage, raw: bytes) -> None:
        self.hashes.append(hashlib.blake2b(raw, digest_size=16).digest())
        self.notes.update(frame.notes)
        self.facts.append(frame_facts(frame))

    def event(self) -> dict[str, Any]:
        pairs = zip(self.hashes, self.hashes[1:], strict=False)
        if sum(one == other for one, other in pairs) > REPEATED * len(self.hashes):
            self.notes.add("repeats")
        digest = hashlib.blake2b(b"".join(self.hashes), digest_size=16).hexdigest()
        skipped = self.skipped.to_json()
        notes = sorted(self.notes)
        return {"hash": digest, "notes": notes, "frames": self.facts, "skipped": skipped}


def frame_facts(frame: DecodedImage) -> dict[str, Any]:
    """Return what an event says of one picture."""
    scale = frame.range and astuple(frame.range)
    return {"grey": frame.is_grey, "range": scale, "contrasts": frame.contrasts}
