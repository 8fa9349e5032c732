"""Why nothing was kept of images that were brought."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

SENTENCES = MappingProxyType(
    {
        "bundle_damaged": "The upload was cut short or damaged; try again.",
        "cancelled": "Stopped; nothing was kept.",
        "disk": "The images could not be kept: {why}.",
        "not_there": "There is no such file or folder, or it cannot be read.",
        "not_zip": "That is no zip file (or it was cut short). Pack the images as .zip, or choose "
        "the images themselves.",
        "reader": "The program that reads images has ended unexpectedly; nothing was kept.",
        "too_few": "{count} images were found that can be used; training needs {least} at least.",
        "too_many_files": "There are too many files in it to even list them; take fewer.",
        "zip_damaged": "The zip file is damaged; pack it again.",
    }
)


class IntakeError(ValueError):
    """Nothing was kept, and why: a key of `SENTENCES` with `values`. `skipped` says what was met
    on the way, as in `Collection`.
    """

    def __init__(
        self, key: str, skipped: list[dict[str, Any]] | None = None, **values: Any
    ) -> None:
        super().__init__(SENTENCES[key].format(**values))
        self.key, self.values, self.skipped = key, values, skipped or []
