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

from gan.runs.milestones import milestone_name, milestone_steps
from gan.runs.snapshots import snapshot_steps
from gan.storage import layout
from gan.storage.checkpoint import CheckpointError, verify_checkpoint
from gan.storage.metadata import read_class_names, read_title
from gan.system.atomic import link_or_copy

TEXTS = (layout.CONFIG, layout.HISTORY, layout.VITALS, layout.ABOUT)
KEPT = re.compile(r"(snapshots/\d{8}\.(png|safetensors)|milestones/\d{8}\.safetensors)")
RUN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def is_known(name: str) -> bool:
    """Return whether a file of this name, within a run's folder, belongs in an archive."""
    return name in TEXTS or name == layout.NEWEST or KEPT.fullmatch(name) is not None


def pack(folder: Path) -> ZipStream:
    """Return the zip of a run, to be iterated over as bytes; its `len` is the size in bytes.

    It shows the run at the time of the call, even if training continues: the files are kept by
    second names (hard links) until the returned object is collected.

    Raises:
        CheckpointError: there is no good checkpoint.
        OSError: a file cannot be read, or the links cannot be written.
    """
    folder = Path(folder)
    (folder.parent / layout.TEMPORARY).mkdir(exist_ok=True)
    links = Path(tempfile.mkdtemp(dir=folder.parent / layout.TEMPORARY))
    archive = ZipStream(sized=True)
    weakref.finalize(archive, shutil.rmtree, links, ignore_errors=True)
    top = folder.name if RUN_NAME.fullmatch(folder.name) else "run"
    _link_checkpoint(folder, links / layout.NEWEST)
    about = {"title": read_title(folder), "classes": read_class_names(folder)}
    texts = {layout.ABOUT: json.dumps(about).encode() if any(about.values()) else b""}
    for name in (layout.CONFIG, layout.HISTORY, layout.VITALS):
        with suppress(FileNotFoundError):
            texts[name] = (folder / name).read_bytes()
    for name, data in texts.items():
        if data:
            archive.add(data, f"{top}/{name}")
    archive.add_path(links / layout.NEWEST, f"{top}/{layout.NEWEST}")
    for part in (layout.SNAPSHOTS, layout.MILESTONES):
        (links / part).mkdir()
    paths = [layout.snapshot_picture_path(folder, step) for step in snapshot_steps(folder)]
    paths += [layout.snapshot_weights_path(folder, step) for step in snapshot_steps(folder)]
    paths += [folder / milestone_name(step) for step in milestone_steps(folder)]
    for path in paths:
        name = path.relative_to(folder).as_posix()
        with suppress(FileNotFoundError):  # thinned out meanwhile
            link_or_copy(path, links / name, sync=False)
            archive.add_path(links / name, f"{top}/{name}")
    return archive


def _link_checkpoint(folder: Path, link: Path) -> None:
    milestones = map(milestone_name, reversed(milestone_steps(folder)))
    first: CheckpointError | None = None
    for name in (layout.NEWEST, layout.PREVIOUS, *milestones):
        try:
            link_or_copy(folder / name, link, sync=False)
            return verify_checkpoint(link)
        except FileNotFoundError:
            first = first or CheckpointError(f"There is no checkpoint at {folder / name}.")
        except CheckpointError as error:
            first = first or error
    raise first
