"""Two runs side by side: each folder knows the other, so that both are resumed together."""

from __future__ import annotations

import json
from pathlib import Path

from gan.storage.layout import PAIR
from gan.system.atomic import write_json


def tie(first: Path, second: Path) -> None:
    """The runs in these folders, of one parent folder, become a pair.

    Raises:
        OSError: the disk said no.
    """
    write_json(first / PAIR, {"beside": second.name, "first": True})
    write_json(second / PAIR, {"beside": first.name, "first": False})


def pair_of(folder: Path) -> tuple[Path, Path] | None:
    """Folders of the first and of the second run of the pair that this run is one of.

    None when it is a run alone, or when the other one is gone or is another one's companion.
    """
    other, first = _read(folder)
    folders = {path.name: path for path in folder.parent.iterdir() if path.is_dir()}
    if other not in folders or other == folder.name:
        return None
    if _read(folders[other]) != (folder.name, not first):
        return None
    return (folder, folders[other]) if first else (folders[other], folder)


def _read(folder: Path) -> tuple[str, bool]:
    try:
        known = json.loads((folder / PAIR).read_bytes())
        return str(known["beside"]), known["first"] is True
    except (OSError, ValueError, LookupError, TypeError):
        return "", False
