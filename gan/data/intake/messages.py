"""What an import reports: keys with values, which the page translates, and the same in English."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

LONGEST_EXAMPLE = 80

# why an import failed
SENTENCES: Mapping[str, str] = {
    "bundle_damaged": "The upload is incomplete or damaged; try again.",
    "cancelled": "Cancelled; nothing was kept.",
    "disk": "The images could not be saved: {why}.",
    "not_there": "There is no such file or folder, or it cannot be read.",
    "not_zip": "This is not a zip file, or it is incomplete. Pack the images as .zip, or "
    "choose the images themselves.",
    "reader": "The process that reads images ended unexpectedly; nothing was kept.",
    "too_few": "Only {count} usable images were found; training needs at least {least}.",
    "too_many_files": "There are too many files to list; choose fewer.",
    "zip_damaged": "The zip file is damaged; pack it again.",
}
# why files were skipped; each completes "N files were left out:"
REASONS: Mapping[str, str] = {
    "archive": "archives within the archive; unpack them first",
    "damaged": "damaged or truncated",
    "duplicate": "the same pixels as another image",
    "encrypted": "protected by a password",
    "hidden": "hidden or system files",
    "link": "symbolic links",
    "method": "an unsupported compression (only stored and deflated files are read)",
    "not_image": "named like images, but not readable as images",
    "other": "not images",
    "over_limit": "over the {most}-image limit; an even sample was kept",
    "over_listed": "not listed, since there are more than {most} files",
    "same_name": "named like another file",
    "too_heavy": "took too much time or memory",
    "too_large": "larger than {most_mb} MB",
    "too_many_pixels": "too many pixels, such as {width} x {height}; the limit is "
    "{most_megapixels} million",
    "too_small": "smaller than {least} pixels a side",
    "unpacked_enough": "not unpacked, since the archive expands too much (a zip bomb?)",
    "unreadable": "not readable",
    "unsafe_path": "pointing outside the folder",
}
# what was done to images that were kept
NOTES: Mapping[str, str] = {
    "animated": "animations, of which the first frame was used",
    "too_many_classes": "sub-folders, too many for classes: used as one set without classes",
    "transparent": "transparent images, put on white",
    "turned": "images rotated to the camera's orientation",
}


class ImageImportError(ValueError):
    """The import failed and kept nothing. `key` is one of `SENTENCES`, with its `values`.

    `skipped` counts the files skipped before, as `SkipCounts.to_json`.
    """

    def __init__(self, key: str, skipped: Sequence[dict[str, Any]] = (), **values: Any) -> None:
        super().__init__(SENTENCES[key].format(**values))
        self.key, self.values, self.skipped = key, values, list(skipped)


class Skipped(Exception):
    """A file is skipped. `key` is one of `REASONS`, with its `values`."""

    def __init__(self, key: str, **values: int) -> None:
        super().__init__(key)
        self.key, self.values = key, values


class SkipCounts:
    """Counts the skipped files by reason, with the name of the first as an example."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[str, Any]] = {}

    def add(self, key: str, example: str = "", count: int = 1, **values: int) -> None:
        """Count `count` more files for this reason."""
        entry = {"key": key, "count": 0, "example": example[-LONGEST_EXAMPLE:], "values": values}
        self._counts.setdefault(key, entry)["count"] += count

    def to_json(self) -> list[dict[str, Any]]:
        """Return [{"key", "count", "example", "values"}], the most frequent first."""
        return sorted(self._counts.values(), key=lambda one: (-one["count"], one["key"]))


def in_words(skipped: Iterable[dict[str, Any]], noted: Mapping[str, int]) -> list[str]:
    """Return a line of English for each reason and each note."""
    lines = []
    for one in skipped:
        example = f", such as {one['example']}" if one["example"] else ""
        reason = REASONS[one["key"]].format(**one["values"])
        lines.append(f"{one['count']:,} left out: {reason}{example}")
    return [*lines, *(f"{count:,} {NOTES[key]}" for key, count in noted.items())]
