"""Sources of images and clips: a folder, a zip, a bundle, in which the page sends several files, or
a single clip.

Sources are untrusted: their names never become paths, symbolic links are not followed, and no more
is read or unpacked than `Limits` allows. Nothing is written.

A bundle is the line {"latent_studio_images": 1}, followed for each file by a line
{"name": "cats/1.png", "bytes": 1234} and its bytes.
"""

import contextlib
import json
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from gan.data.intake.classes import LABELS_FILE, read_labels
from gan.data.intake.decode import is_image
from gan.data.intake.encodings import decode_names, is_utf8, member_names
from gan.data.intake.folders import open_regular, walk
from gan.data.intake.messages import SkipCounts, Skipped
from gan.data.intake.moving import READ_BYTES, moves, video_format
from gan.data.intake.names import Parts, safe_parts, skip_reason

BUNDLE = b'{"latent_studio_images": 1}\n'
LONGEST_HEADER_BYTES = 8_192  # of a file in a bundle
START_BYTES = 16
MB = 1_000_000
RATIO = 20  # an archive may expand to `RATIO` times its size plus `FREE_MB`: images hardly shrink
FREE_MB = 200
# starts of files of 7z, rar, gzip, bzip2, xz and zstd
ARCHIVES = (b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
TAR = (257, b"ustar")  # in the middle of the first header

T = TypeVar("T")


class SourceError(Exception):
    """The source cannot be read at all; a key of `gan.data.intake.messages.SENTENCES`."""


@dataclass(frozen=True)
class Limits:
    """Most images or frames kept, size of a file in MB, pixels in millions, files listed."""

    images: int = 20_000
    file_mb: int = 50
    megapixels: int = 100
    listed: int = 1_000_000


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Entry:
    """A file that may be an image or a clip. `size` is what the source claims."""

    parts: Parts
    size: int
    open: Callable[[], BinaryIO]

    @property
    def name(self) -> str:
        return "/".join(self.parts)


class Source:
    """Lists the files that may be images or clips as `entries`, sorted by name.

    `labels` are those of a dataset.json of StyleGAN, by file, or None if there is none.
    """

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
        elif moves(_start_of(path)):
            found = iter([Entry((path.name,), path.stat().st_size, lambda: open(path, "rb"))])
        elif _starts_with(path, *ARCHIVES) or _starts_with(path, TAR[1], at=TAR[0]):
            raise SourceError("archive")
        else:
            raise SourceError("not_zip")
        known: dict[Parts, Entry] = {}
        for entry in found:
            if known.setdefault(entry.parts, entry) is not entry:
                skipped.add("same_name", entry.name)
        self.labels = None
        for parts in sorted((parts for parts in known if parts[-1] == LABELS_FILE), key=len):
            entry = known.pop(parts)
            self.labels = self._read_labels(entry) if self.labels is None else self.labels
            if self.labels is None:
                skipped.add("other", entry.name)
        self.entries = [known[parts] for parts in sorted(known)]

    def read(self, entry: Entry) -> bytes:
        """Return the content of an image or a clip. Raises Skipped: another file, or unreadable."""
        if entry.size > self._limits.file_mb * MB:
            raise Skipped("too_large", most_mb=self._limits.file_mb)
        try:
            if self._unpacked + entry.size > self._most_unpacked:
                raise Skipped("unpacked_enough")
            with entry.open() as file:
                start = file.read(START_BYTES)
                self._unpacked += len(start)
                if start.startswith((*ARCHIVES, b"PK\3\4")):
                    raise Skipped("archive")
                known = is_image(start) or video_format(start)
                if not known and entry.parts[-1] != LABELS_FILE:
                    raise Skipped("not_image")
                self._unpacked += entry.size  # before reading: damaged files count as well
                rest = file.read(entry.size)  # to the end, where a zip member's CRC is checked
        except PermissionError as error:
            raise Skipped("unreadable") from error
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            raise Skipped("damaged") from error
        except NotImplementedError as error:
            raise Skipped("method") from error
        except RuntimeError as error:  # zipfile: a password is needed after all
            raise Skipped("encrypted") from error
        return (start + rest)[: entry.size]

    def start_of(self, entry: Entry) -> bytes:
        """Return the first `READ_BYTES` of a file, b"" if it is not readable."""
        try:
            with entry.open() as file:
                return file.read(READ_BYTES)
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError):
            return b""

    def _read_labels(self, entry: Entry) -> dict[Parts, str] | None:
        with contextlib.suppress(Skipped):
            return read_labels(self.read(entry), entry.parts[:-1])
        return None

    def _may_be_read(self, parts: Parts) -> bool:
        reason = skip_reason(parts)
        if reason is None or (reason == "other" and parts[-1] == LABELS_FILE):
            return True
        self._skipped.add(reason, "/".join(parts))
        return False

    def _limited(self, files: Iterator[T]) -> Iterator[T]:
        for number, one in enumerate(files):
            if number >= self._limits.listed:
                self._skipped.add("over_listed", most=self._limits.listed)
                return
            yield one

    def _folder(self, root: Path) -> Iterator[Entry]:
        found = list(self._limited(walk(root, self._skipped)))
        below = [os.fsencode("/".join(parts)) for _, parts in found]
        others = iter(decode_names([name for name in below if not is_utf8(name)]))
        for (path, _), name in zip(found, below, strict=True):
            parts = tuple((name.decode() if is_utf8(name) else next(others)).split("/"))
            if self._may_be_read(parts):
                try:
                    size = os.stat(path, follow_symlinks=False).st_size
                except OSError:
                    self._skipped.add("unreadable", parts[-1])
                    continue
                yield Entry(parts, size, lambda path=path: open_regular(path))

    def _zip(self, path: Path) -> Iterator[Entry]:
        try:
            packed = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError) as error:
            raise SourceError("zip_damaged") from error
        except MemoryError as error:
            raise SourceError("too_many_files") from error
        members = list(self._limited(iter(packed.infolist())))
        for member, name in zip(members, member_names(members), strict=True):
            parts = safe_parts(name)
            if parts == () or member.is_dir():
                continue
            if parts is None:
                self._skipped.add("unsafe_path", name)
            elif stat.S_ISLNK(member.external_attr >> 16):
                self._skipped.add("link", name)
            elif not self._may_be_read(parts):
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
            elif self._may_be_read(parts):
                yield Entry(parts, size, lambda start=start: _open_at(path, start))


def _starts_with(path: Path, *starts: bytes, at: int = 0) -> bool:
    return _start_of(path, at).startswith(starts)


def _start_of(path: Path, at: int = 0) -> bytes:
    try:
        with open(path, "rb") as file:
            file.seek(at)
            return file.read(READ_BYTES)
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


def _open_at(path: Path, start: int) -> BinaryIO:
    file = open(path, "rb")
    file.seek(start)
    return file
