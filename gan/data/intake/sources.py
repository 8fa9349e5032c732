"""Sources of images: a folder, a zip, or a bundle, in which the page sends several files.

Sources are untrusted: their names never become paths, symbolic links are not followed, and no more
is read or unpacked than `Limits` allows. Nothing is written.

A bundle is the line {"latent_studio_images": 1}, followed for each file by a line
{"name": "cats/1.png", "bytes": 1234} and its bytes.
"""

import json
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from gan.data.intake.decode import is_image
from gan.data.intake.messages import SkipCounts, Skipped
from gan.data.intake.names import IMAGES, Parts, decode_name, safe_parts, skip_reason

BUNDLE = b'{"latent_studio_images": 1}\n'
LONGEST_HEADER_BYTES = 8_192  # of a file in a bundle
DEEPEST = 32  # folders within folders
START_BYTES = 16
MB = 1_000_000
RATIO = 20  # an archive may expand to `RATIO` times its size plus `FREE_MB`: images hardly shrink
FREE_MB = 200
UTF8_NAME = 0x800  # flag of a zip member

T = TypeVar("T")


class SourceError(Exception):
    """The source cannot be read at all; a key of `gan.data.intake.messages.SENTENCES`."""


@dataclass(frozen=True)
class Limits:
    """Most images kept, size of a file in MB, pixels of an image in millions, files listed."""

    images: int = 20_000
    file_mb: int = 50
    megapixels: int = 100
    listed: int = 1_000_000


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Entry:
    """A file that may be an image. `size` is what the source claims."""

    parts: Parts
    size: int
    open: Callable[[], BinaryIO]

    @property
    def name(self) -> str:
        return _shown(self.parts)


class Source:
    """Lists the files that may be images as `entries`, sorted by name."""

    def __init__(self, path: Path, limits: Limits, skipped: SkipCounts) -> None:
        self._limits, self._skipped = limits, skipped
        self._unpacked, self._most_unpacked = 0, float("inf")
        if path.is_dir():
            found = self._folder(path)
        elif _starts_with(path, BUNDLE):
            found = self._bundle(path)
        elif zipfile.is_zipfile(path):
            self._most_unpacked = RATIO * path.stat().st_size + FREE_MB * MB
            found = self._zip(path)
        else:
            raise SourceError("not_zip")
        known: dict[Parts, Entry] = {}
        for entry in found:
            if known.setdefault(entry.parts, entry) is not entry:
                skipped.add("same_name", entry.name)
        self.entries = [known[parts] for parts in sorted(known)]

    def read(self, entry: Entry) -> bytes:
        """Return the content of a file. Raises Skipped if it is not an image or is not readable."""
        if entry.size > self._limits.file_mb * MB:
            raise Skipped("too_large", most_mb=self._limits.file_mb)
        try:
            if self._unpacked + entry.size > self._most_unpacked:
                raise Skipped("unpacked_enough")
            with entry.open() as file:
                start = file.read(START_BYTES)
                self._unpacked += len(start)
                if not is_image(start):
                    ending = entry.parts[-1].lower().rpartition(".")[2]
                    raise Skipped("not_image" if ending in IMAGES else "other")
                self._unpacked += entry.size  # before reading: damaged files count as well
                rest = file.read(entry.size)  # to the end, where a zip member's CRC is checked
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            raise Skipped("damaged") from error
        except NotImplementedError as error:
            raise Skipped("method") from error
        except RuntimeError as error:  # zipfile: a password is needed after all
            raise Skipped("encrypted") from error
        return (start + rest)[: entry.size]

    def _may_be_image(self, parts: Parts) -> bool:
        reason = skip_reason(parts)
        if reason:
            self._skipped.add(reason, _shown(parts))
        return reason is None

    def _limited(self, files: Iterator[T]) -> Iterator[T]:
        for number, one in enumerate(files):
            if number >= self._limits.listed:
                self._skipped.add("over_listed", most=self._limits.listed)
                return
            yield one

    def _folder(self, root: Path) -> Iterator[Entry]:
        for path, parts in self._limited(_walk(root, self._skipped)):
            if self._may_be_image(parts):
                try:
                    size = os.stat(path, follow_symlinks=False).st_size
                except OSError:
                    self._skipped.add("unreadable", parts[-1])
                    continue
                yield Entry(parts, size, lambda path=path: _open_regular(path))

    def _zip(self, path: Path) -> Iterator[Entry]:
        try:
            packed = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError) as error:
            raise SourceError("zip_damaged") from error
        except MemoryError as error:
            raise SourceError("too_many_files") from error
        for member in self._limited(iter(packed.infolist())):
            name = member.filename
            if not member.flag_bits & UTF8_NAME:
                name = decode_name(member.orig_filename.encode("cp437", "replace"))
            parts = safe_parts(name)
            if parts == () or member.is_dir():
                continue
            if parts is None:
                self._skipped.add("unsafe_path", name)
            elif stat.S_ISLNK(member.external_attr >> 16):
                self._skipped.add("link", name)
            elif not self._may_be_image(parts):
                continue
            elif member.flag_bits & 1:
                self._skipped.add("encrypted", name)
            elif member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                self._skipped.add("method", name)
            else:
                yield Entry(parts, member.file_size, lambda member=member: packed.open(member))

    def _bundle(self, path: Path) -> Iterator[Entry]:
        for name, start, size in self._limited(_read_bundle(path)):
            parts = safe_parts(name)
            if not parts:
                self._skipped.add("unsafe_path", name)
            elif self._may_be_image(parts):
                yield Entry(parts, size, lambda start=start: _open_at(path, start))


