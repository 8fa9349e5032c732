"""A run as one zip file that holds everything to resume it bit for bit; `gan.runs.unpack` reads it.

<name>/config.json                    the Config it started with
<name>/checkpoint.safetensors         the newest good checkpoint
<name>/history.jsonl, vitals.jsonl    rows of numbers
<name>/about.json                     title and class names
<name>/snapshots/, <name>/milestones/

The model for use is left out: it is the EMA of the checkpoint.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from zipstream import ZipStream

from gan.runs.milestones import checkpoint_names
from gan.storage import layout
from gan.storage.checkpoint_file import CheckpointError, read_numbers, verify_checkpoint
from gan.storage.metadata import read_class_names, read_title
from gan.storage.process_files import own_prefix
from gan.system.atomic import link_or_copy

TEXTS = (layout.CONFIG, layout.HISTORY, layout.VITALS, layout.ABOUT)
KEPT = re.compile(r"snapshots/[0-9]{8}\.(png|safetensors)|milestones/[0-9]{8}\.safetensors")
RUN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def is_known(name: str) -> bool:
    """Return whether a file of this name, within a run's folder, belongs in an archive."""
    return name in TEXTS or name == layout.NEWEST or KEPT.fullmatch(name) is not None


class RunArchive(ZipStream):
    """The zip of a run, to be iterated over as bytes; its `len` is the size in bytes.

    `close` removes `copy`, the folder it is read from, which is also done on garbage collection.
    """

    def __init__(self, copy: Path) -> None:
        super().__init__(sized=True)
        self.close = weakref.finalize(self, shutil.rmtree, copy, ignore_errors=True)


def pack(folder: Path) -> RunArchive:
    """Return the zip of a run.

    It shows the run at the time of the call, even if training continues: texts are copied, and the
    other files, which are never changed in place, are kept by hard links.

    Raises CheckpointError without a good checkpoint, and OSError.
    """
    folder = Path(folder)
    (folder.parent / layout.TEMPORARY).mkdir(exist_ok=True)
    copy = Path(tempfile.mkdtemp(prefix=own_prefix(), dir=folder.parent / layout.TEMPORARY))
    archive = RunArchive(copy)

    def keep(path: Path) -> Path:
        kept = copy / path.relative_to(folder)
        if path.name in TEXTS:
            shutil.copy2(path, kept)
        else:
            link_or_copy(path, kept, sync=False)
        return kept

    def keep_good(path: Path) -> Path:
        verify_checkpoint(kept := keep(path))
        return kept

    try:
        for part in (layout.SNAPSHOTS, layout.MILESTONES):
            (copy / part).mkdir()
        _add_files(archive, folder, keep, _usable(folder, keep_good), copy)
    except BaseException:
        archive.close()
        raise
    return archive


def packed_bytes(folder: Path) -> int:
    """Return the size of the zip of a run; of the checkpoints only a header is read.

    A checkpoint whose content has changed without a trace in its header is taken for good.
    Raises as `pack`.
    """
    archive = ZipStream(sized=True)

    def check(path: Path) -> Path:
        read_numbers(path)
        return path

    _add_files(archive, Path(folder), lambda path: path, _usable(folder, check))
    return len(archive)


def _add_files(
    archive: ZipStream,
    folder: Path,
    keep: Callable[[Path], Path],
    checkpoint: Path,
    copy: Path | None = None,
) -> None:
    """Add a run's files as `keep` returns them, which raises FileNotFoundError if one is gone.

    What is shared of about.json is written to `copy`; without it, only sizes are right.
    """
    top = folder.name if RUN_NAME.fullmatch(folder.name) else "run"
    for name in (layout.CONFIG, layout.HISTORY, layout.VITALS):
        with suppress(FileNotFoundError):
            archive.add_path(keep(folder / name), f"{top}/{name}")
    about = {"title": read_title(folder), "classes": read_class_names(folder)}
    if any(about.values()):  # nothing else of about.json leaves the server
        text, name = json.dumps(about), f"{top}/{layout.ABOUT}"
        if copy is None:
            archive.add(text, name)
        else:  # with the file's time: data would get the present one, and each archive other bytes
            (copy / layout.ABOUT).write_text(text)
            shutil.copystat(folder / layout.ABOUT, copy / layout.ABOUT)
            archive.add_path(copy / layout.ABOUT, name)
    archive.add_path(checkpoint, f"{top}/{layout.NEWEST}")
    for part in (layout.SNAPSHOTS, layout.MILESTONES):
        for path in sorted((folder / part).glob("*")):
            if KEPT.fullmatch(f"{part}/{path.name}"):
                with suppress(FileNotFoundError):  # thinned out meanwhile
                    archive.add_path(keep(path), f"{top}/{part}/{path.name}")


def _usable(folder: Path, use: Callable[[Path], Path]) -> Path:
    """Return what `use` makes of the first checkpoint for which it raises no error."""
    first: CheckpointError | None = None
    for name in checkpoint_names(folder):
        try:
            return use(Path(folder) / name)
        except FileNotFoundError:
            first = first or CheckpointError(f"There is no checkpoint at {folder / name}.")
        except CheckpointError as error:
            first = first or error
    raise first
