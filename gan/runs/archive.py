"""A run as one zip file, with everything to go on from it bit for bit: what lies in it, and out.

<name>/config.json                    the Config it began with
<name>/checkpoint.safetensors         the last good one
<name>/history.jsonl, vitals.jsonl    rows of figures
<name>/about.json                     its title, and the names of its classes
<name>/snapshots/, <name>/milestones/

The model for use is not in it: it is the EMA of the checkpoint. `gan.runs.unpack` takes it in.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from gan.runs.milestones import milestone_name, milestone_steps
from gan.runs.snapshots import snapshot_steps
from gan.storage.checkpoint import first_usable
from gan.storage.layout import (
    ABOUT,
    CONFIG,
    HISTORY,
    NEWEST,
    PREVIOUS,
    VITALS,
    snapshot_picture_path,
    snapshot_weights_path,
)
from gan.storage.metadata import read_class_names, read_title

TEXTS = (CONFIG, HISTORY, VITALS, ABOUT)
KEPT = re.compile(r"(snapshots/\d{8}\.(png|safetensors)|milestones/\d{8}\.safetensors)")
RUN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
CHUNK_BYTES = 256 * 1024


def is_known(name: str) -> bool:
    """Whether a file of this name, within a run's folder, belongs in an archive."""
    return name in TEXTS or name == NEWEST or KEPT.fullmatch(name) is not None


def pack(folder: Path) -> Iterator[bytes]:
    """The zip of a run, piece by piece, never whole in memory; also of one that is going on.

    What is asked of the disk before the first piece comes is asked at once, so that it is of one
    moment; the pictures and weights of single steps never change.

    Raises:
        gan.storage.checkpoint.CheckpointError: there is no good one; before the first piece.
        OSError: a file cannot be read.
    """
    folder = Path(folder)
    older = [milestone_name(step) for step in reversed(milestone_steps(folder))]
    _, name, _ = first_usable(folder, lambda state, numbers: None, (NEWEST, PREVIOUS, *older))
    checkpoint = open(folder / name, "rb")  # open, it stays what it is when a newer one comes
    texts = {name: _read(folder / name) for name in (CONFIG, HISTORY, VITALS)}
    about = {"title": read_title(folder), "classes": read_class_names(folder)}
    texts[ABOUT] = json.dumps(about).encode() if any(about.values()) else b""
    return _pieces(folder, checkpoint, texts)


def _pieces(folder: Path, checkpoint: BinaryIO, texts: dict[str, bytes]) -> Iterator[bytes]:
    sink, top = _Sink(), folder.name if RUN_NAME.fullmatch(folder.name) else "run"
    with checkpoint, zipfile.ZipFile(sink, "w") as packed:  # type: ignore[arg-type]
        for name, data in texts.items():
            if data:
                info = zipfile.ZipInfo(f"{top}/{name}")
                packed.writestr(info, data, zipfile.ZIP_DEFLATED)
                yield sink.take()
        yield from _copied(packed, sink, f"{top}/{NEWEST}", checkpoint)
        for path in _kept(folder):
            with suppress(FileNotFoundError), open(path, "rb") as file:  # thinned out since
                name = f"{top}/{path.relative_to(folder).as_posix()}"
                yield from _copied(packed, sink, name, file)
    yield sink.take()


def _copied(packed: zipfile.ZipFile, sink: _Sink, name: str, file: BinaryIO) -> Iterator[bytes]:
    """Stored as it is: weights and pictures hardly get smaller."""
    info = zipfile.ZipInfo(name)
    info.file_size = file.seek(0, 2)
    file.seek(0)
    with packed.open(info, "w") as member:
        while data := file.read(CHUNK_BYTES):
            member.write(data)
            yield sink.take()


def _kept(folder: Path) -> list[Path]:
    steps = snapshot_steps(folder)
    paths = [path for step in steps for path in _frame(folder, step)]
    return paths + [folder / milestone_name(step) for step in milestone_steps(folder)]


def _frame(folder: Path, step: int) -> tuple[Path, Path]:
    return snapshot_picture_path(folder, step), snapshot_weights_path(folder, step)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


class _Sink:
    """Where `zipfile` writes to, and what it wrote is taken from."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Keep it until it is taken."""
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        """All that was written since the last time."""
        data, self._written = b"".join(self._written), []
        return data
