"""A run as a card: its picture, metrics, cost and last diagnosis."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from demo.train.payload import number
from gan.monitor.diagnosis import Diagnosis
from gan.monitor.doctor import diagnose
from gan.monitor.vitals_log import read_vitals
from gan.runs.history import read_history, read_marks
from gan.runs.listing import RunInfo, run_info
from gan.runs.snapshots import snapshot_steps
from gan.storage.layout import ABOUT, CONFIG, HISTORY, NEWEST, PREVIOUS, SNAPSHOTS, VITALS
from gan.storage.metadata import read_title

FILES = (CONFIG, NEWEST, PREVIOUS, HISTORY, VITALS, ABOUT, SNAPSHOTS)

log = logging.getLogger(__name__)
Stamp = tuple[int, ...]


@dataclass(frozen=True)
class Card:
    """One run. `title` is "" without a name; `picture` is the step of the last contact sheet.

    `frechet`, its standard error `frechet_error`, and `diversity` are the last vital signs;
    `size_bytes` is the space on disk. Unknown values are None.
    """

    info: RunInfo
    title: str
    picture: int | None
    frechet: float | None
    frechet_error: float | None
    diversity: float | None
    diagnosis: Diagnosis | None
    size_bytes: int


def stamp(folder: Path) -> Stamp:
    """Return the modification times of the files that a card is made of."""
    found = []
    for name in FILES:
        try:
            found.append((folder / name).stat().st_mtime_ns)
        except OSError:
            found.append(0)
    return tuple(found)


def card(folder: Path) -> Card | None:
    """Return the card of the run in a folder, also of a damaged one; None without a run."""
    info = run_info(folder)
    if info is None:
        return None
    vitals, pictures = read_vitals(folder), snapshot_steps(folder)
    signs = vitals[-1] if vitals else {}
    return Card(
        info=info,
        title=read_title(folder),
        picture=pictures[-1] if pictures else None,
        frechet=number(signs.get("frechet")),
        frechet_error=number(signs.get("frechet_error")),
        diversity=number(signs.get("diversity")),
        diagnosis=_diagnosis(info, vitals),
        size_bytes=size_on_disk(folder),
    )


def size_on_disk(folder: Path) -> int:
    """Return the bytes on disk of all files in a folder; hard links count once."""
    sizes = {}
    for path in folder.rglob("*"):
        try:
            known = path.lstat()
        except OSError:  # deleted meanwhile
            continue
        sizes[known.st_ino] = getattr(known, "st_blocks", -(-known.st_size // 512)) * 512
    return sum(sizes.values())


def _diagnosis(info: RunInfo, vitals: list[dict]) -> Diagnosis | None:
    if info.config is None or not vitals:
        return None
    try:
        return diagnose(read_history(info.folder), vitals, info.config, read_marks(info.folder))
    except Exception:  # rows of a damaged file may have any shape
        log.warning("Cannot diagnose %s.", info.folder, exc_info=True)
        return None
