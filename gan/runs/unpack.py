"""Takes in a run that came as a file from anybody: what is not ours is refused, nothing is left.

Nothing is ever unpickled, no name of the file's own becomes a path, and nothing grows beyond what
was allowed, whatever the file says of itself.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

from gan.config import Config
from gan.runs.archive import CHUNK_BYTES, RUN_NAME, TEXTS, is_known
from gan.runs.validate import ForeignError, check_run
from gan.storage.layout import MILESTONES, SNAPSHOTS
from gan.system.atomic import sync_folder

ARRIVING = ".arriving"  # below the folder of runs; nothing in it is a run yet
MOST_FILES = 300
LARGEST_RATIO = 200  # of a text to its compressed bytes; rows of figures reach 10
LARGEST_TEXT_BYTES = 64_000_000
LARGEST_DIRECTORY_BYTES = 100_000

END, END_BYTES = b"PK\5\6", 22  # of a zip without a comment
LOCATOR, LOCATOR_BYTES = b"PK\6\7", 20  # of a second, larger end, before it


class ArchiveError(ValueError):
    """The file is no run of Latent Studio, or a damaged one; the sentence says what is wrong."""


def unpack(
    path: Path, root: Path, most_bytes: int, check: Callable[[Config], None] | None = None
) -> Path:
    """The folder, new in `root`, of the run in a zip that `archive.pack` made.

    `most_bytes`: of all that is in it. `check`: raises ValueError of a Config that is not wanted
    here, before anything is made of it. A name that is taken already gets a number.

    Raises:
        ArchiveError: it is refused; nothing of it is left.
        OSError: the disk is full or not writable; nothing of it is left.
    """
    (root / ARRIVING).mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=root / ARRIVING))
    try:
        name = _extract(path, folder, most_bytes)
        check_run(folder, check)
        return _settle(folder, root, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise ArchiveError(f"The file is damaged: {error}. Download the run again.") from error
    except ForeignError as error:
        raise ArchiveError(f"{error}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_arriving(root: Path) -> None:
    """Remove what a killed server left half unpacked; call it while nothing arrives."""
    shutil.rmtree(Path(root) / ARRIVING, ignore_errors=True)


def _extract(path: Path, folder: Path, most_bytes: int) -> str:
    """Write the members of a zip into `folder`; the name that the run has in it."""
    _check_directory(path)
    with zipfile.ZipFile(path) as packed:
        members = packed.infolist()
        name = _top(members)
        _check_members(members, len(name) + 1, most_bytes)
        for part in (SNAPSHOTS, MILESTONES):
            (folder / part).mkdir()
        for member in members:
            with packed.open(member) as source, open(folder / _inner(member, name), "wb") as file:
                shutil.copyfileobj(source, file, CHUNK_BYTES)
                file.flush()
                os.fsync(file.fileno())
    return name


def _check_directory(path: Path) -> None:
    """Its table of contents is small: `zipfile` reads it whole before it is asked anything."""
    with open(path, "rb") as file:
        size = file.seek(0, 2)
        tail = min(size, END_BYTES + LOCATOR_BYTES)
        file.seek(size - tail)
        read = file.read(tail)
    end = read[-END_BYTES:]
    if not end.startswith(END) or end[20:] != b"\0\0":
        raise ArchiveError("That is not a run: it must be a zip file that was downloaded here.")
    length = int.from_bytes(end[12:16], "little")
    if length > LARGEST_DIRECTORY_BYTES or read[:-END_BYTES].startswith(LOCATOR):
        raise ArchiveError("That is not a run: too many files are in it.")


def _top(members: Sequence[zipfile.ZipInfo]) -> str:
    tops = {member.filename.partition("/")[0] for member in members}
    name = next(iter(tops), "")
    if len(tops) != 1 or not RUN_NAME.fullmatch(name):
        raise ArchiveError("That is not a run: a run is one folder in a zip file.")
    return name


def _check_members(members: Sequence[zipfile.ZipInfo], skip: int, most_bytes: int) -> None:
    if len(members) > MOST_FILES:
        raise ArchiveError("That is not a run: too many files are in it.")
    if len({member.filename for member in members}) < len(members):
        raise ArchiveError("That is not a run: a file is in it twice.")
    for member in members:
        name = member.filename[skip:]
        if not is_known(name) or member.is_dir():
            raise ArchiveError(
                f"That is not a run: {member.filename[:80]!r} does not belong in it."
            )
        if member.flag_bits & 1 or member.compress_type not in (
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        ):
            raise ArchiveError("That is not a run: it is packed in a way that is not ours.")
        most = LARGEST_TEXT_BYTES if name in TEXTS else most_bytes
        if member.file_size > min(most, LARGEST_RATIO * member.compress_size + CHUNK_BYTES):
            raise ArchiveError(f"That is not a run: {name} is too large.")
    if sum(member.file_size for member in members) > most_bytes:
        raise ArchiveError(f"The run is too large: at most {most_bytes // 10**6:,} MB are taken.")


def _inner(member: zipfile.ZipInfo, top: str) -> str:
    """Its name within the run: `is_known` has it."""
    return member.filename[len(top) + 1 :]


def _settle(folder: Path, root: Path, name: str) -> Path:
    """It becomes a run in one step, under the first name that is free."""
    folder.chmod(0o755)  # mkdtemp is for its maker only
    for part in (folder / SNAPSHOTS, folder / MILESTONES, folder):
        sync_folder(part)
    number, free = 2, root / name
    while free.exists():
        free, number = root / f"{name[:72]}-{number}", number + 1
    folder.rename(free)
    sync_folder(root)
    return free
