"""Where images come from: a folder, a zip, or a bundle as the page sends many files.

Anybody made them, so nothing is believed that they say: no name of theirs becomes a path, links are
not followed, and no more is read or unpacked than `Limits` allows. Nothing is written.

A bundle is the line {"latent_studio_images": 1}, and for each file a line
{"name": "cats/1.png", "bytes": 1234} and its bytes.
"""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from gan.data.intake.decode import is_image
from gan.data.intake.entries import BUNDLE, Part, SourceError, bundled, open_plain, walk
from gan.data.intake.names import IMAGES, Parts, parts_of, readable, reason_to_skip
from gan.data.intake.skipped import Skipped, Tally

START_BYTES = 16
MB = 1_000_000
RATIO = 20  # of an archive to all that is unpacked of it, beside `FREE_MB`; images hardly shrink
FREE_MB = 200
UTF8_NAME = 0x800  # a flag of a zip's member


@dataclass(frozen=True)
class Limits:
    """How much is taken: `images`, the size of a file, pixels of an image, files looked at."""

    images: int = 20_000
    file_mb: int = 50
    megapixels: int = 100
    listed: int = 1_000_000


@dataclass(frozen=True)
class Entry:
    """A file that may be an image. `open` gives what is in it, `size` is what is said of that."""

    parts: Parts
    size: int
    open: Callable[[], BinaryIO]

    @property
    def name(self) -> str:
        """For people."""
        return "/".join(self.parts).encode("utf-8", "replace").decode()


class Source:
    """What may be images, all of it listed; `read` gives one's bytes."""

    def __init__(self, path: Path, limits: Limits, tally: Tally) -> None:
        self._limits, self._tally = limits, tally
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
            if entry.parts in known:
                tally.add("same_name", entry.name)
            known.setdefault(entry.parts, entry)
        self.entries = [known[parts] for parts in sorted(known)]

    def read(self, entry: Entry) -> bytes:
        """All of it.

        Raises:
            Skipped: it is no image, or not to be had.
        """
        most = self._limits.file_mb * MB
        if entry.size > most:
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
                self._unpacked += entry.size  # before: what turns out damaged was unpacked, too
                rest = file.read(min(most, entry.size) + 1)
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            raise Skipped("damaged") from error
        except NotImplementedError as error:
            raise Skipped("method") from error
        except RuntimeError as error:  # of zipfile: a password is needed after all
            raise Skipped("encrypted") from error
        if len(start) + len(rest) > most:
            raise Skipped("too_large", most_mb=self._limits.file_mb)
        return start + rest

    def _may_be_image(self, parts: Parts) -> bool:
        reason = reason_to_skip(parts)
        if reason:
            self._tally.add(reason, "/".join(parts).encode("utf-8", "replace").decode())
        return reason is None

    def _counted(self, what: Iterator) -> Iterator:
        for number, one in enumerate(what):
            if number >= self._limits.listed:
                self._tally.add("over_listed", most=self._limits.listed)
                return
            yield one

    def _folder(self, root: Path) -> Iterator[Entry]:
        for path, parts in self._counted(walk(root, self._tally)):
            if self._may_be_image(parts):
                try:
                    size = os.stat(path, follow_symlinks=False).st_size
                except OSError:
                    self._tally.add("unreadable", parts[-1])
                    continue
                yield Entry(parts, size, lambda path=path: open_plain(path))

    def _zip(self, path: Path) -> Iterator[Entry]:
        try:
            packed = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError) as error:
            raise SourceError("zip_damaged") from error
        except MemoryError as error:
            raise SourceError("too_many_files") from error
        for member in self._counted(packed.infolist()):
            name = member.filename
            if not member.flag_bits & UTF8_NAME:
                name = readable(member.orig_filename.encode("cp437", "replace"))
            parts = parts_of(name)
            if not parts and parts is not None or member.is_dir():
                continue
            if parts is None:
                self._tally.add("unsafe_path", name)
            elif stat.S_ISLNK(member.external_attr >> 16):
                self._tally.add("link", name)
            elif not self._may_be_image(parts):
                continue
            elif member.flag_bits & 1:
                self._tally.add("encrypted", name)
            elif member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                self._tally.add("method", name)
            else:
                yield Entry(parts, member.file_size, lambda member=member: packed.open(member))

    def _bundle(self, path: Path) -> Iterator[Entry]:
        for name, start, size in self._counted(bundled(path)):
            parts = parts_of(name)
            if not parts:
                self._tally.add("unsafe_path", name)
            elif self._may_be_image(parts):
                yield Entry(parts, size, lambda start=start, size=size: Part(path, start, size))


def _starts_with(path: Path, start: bytes) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(len(start)) == start
    except OSError as error:
        raise SourceError("not_there") from error
