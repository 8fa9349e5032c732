"""The files of a run in an untrusted zip file, chosen and checked before any is unpacked.

A zip that was unpacked and packed again is accepted: with folder entries, with what Finder and
Explorer add, with a top folder of any name, in another folder or without one.
"""

import re
import zipfile
from pathlib import Path

from gan.runs.archive import TEXTS, is_known
from gan.runs.validate import ArchiveError
from gan.storage import layout

MOST_FILES = 300
LARGEST_RATIO = 200  # of a text to its compressed bytes; rows of numbers reach 10
LARGEST_TEXT_BYTES = 64_000_000
LARGEST_DIRECTORY_BYTES = 100_000
SLACK_BYTES = 256 * 1024
HEADER_BYTES = 30  # of a file, without its name
DIRECTORY_BYTES_AT = 5  # in what `zipfile` knows of the end of a zip

ADDED = re.compile(r"(.*/)?(__MACOSX(/.*)?|\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini)", re.I)
# of a run's folder, but not of a download: these are made again, or belong to its old place
LEFT_OUT = (layout.MODEL, layout.PREVIOUS, layout.PAIR, layout.LOCK, layout.OWNER)
LEFT_OUT += (layout.DIRECTIONS, layout.EVALUATION, layout.CARD, layout.SAMPLES)


def check_directory(path: Path) -> None:
    """Refuse a file without a directory, or with a large one, which `ZipFile` would hold whole."""
    with open(path, "rb") as file:
        end = zipfile._EndRecData(file)  # what `ZipFile` itself will believe
    if end is None:
        raise ArchiveError("This is not a run: it must be a zip file that was downloaded here.")
    if end[DIRECTORY_BYTES_AT] > LARGEST_DIRECTORY_BYTES:
        raise ArchiveError("This is not a run: it contains too many files.")


def run_members(packed: zipfile.ZipFile, most_bytes: int) -> tuple[str, dict[str, zipfile.ZipInfo]]:
    """Return a name for the run's folder, "" if unknown, and the files by their names within it.

    The names are those of `is_known`. Raises ArchiveError.
    """
    files: dict[str, zipfile.ZipInfo] = {}
    for member in packed.infolist():
        name = member.filename.replace("\\", "/")
        if name in files:
            raise ArchiveError("This is not a run: it contains a file twice.")
        if not name.endswith("/") and not ADDED.fullmatch(name):
            files[name] = member
    top = _top(files)
    within = {}
    for name, member in files.items():
        inner = name.removeprefix(top)
        if name.startswith(top) and inner in LEFT_OUT:
            continue
        if not name.startswith(top) or not is_known(inner):
            raise ArchiveError(f"This is not a run: {name[:80]!r} does not belong in it.")
        within[inner] = member
    if len(within) > MOST_FILES:
        raise ArchiveError("This is not a run: it contains too many files.")
    _check_sizes(packed, within, most_bytes)
    return re.sub(r"[^A-Za-z0-9._-]+", "-", top.split("/")[-2:][0]).strip("._-")[:80], within


def _top(files: dict[str, zipfile.ZipInfo]) -> str:
    """Return what the names of all files of the run begin with: "" or "folder/"."""
    tops = {name.removesuffix(layout.CONFIG) for name in files}
    tops = {top for top in tops - files.keys() if top == "" or top.endswith("/")}
    if not tops:
        raise ArchiveError("This is not a run: config.json is missing.")
    top = next(iter(tops))
    folders = top.split("/")[:-1]
    if len(tops) > 1 or any(folder == "" or folder[0] == "." for folder in folders):
        raise ArchiveError("This is not a run: a run is one folder in a zip file.")
    return top


def _check_sizes(
    packed: zipfile.ZipFile, within: dict[str, zipfile.ZipInfo], most_bytes: int
) -> None:
    # the directory may claim any size: what it claims must have room in the file
    starts = sorted(member.header_offset for member in packed.infolist())
    ends = dict(zip(starts, [*starts[1:], packed.start_dir], strict=True))
    for name, member in within.items():
        known = member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        if member.flag_bits & 1 or not known:
            raise ArchiveError("This is not a run: it is encrypted, or compressed in another way.")
        start = member.header_offset
        room = ends[start] - start - HEADER_BYTES - len(member.orig_filename)
        if start < 0 or starts.count(start) > 1 or member.compress_size > room:
            raise ArchiveError("The file is damaged: its parts overlap. Download the run again.")
        most = LARGEST_TEXT_BYTES if name in TEXTS else most_bytes
        if member.file_size > min(most, LARGEST_RATIO * member.compress_size + SLACK_BYTES):
            raise ArchiveError(f"This is not a run: {name} is too large.")
    if sum(member.file_size for member in within.values()) > most_bytes:
        raise ArchiveError(f"The run is too large: the limit is {most_bytes // 10**6:,} MB.")
