"""Unpack an untrusted zip file of a run; anything else is refused, and nothing of it stays.

Nothing is unpickled, no name in the file is used as a path unless it is known, and every size is
limited whatever the file claims. What is parsed here is small; a process of its own checks the
rest.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from gan.config import Config
from gan.runs.check_worker import check_apart
from gan.runs.validate import ArchiveError, check_settings
from gan.runs.zip_members import check_directory, run_members
from gan.storage.layout import MILESTONES, SNAPSHOTS, TEMPORARY
from gan.storage.process_files import own_prefix, remove_abandoned
from gan.system.atomic import sync_folder

CHUNK_BYTES = 256 * 1024


def unpack(
    path: Path, root: Path, most_bytes: int, check: Callable[[Config], None] | None = None
) -> Path:
    """Unpack a zip that `archive.pack` made into a new folder of `root`, and return the folder.

    `most_bytes` limits the unpacked size. `check` raises ValueError for a Config that is not
    accepted here; it is called before the Config is used. A name that exists gets a number.

    Raises ArchiveError if the file is refused, or OSError; nothing of it stays then.
    """
    (root / TEMPORARY).mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=own_prefix(), dir=root / TEMPORARY))
    try:
        name = _extract(path, folder, most_bytes)
        check_settings(folder, check)
        check_apart(folder)
        return _publish(folder, root, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeError) as error:
        raise ArchiveError(f"The file is damaged: {error}. Download the run again.") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear_temporary(root: Path) -> None:
    """Remove what killed servers left of uploads and downloads; call it while this has none."""
    remove_abandoned(Path(root) / TEMPORARY)
    with contextlib.suppress(OSError):  # another server is using it
        (Path(root) / TEMPORARY).rmdir()


def _extract(path: Path, folder: Path, most_bytes: int) -> str:
    """Unpack the files of the run, and return a name for it."""
    check_directory(path)
    with zipfile.ZipFile(path) as packed:
        name, members = run_members(packed, most_bytes)
        for part in (SNAPSHOTS, MILESTONES):
            (folder / part).mkdir()
        for inner, member in members.items():
            with packed.open(member) as source, open(folder / inner, "wb") as file:
                shutil.copyfileobj(source, file, CHUNK_BYTES)
                file.flush()
                os.fsync(file.fileno())
    return name or "run"


def _publish(folder: Path, root: Path, name: str) -> Path:
    """Rename `folder` to the first free name in `root`."""
    folder.chmod(0o755)  # mkdtemp makes it private
    for part in (folder / SNAPSHOTS, folder / MILESTONES, folder):
        sync_folder(part)
    number, free = 2, root / name
    while free.exists():
        free, number = root / f"{name[:72]}-{number}", number + 1
    folder.rename(free)
    sync_folder(root)
    return free
