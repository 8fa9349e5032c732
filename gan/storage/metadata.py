"""User metadata of a run (title, class names, note): small JSON values in about.json.

Training does not read it: a run is complete without it.
"""

import threading
from pathlib import Path
from typing import Any

from gan.datasets import MOST_CLASSES
from gan.storage.layout import ABOUT, OWNER
from gan.system.atomic import read_json, write_json

LARGEST_BYTES = 64_000
LONGEST_TITLE = 80

_writing = threading.Lock()  # from reading to writing


def read_about(folder: Path) -> dict[str, Any]:
    """Return the values of a run's about.json; empty if it is missing or damaged."""
    return read_json(Path(folder) / ABOUT, LARGEST_BYTES)


def change_about(folder: Path, **values: Any) -> None:
    """Set some values and keep the others; None removes one. Raises OSError."""
    with _writing:
        kept = (read_about(folder) | values).items()
        write_json(Path(folder) / ABOUT, {name: value for name, value in kept if value is not None})


def read_owner(folder: Path) -> str:
    """Return the visitor of a public server whose run it is; "" if that is not known.

    Two files have it, so that damage of one costs nobody their run.
    """
    for name in (OWNER, ABOUT):
        owner = read_json(Path(folder) / name, LARGEST_BYTES).get("owner")
        if isinstance(owner, str) and owner:
            return owner
    return ""


def write_owner(folder: Path, owner: str) -> None:
    """Record whose run it is. Raises OSError."""
    write_json(Path(folder) / OWNER, {"owner": owner})
    change_about(folder, owner=owner)  # earlier versions look for it there


def read_title(folder: Path) -> str:
    """Return the title of a run, "" if it has none."""
    return clean_title(read_about(folder).get("title"))


def read_class_names(folder: Path) -> tuple[str, ...]:
    """Return a model's class names in the order of their labels; () if they are unknown."""
    names = read_about(folder).get("classes")
    cleaned = tuple(map(clean_title, names)) if isinstance(names, list) else ()
    return cleaned if all(cleaned) and len(cleaned) <= MOST_CLASSES else ()


def clean_title(title: Any) -> str:
    """Return one printable line of at most `LONGEST_TITLE` characters; "" if it is not text."""
    return one_line(title)[:LONGEST_TITLE].rstrip() if isinstance(title, str) else ""


def one_line(text: str) -> str:
    """Return a text as one line of printable characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
