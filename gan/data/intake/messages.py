"""What an import reports: keys with values, which the page translates, and the same in English."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

LONGEST_EXAMPLE = 80

# why an import failed
SENTENCES: Mapping[str, str] = {
    "archive": "This archive cannot be read; only zip files can. Unpack it and import the images.",
    "bundle_damaged": "The upload was incomplete or damaged. Try again.",
    "cancelled": "Import cancelled; nothing was saved.",
    "disk": "The images could not be saved: {why}.",
    "not_there": "The file or folder does not exist or cannot be read.",
    "not_zip": "This is not a complete zip file. Pack the files as .zip, or choose the files.",
    "reader": "The image reader stopped unexpectedly; nothing was saved.",
    "slow": "The import took longer than {minutes} minutes, the limit of this server.",
    "too_few": "Only {count} usable images were found; training needs at least {least}.",
    "too_few_clips": "Only {count} usable clips were found; training needs at least {least}. With "
    "fewer frames in a clip, or more frames a second, a file gives more clips.",
    "too_many_files": "Too many files to list. Choose fewer.",
    "zip_damaged": "The zip file is damaged. Create it again.",
}
# why files were skipped; each completes "N skipped:"
REASONS: Mapping[str, str] = {
    "archive": "archives; unpack them first, or choose a single zip file",
    "blank": "transparent images in which nothing is visible",
    "damaged": "damaged or incomplete",
    "duplicate": "duplicates, pixel for pixel",
    "encrypted": "password-protected",
    "format": "in an image format that is not supported; save them as PNG or JPEG",
    "hidden": "hidden or system files",
    "link": "symbolic links",
    "method": "unsupported compression method (use deflate or none)",
    "not_image": "extension of an image or a video, but not readable as one",
    "other": "not images or clips",
    "over_limit": "over the limit of {most}; an even sample was kept",
    "over_listed": "not read: more than {most} files",
    "same_name": "duplicate file names",
    "short": "clips of fewer than {least} frames; choose more frames a second",
    "still": "single pictures among clips, or clips in which nothing moves",
    "too_deep": "folders nested too deeply",
    "too_heavy": "exceeded the time or memory limit",
    "too_large": "larger than {most_mb} MB",
    "too_many_pixels": "too many pixels, such as {width} x {height}; the limit is "
    "{most_megapixels} megapixels",
    "too_small": "smaller than {least} pixels per side",
    "unlabelled": "without a class: outside the class folders, or not in dataset.json",
    "unpacked_enough": "not unpacked: the archive expands too far and may be a zip bomb",
    "unreadable": "no read permission",
    "unsafe_path": "paths outside the folder",
    "video": "videos among images; import them on their own",
}
# what was done to images or clips that were kept
NOTES: Mapping[str, str] = {
    "animated": "animations: first frame used",
    "chunks": "numbered sub-folders are parts of one set: not used as classes",
    "colour_profile": "images converted to sRGB by their colour profile",
    "dark": "images are nearly black",
    "dataset_json": "labels read from dataset.json: sub-folders are not used as classes",
    "deep": "images with more than 8 bits: the range of their values was stretched to 0..255",
    "merged_classes": "sub-folders merged into others of the same name",
    "on_black": "transparent images placed on black, so that white drawings are visible",
    "on_grey": "transparent images placed on grey, so that white and black drawings are visible",
    "several": "files with several pictures or pages: only the main one used",
    "part": "clips read in part: they are long or damaged, and only their beginning was used",
    "repeats": "clips repeat frames: choose fewer frames a second, unless they stand still",
    "short_clips": "clips are shorter than training usually spans, 16 frames: they are played "
    "forth and back",
    "small_classes": "sub-folders treated as one set: too many of them have a single image",
    "too_many_classes": "sub-folders exceed the class limit: treated as one set",
    "transparent": "transparent images placed on white",
    "turned": "images rotated by their EXIF orientation",
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
        example = example.encode("utf-8", "replace").decode()  # names may have lone surrogates
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
        lines.append(f"{one['count']:,} skipped: {reason}{example}")
    return [*lines, *(f"{count:,} {NOTES[key]}" for key, count in noted.items())]
