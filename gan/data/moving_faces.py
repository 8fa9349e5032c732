"""Drawn faces that nod, blink and talk, by rules of real time whose state is known.

A face is an image of `faces` and two drawn parts (`tools/faces/draw.mjs`): its eyes closed and its
mouth open. Frames are composed on the fly. Each clip has its own rhythms: a nod is a sine, blinks
and words come periodically, all smooth or short functions of time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, Self

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from gan.data.attributes import HALVES
from gan.data.errors import DataError
from gan.data.idx import read_idx

SIDE = 32  # px
# where the eyes and the mouth are, in px of a face that does not nod
EYES, MOUTH = (slice(10, 16), slice(8, 24)), (slice(18, 24), slice(12, 20))
CHIN, SHOULDERS = 22.0, 28.0  # px from the top: above, all moves with the head; below, nothing
NOD_PX = (0.5, 2.0)
# periods, in frames
NOD, BLINK, SPEECH, SYLLABLE = (12.0, 40.0), (20.0, 48.0), (32.0, 64.0), (5.0, 9.0)
CLOSED, CLOSING = 1.0, 1.5  # frames: half of the time that eyes are closed; how long they close


class State(NamedTuple):
    """The state of clips at k times, float32 (n,k) each.

    `nod` is how far the head is below its place, in px; `eyes` and `mouth` are how far they are
    open, 0..1.
    """

    nod: Tensor
    eyes: Tensor
    mouth: Tensor


@dataclass(frozen=True)
class Rhythms:
    """Of n clips: `nod_px` (n,), and periods in frames and phases 0..1, float32 (n,4) each.

    The columns are those of nods, blinks, speech and syllables.
    """

    nod_px: Tensor
    periods: Tensor
    phases: Tensor

    def at(self, times: Tensor) -> State:
        """Return the state at times (n,k) in frames."""
        turns = times[..., None] / self.periods[:, None] + self.phases[:, None]
        nod, _, speech, syllable = (2 * math.pi * turns).unbind(2)
        from_blink = (turns[..., 1].remainder(1) - 0.5).abs() * self.periods[:, 1, None]
        speaks = (0.5 + 2 * speech.sin()).clamp(0, 1)
        return State(
            nod=self.nod_px[:, None] * nod.sin(),
            eyes=((from_blink - CLOSED) / CLOSING).clamp(0, 1),
            mouth=speaks * (1 - syllable.cos()) / 2,
        )


def random_rhythms(count: int, rng: torch.Generator) -> Rhythms:
    """Draw amplitudes, periods and phases uniformly."""
    low, high = torch.tensor([NOD_PX, NOD, BLINK, SPEECH, SYLLABLE]).unbind(1)
    drawn = low + (high - low) * torch.rand(count, 5, generator=rng)
    return Rhythms(drawn[:, 0], drawn[:, 1:], torch.rand(count, 4, generator=rng))


def draw(faces: Tensor, closed: Tensor, opened: Tensor, state: State) -> Tensor:
    """Return frames uint8 (n,3,32,32) of faces (n,3,32,32), uint8 as all images here.

    `closed` (n,3,6,16) are their closed eyes, `opened` (n,3,6,8) their open mouths; `state` is
    (n,) each. Lids fall from above, lips part from the middle.
    """
    frames, rows = faces.float(), torch.arange(6.0)
    lids = (6 * (1 - state.eyes[:, None]) - rows).clamp(0, 1)
    lips = (3 * state.mouth[:, None] - (rows - 2.5).abs() + 0.5).clamp(0, 1)
    for where, part, shares in ((EYES, closed, lids), (MOUTH, opened, lips)):
        seen = frames[:, :, *where]
        frames[:, :, *where] = seen.lerp(part.float(), shares[:, None, :, None])
    return _nodded(frames, state.nod).round_().byte()


def _nodded(frames: Tensor, nod: Tensor) -> Tensor:
    """Move heads down by `nod` (n,) px; the neck is stretched, and the shoulders stay."""
    rows = torch.arange(SIDE) + 0.5
    share = ((SHOULDERS - rows) / (SHOULDERS - CHIN)).clamp(0, 1)
    source = (rows - 0.5 - nod[:, None] * share).clamp(0, SIDE - 1)
    above = source.long().clamp(max=SIDE - 2)
    first, second = (
        frames.gather(2, at[:, None, :, None].expand_as(frames)) for at in (above, above + 1)
    )
    return first.lerp(second, (source - above)[:, None, :, None])


@dataclass(frozen=True)
class MovingFaces:
    """A `ClipSource` of `faces` with closed eyes and open mouths, see `draw`; `size` px large."""

    faces: Tensor
    closed: Tensor
    opened: Tensor
    size: int = SIDE

    def clips(self, index: Tensor, times: Tensor, rng: torch.Generator) -> Tensor:
        """See `ClipSource`; each call draws new rhythms."""
        state = random_rhythms(len(index), rng).at(times)
        each = index.repeat_interleave(times.shape[1])
        parts = (part[each] for part in (self.faces, self.closed, self.opened))
        frames = draw(*parts, State(*(values.flatten() for values in state)))
        if self.size != SIDE:
            resized = interpolate(frames.float(), (self.size,) * 2, mode="bilinear", antialias=True)
            frames = resized.round_().clamp_(0, 255).byte()
        return frames.unflatten(0, (len(index), -1))

    def subset(self, index: Tensor) -> Self:
        """See `ClipSource`."""
        parts = {name: getattr(self, name)[index] for name in ("faces", "closed", "opened")}
        return replace(self, **parts)


def read_parts(folder: Path, train: bool) -> tuple[Tensor, Tensor]:
    """Return closed eyes uint8 (n,3,6,16) and open mouths (n,3,6,8), in the order of `faces`.

    Raises DataError: a file is missing or damaged.
    """
    found = []
    for name, (rows, columns) in (("closed-eyes", EYES), ("open-mouth", MOUTH)):
        path = folder / f"{HALVES[train]}-{name}-idx4-ubyte.xz"
        part = torch.from_numpy(read_idx(path).copy()).permute(0, 3, 1, 2)
        part = part.repeat_interleave(2, 2).repeat_interleave(2, 3)  # pixels of the drawing
        if part.shape[1:] != (3, rows.stop - rows.start, columns.stop - columns.start):
            raise DataError(f"{path} does not hold the parts of faces.")
        found.append(part)
    return found[0], found[1]
