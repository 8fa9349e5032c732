"""Why files were not taken, counted: as data that a page says in its language, and in English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

LONGEST_EXAMPLE = 80

# of each reason the sentence after "N files were left out:"; {example} stands behind it
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "archive": "archives within the archive; unpack them first",
        "damaged": "damaged or cut short",
        "duplicate": "the same picture as another one, pixel by pixel",
        "encrypted": "locked with a password",
        "hidden": "files that systems leave behind",
        "link": "links to somewhere else",
        "method": "packed in a way that is not known here (only stored and deflated files are)",
        "not_image": "named like images, but not images that can be read",
        "other": "not images",
        "over_limit": "more than are taken here (at most {most}); those taken are spread over all",
        "over_listed": "not even looked at, for there are more than {most} files",
        "same_name": "of a name that was there already",
        "too_heavy": "took too much time or memory",
        "too_large": "larger than {most_mb} MB",
        "too_many_pixels": "too many pixels, such as {width} x {height}; at most {most_megapixels} "
        "million are taken",
        "too_small": "smaller than {least} pixels a side",
        "unpacked_enough": "not unpacked, for the archive grows too large: it may be a trap",
        "unreadable": "not readable for this program",
        "unsafe_path": "named to lie outside of the folder",
    }
)
# what was done to pictures that were taken
NOTES: Mapping[str, str] = MappingProxyType(
    {
        "animated": "animations, of which the first frame was taken",
        "too_many_classes": "sub-folders, more than can be classes: they are taken as one set",
        "transparent": "transparent ones, put on white",
        "turned": "turned the way the camera was held",
    }
)


class Skipped(Exception):
    """A file is not taken: a key of `REASONS`, and what its sentence needs."""

    def __init__(self, key: str, **values: int) -> None:
        super().__init__(key)
        self.key, self.values = key, values


class Tally:
    """How often each reason was met, with the name of the first such file."""

    def __init__(self) -> None:
        self._met: dict[str, dict[str, Any]] = {}

    def add(self, key: str, example: str = "", count: int = 1, **values: int) -> None:
        """`count` more files of this reason."""
        met = self._met.setdefault(
            key, {"key": key, "count": 0, "example": example[-LONGEST_EXAMPLE:], "values": values}
        )
        met["count"] += count

    def add_all(self, met: Iterable[dict[str, Any]]) -> None:
        """What `to_json` gave elsewhere."""
        for one in met:
            self.add(one["key"], one["example"], one["count"], **one["values"])

    def to_json(self) -> list[dict[str, Any]]:
        """[{"key", "count", "example" (a file's name), "values" (what the sentence needs)}], the
        most frequent first.
        """
        return sorted(self._met.values(), key=lambda one: (-one["count"], one["key"]))


def in_words(skipped: Iterable[dict[str, Any]], noted: Mapping[str, int]) -> list[str]:
    """A line of English for each reason, and for each note."""
    lines = []
    for one in skipped:
        like = f", such as {one['example']}" if one["example"] else ""
        said = REASONS[one["key"]].format(**one["values"])
        lines.append(f"{one['count']:,} left out: {said}{like}")
    return [*lines, *(f"{count:,} {NOTES[key]}" for key, count in noted.items())]