def _shown(parts: Parts) -> str:
    return "/".join(parts).encode("utf-8", "replace").decode()


def _starts_with(path: Path, start: bytes) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(len(start)) == start
    except OSError as error:
        raise SourceError("not_there") from error


def _read_bundle(path: Path) -> Iterator[tuple[str, int, int]]:
    """Yield the name, the offset and the size of each file in a bundle."""
    with open(path, "rb") as file:
        end = file.seek(0, 2)
        file.seek(len(BUNDLE))
        while line := file.readline(LONGEST_HEADER_BYTES):
            try:
                header = json.loads(line)
                name, size = header["name"], header["bytes"]
            except (ValueError, LookupError, TypeError, RecursionError) as error:
                raise SourceError("bundle_damaged") from error
            start = file.tell()
            if not isinstance(name, str) or type(size) is not int or not 0 <= size <= end - start:
                raise SourceError("bundle_damaged")
            yield name, start, size
            file.seek(start + size)


def _walk(root: Path, skipped: SkipCounts) -> Iterator[tuple[str, Parts]]:
    """Yield path and name of every regular file below a folder."""
    waiting: list[tuple[str, Parts]] = [(str(root), ())]
    while waiting:
        folder, parts = waiting.pop()
        try:
            inside = os.scandir(folder)
        except OSError:
            skipped.add("unreadable", "/".join(parts))
            continue
        with inside:
            for found in inside:
                below = (*parts, decode_name(found.name.encode("utf-8", "surrogateescape")))
                if found.is_symlink():
                    skipped.add("link", found.name)
                elif found.is_dir(follow_symlinks=False):
                    if len(below) < DEEPEST and skip_reason((below[-1], "x")) is None:
                        waiting.append((found.path, below))
                    else:
                        skipped.add("hidden", below[-1])
                elif found.is_file(follow_symlinks=False):
                    yield found.path, below
                else:
                    skipped.add("unreadable", below[-1])


def _open_regular(path: str) -> BinaryIO:
    """Open a file, unless it has become a link or a pipe since it was listed."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError("not a regular file")
    return os.fdopen(handle, "rb")


def _open_at(path: Path, start: int) -> BinaryIO:
    file = open(path, "rb")
    file.seek(start)
    return file
