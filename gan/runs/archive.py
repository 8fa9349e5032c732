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
from contextlib import suppress
from pathlib import Path

from zipstream import ZipStream

from gan.runs.milestones import checkpoint_names
from gan.storage import layout
from gan.storage.checkpoint_file import CheckpointError, verify_checkpoint
from gan.storage.metadata import read_class_names, read_title
from gan.system.atomic import link_or_copy

TEXTS = (layout.CONFIG, layout.HISTORY, layout.VITALS, layout.ABOUT)
KEPT = re.compile(r"snapshots/[0-9]{8}\.(png|safetensors)|milestones/[0-9]{8}\.safetensors")
RUN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def is_known(name: str) -> bool:
    """Return whether a file of this name, within a run's folder, belongs in an archive."""
    return name in TEXTS or name == layout.NEWEST or KEPT.fullmatch(name) is not None


def pack(folder: Path) -> ZipStream:
    """Return the zip of a run, to be iterated over as bytes; its `len` is the size in bytes.

    It shows the run at the time of the call, even if training continues: texts are copied, and the
    other files, which are never changed in place, are kept by hard links until the returned object
    is collected.

    Raises CheckpointError without a good checkpoint, and OSError.
    """
    folder = Path(folder)
    (folder.parent / layout.TEMPORARY).mkdir(exist_ok=True)
    copy = Path(tempfile.mkdtemp(dir=folder.parent / layout.TEMPORARY))
    archive = ZipStream(sized=True)
    weakref.finalize(archive, shutil.rmtree, copy, ignore_errors=True)
    _link_checkpoint(folder, copy / layout.NEWEST)
    for name in (layout.CONFIG, layout.HISTORY, layout.VITALS):
        with suppress(FileNotFoundError):
            shutil.copy2(folder / name, copy / name)
    about = {"title": read_title(folder), "classes": read_class_names(folder)}
    if any(about.values()):  # nothing else of about.json leaves the server
        (copy / layout.ABOUT).write_text(json.dumps(about))
        with suppress(FileNotFoundError):
            shutil.copystat(folder / layout.ABOUT, copy / layout.ABOUT)
    names = [*TEXTS, layout.NEWEST]
    for part in (layout.SNAPSHOTS, layout.MILESTONES):
        (copy / part).mkdir()
        names += sorted(f"{part}/{path.name}" for path in (folder / part).glob("*"))
    for name in filter(KEPT.fullmatch, names):
        with suppress(FileNotFoundError):  # thinned out meanwhile
            link_or_copy(folder / name, copy / name, sync=False)
    top = folder.name if RUN_NAME.fullmatch(folder.name) else "run"
    for name in names:
        if (copy / name).exists():
            archive.add_path(copy / name, f"{top}/{name}")
    return archive


def _link_checkpoint(folder: Path, link: Path) -> None:
    first: CheckpointError | None = None
    for name in checkpoint_names(folder):
        try:
            link_or_copy(folder / name, link, sync=False)
            return verify_checkpoint(link)
        except FileNotFoundError:
            first = first or CheckpointError(f"There is no checkpoint at {folder / name}.")
        except CheckpointError as error:
            first = first or error
    raise first
