"""What people say about a run, beside what it is: about.json in its folder, small plain values.

Training neither reads nor needs it; without it, or when it is damaged, a run is whole.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from gan.datasets import MOST_CLASSES
from gan.storage.layout import ABOUT
from gan.system.atomic import write_json

LARGEST_BYTES = 64_000
LONGEST_TITLE = 80

_changing = threading.Lock()  # reading, changing and writing are one


def read_about(folder: Path) -> dict[str, Any]:
    """The named values of a run's about.json; empty when there is none that can be read."""
    path = Path(folder) / ABOUT
    try:
        if path.stat().st_size > LARGEST_BYTES:
            return {}
        values = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def change_about(folder: Path, **values: Any) -> None:
    """Set some of them and keep the others; None removes one.

    Raises:
        OSError: the folder is not there any more, or the disk said no; nothing has changed.
    """
    with _changing:
        kept = read_about(folder) | values
        kept = {name: value for name, value in kept.items() if value is not None}
        write_json(Path(folder) / ABOUT, kept)


def read_title(folder: Path) -> str:
    """The name people gave a run; "" when they gave none."""
    return clean_title(read_about(folder).get("title"))


def read_class_names(folder: Path) -> tuple[str, ...]:
    """What people call a model's classes, in the order of their labels; () where that is not known.

    A run on one's own images has them from its sub-folders.
    """
    return clean_names(read_about(folder).get("classes"))


def clean_names(names: Any) -> tuple[str, ...]:
    """Each as by `clean_title`; () of what are no names."""
    cleaned = tuple(map(clean_title, names)) if isinstance(names, list | tuple) else ()
    return cleaned if all(cleaned) and len(cleaned) <= MOST_CLASSES else ()


def clean_title(title: Any) -> str:
    """One line of at most `LONGEST_TITLE` characters that can be shown; "" of what is no text."""
    words = "".join(c if c.isprintable() else " " for c in title) if isinstance(title, str) else ""
    return " ".join(words.split())[:LONGEST_TITLE].rstrip()
