"""What an import reads, one by one: images, or clips.

A clip is an animation, a video, or all pictures of a folder, in the natural order of their names.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from gan.data.intake.classes import natural_order
from gan.data.intake.decode import is_image
from gan.data.intake.moving import moves, video_format
from gan.data.intake.names import VIDEOS, Parts, ending_of
from gan.data.intake.sources import Entry, Source

FOLDERS = ("classes", "clips")  # what the folders of pictures are
LEAST_LENGTH, MOST_LENGTH = 8, 256  # frames
MOST_FPS = 60
LOOKED_AT = 200  # files, to tell whether they are clips
OWN_CLIP = VIDEOS | {"gif"}  # not a frame of a folder


class ClipOptionsError(ValueError):
    """An option of clips is outside its range; the message names it."""


@dataclass(frozen=True)
class ClipOptions:
    """How clips are cut: `fps` frames a second, and about `length` frames each.

    A longer file becomes several clips, one after another. `folders` "clips": the pictures of a
    folder are the frames of one clip, each of them one, and `fps` is how fast they are shown.
    Raises ClipOptionsError: out of range.
    """

    fps: float = 12.0
    length: int = 32
    folders: str = "classes"

    def __post_init__(self) -> None:
        numbers = type(self.fps) in (int, float) and type(self.length) is int
        if not numbers or not 1 <= self.fps <= MOST_FPS:
            raise ClipOptionsError(f"Frames a second must be between 1 and {MOST_FPS}.")
        if not LEAST_LENGTH <= self.length <= MOST_LENGTH:
            raise ClipOptionsError(
                f"The frames of a clip must be between {LEAST_LENGTH} and {MOST_LENGTH}."
            )
        if self.folders not in FOLDERS:
            raise ClipOptionsError(f"Folders must be one of: {', '.join(FOLDERS)}.")


DEFAULT_CLIPS = ClipOptions()


@dataclass(frozen=True)
class Unit:
    """The files of one image or clip; `parts` is the name by which its class is found."""

    parts: Parts
    entries: tuple[Entry, ...]
    is_folder: bool = False

    @property
    def name(self) -> str:
        return "/".join(self.parts)


def holds_clips(source: Source) -> bool:
    """Return whether most of a source's images and videos move, by a sample of them."""
    entries = source.entries
    step = max(1, len(entries) // LOOKED_AT)
    starts = [source.start_of(entry) for entry in entries[::step]]
    known = [start for start in starts if is_image(start) or video_format(start)]
    return 2 * sum(map(moves, known)) > len(known)


def units_of(entries: Sequence[Entry], folders: str) -> list[Unit]:
    """Return one unit for each file, or with `folders` "clips" for each folder of pictures."""
    alone, frames = [], defaultdict(dict)
    for entry in entries:
        if folders == "clips" and ending_of(entry.parts) not in OWN_CLIP:
            frames[entry.parts[:-1]][entry.parts[-1]] = entry
        else:
            alone.append(Unit(entry.parts, (entry,)))
    for folder, files in frames.items():
        ordered = tuple(files[name] for name in natural_order(files))
        alone.append(Unit(folder or ordered[0].parts, ordered, is_folder=True))
    return sorted(alone, key=lambda one: one.parts)
