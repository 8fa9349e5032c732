"""Malformed and malicious images and archives, each as small as possible."""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

import numpy as np
from PIL import Image

PNG = b"\x89PNG\r\n\x1a\n"
ENCRYPTED, UTF8 = 1, 0x800
LINK = 0o120777 << 16


def noise(seed=0, size=(40, 40), channels=3):
    """Return an image of noise, uint8 (h,w,3) or (h,w)."""
    shape = (size[1], size[0], 3) if channels == 3 else (size[1], size[0])
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def encoded(picture, kind="PNG", **options):
    """Return an image, or an array, as the bytes of a file."""
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(picture)
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def chunk(kind, data):
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def huge_png(side=50_000):
    """Return a PNG whose header claims 2.5 billion pixels, with hardly any data."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        PNG
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + chunk(b"IEND", b"")
    )


@dataclass
class Member:
    """A member of a zip with an arbitrary header. `data` is already compressed if `method` is 8."""

    name: bytes
    data: bytes
    size: int | None = None
    method: int = 0
    flags: int = 0
    mode: int = 0
    crc: int | None = None


def raw_zip(members):
    """Return a zip file with these members."""
    body, directory = bytearray(), bytearray()
    for one in members:
        size = len(one.data) if one.size is None else one.size
        crc = zlib.crc32(one.data) if one.crc is None else one.crc
        lengths = struct.pack("<III", crc, len(one.data), size) + struct.pack(
            "<HH", len(one.name), 0
        )
        common = struct.pack("<HHHHH", 20, one.flags, one.method, 0, 0x21) + lengths
        directory += b"PK\1\2\x14\3" + common + struct.pack("<HHHII", 0, 0, 0, one.mode, len(body))
        directory += one.name
        body += b"PK\3\4" + common + one.name + one.data
    most = min(len(members), 65_535)  # readers use the length of the directory
    end = struct.pack("<HHHHIIH", 0, 0, most, most, len(directory), len(body), 0)
    return bytes(body + directory) + b"PK\5\6" + end


def zeros(megabytes, start=PNG):
    """Return deflated data, a thousandth of its content, which starts like an image."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(b"\0" * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + again * megabytes + packer.flush()


def bundle(files):
    """Return the upload format of the page for pairs of name and bytes."""
    import json

    parts = [b'{"latent_studio_images": 1}\n']
    for name, data in files:
        parts += [json.dumps({"name": name, "bytes": len(data)}).encode() + b"\n", data]
    return b"".join(parts)


def pictures(count, folder="", first=0, size=(32, 32)):
    """Return `count` different images as {name: bytes}."""
    return {f"{folder}{i:03}.png": encoded(noise(first + i, size)) for i in range(count)}


def zipped(path, files):
    """Write {name: bytes} to a zip at `path`, and return the path."""
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return path
