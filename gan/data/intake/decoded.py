"""What the worker has reported so far."""

from dataclasses import dataclass, field
from typing import Any

from gan.data.intake.depth import Range
from gan.data.intake.messages import ImageImportError, SkipCounts


@dataclass
class Decoded:
    """What the worker reported of the file of pixels, whose pictures are images or frames of clips.

    `labels`, `hashes` and `lengths` (in pictures) are of each image or clip, `grey` is of each
    picture. `ranges` are of deep pictures only, and `contrasts` of transparent ones, by index.
    """

    skipped: SkipCounts = field(default_factory=SkipCounts)
    classes: list[str] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    grey: list[bool] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    ranges: dict[int, Range] = field(default_factory=dict)
    contrasts: dict[int, list[int]] = field(default_factory=dict)
    noted: dict[str, int] = field(default_factory=dict)
    are_clips: bool = False

    def add(self, event: dict[str, Any]) -> None:
        """Record an event of the worker. Raises ImageImportError if it is fatal."""
        if "fatal" in event:
            raise self.error(event["fatal"], **event.get("values", {}))
        for one in event.get("skipped", ()):
            self.skipped.add(one["key"], one["example"], one["count"], **one["values"])
        if "total" in event:
            self.classes, self.noted = event["classes"], event["noted"]
            self.are_clips = event["clips"]
        elif "skip" in event:
            self.skipped.add(event["skip"], event["name"], **event["values"])
        else:
            for picture in event["frames"]:
                if picture["range"]:
                    self.ranges[len(self.grey)] = Range(*picture["range"])
                if picture["contrasts"]:
                    self.contrasts[len(self.grey)] = picture["contrasts"]
                self.grey.append(picture["grey"])
            self.labels.append(event["kept"])
            self.hashes.append(event["hash"])
            self.lengths.append(len(event["frames"]))
            for note in event["notes"]:
                self.note(note)

    def note(self, key: str, count: int = 1) -> None:
        """Count `count` more images or clips for a key of `messages.NOTES`."""
        if count:
            self.noted[key] = self.noted.get(key, 0) + count

    def error(self, key: str, **values: Any) -> ImageImportError:
        """Return an error that reports the skipped files."""
        return ImageImportError(key, self.skipped.to_json(), **values)
