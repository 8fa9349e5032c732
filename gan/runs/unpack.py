"""Unpack an untrusted zip file of a run; anything else is refused, and nothing of it stays.

Nothing is unpickled, no name in the file is used as a path unless it is known, and every size is
limited whatever the file claims.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

from gan.config import Config
from gan.runs.archive import RUN_NAME, TEXTS, is_known
from gan.runs.validate import ArchiveError, check_run
from gan.storage.layout import MILESTONES, SNAPSHOTS, TEMPORARY
from gan.storage.process_files import own_prefix, remove_abandoned
from gan.system.atomic import sync_folder

CHUNK_BYTES = 256 * 1024
MOST_FILES = 300
LARGEST_RATIO = 200  # of a text to its compressed bytes; rows of numbers reach 10
LARGEST_TEXT_BYTES = 64_000_000
LARGEST_DIRECTORY_BYTES = 100_000

END, END_BYTES = b"PK\5\6", 22  # end of central directory, of a zip without a comment
LOCATOR, LOCATOR_BYTES = b"PK\6\7", 20  # zip64 locator, before it


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
        check_run(folder, check)
        return _publish(folder, root, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise ArchiveError(f"The file is damaged: {error}. Download the run again.") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear_temporary(root: Path) -> None:
    """Remove what killed servers left of uploads and downloads; call it while this has none."""
    remove_abandoned(Path(root) / TEMPORARY)
    with contextlib.suppress(OSError):  # another server is using it
        (Path(root) / TEMPORARY).rmdir()


def _extract(path: Path, folder: Path, most_bytes: int) -> str:
    _check_directory(path)
    with zipfile.ZipFile(path) as packed:
        members = packed.infolist()
        name = _check_members(members, most_bytes)
        for part in (SNAPSHOTS, MILESTONES):
            (folder / part).mkdir()
        for member in members:
            inner = member.filename[len(name) + 1 :]  # `is_known` accepted it
            with packed.open(member) as source, open(folder / inner, "wb") as file:
                shutil.copyfileobj(source, file, CHUNK_BYTES)
                file.flush()
                os.fsync(file.fileno())
    return name


def _check_directory(path: Path) -> None:
    """Refuse a large central directory, which `zipfile` would read into memory."""
    with open(path, "rb") as file:
        size = file.seek(0, 2)
        tail = min(size, END_BYTES + LOCATOR_BYTES)
        file.seek(size - tail)
        read = file.read(tail)
    end = read[-END_BYTES:]
    if not end.startswith(END) or end[20:] != b"\0\0":
        raise ArchiveError("This is not a run: it must be a zip file that was downloaded here.")
    length = int.from_bytes(end[12:16], "little")
    if length > LARGEST_DIRECTORY_BYTES or read[:-END_BYTES].startswith(LOCATOR):
        raise ArchiveError("This is not a run: it contains too many files.")


def _check_members(members: Sequence[zipfile.ZipInfo], most_bytes: int) -> str:
    """Return the name of the run, or raise ArchiveError."""
    tops = {member.filename.partition("/")[0] for member in members}
    top = next(iter(tops), "")
    if len(tops) != 1 or not RUN_NAME.fullmatch(top):
        raise ArchiveError("This is not a run: a run is one folder in a zip file.")
    if len(members) > MOST_FILES:
        raise ArchiveError("This is not a run: it contains too many files.")
    if len({member.filename for member in members}) < len(members):
        raise ArchiveError("This is not a run: it contains a file twice.")
    for member in members:
        name = member.filename[len(top) + 1 :]
        if not is_known(name) or member.is_dir():
            raise ArchiveError(
                f"This is not a run: {member.filename[:80]!r} does not belong in it."
            )
        known = member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        if member.flag_bits & 1 or not known:
            raise ArchiveError("This is not a run: it is encrypted, or compressed in another way.")
        most = LARGEST_TEXT_BYTES if name in TEXTS else most_bytes
        if member.file_size > min(most, LARGEST_RATIO * member.compress_size + CHUNK_BYTES):
            raise ArchiveError(f"This is not a run: {name} is too large.")
    if sum(member.file_size for member in members) > most_bytes:
        raise ArchiveError(f"The run is too large: the limit is {most_bytes // 10**6:,} MB.")
    return top


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
