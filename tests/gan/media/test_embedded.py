"""Recipes embedded in files: they round-trip, decoders accept them, damage raises an error."""

from __future__ import annotations

import io
import json
import re
import subprocess
import tracemalloc
import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from gan.media import embedded
from gan.recipes import fields
from gan.recipes.clip_recipe import ClipRecipe
from gan.recipes.fields import RecipeError
from gan.recipes.image_recipe import Recipe, save_png
from tests.clip_files import FORMATS, bare, make, recipe
from tests.clips import CLIP

PICTURES = ("gif", "apng", "sprite", "webp")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """{(format, large): path} of clips that carry their recipes. Do not write."""
    folder = tmp_path_factory.mktemp("clips")
    return {
        (format, large): make(folder / f"{format}-{large}", format, recipe(large).to_text())
        for format in FORMATS
        for large in (False, True)
    }


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("large", [False, True])
def test_read_text_returns_the_embedded_recipe(files, format, large):
    assert embedded.read_text(files[format, large]) == recipe(large).to_text()
    assert ClipRecipe.from_json(fields.read(files[format, large])) == recipe(large)


def decoded(path):
    """What ffmpeg makes of a file, and what it has to say against it."""
    command = f"{imageio_ffmpeg.get_ffmpeg_exe()} -v warning -i {path} -f rawvideo -pix_fmt rgba -"
    done = subprocess.run(command.split(), capture_output=True)
    return done.stdout, done.stderr.decode()


def pillowed(path):
    """The frames that Pillow finds."""
    with Image.open(path) as image:
        frames = []
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            frames.append(np.asarray(image.convert("RGBA")))
        return np.stack(frames)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("format", PICTURES)
def test_decoders_accept_the_file_and_pixels_are_unchanged(files, format, tmp_path):
    plain = bare(tmp_path / "bare", format)
    wanted, frames = decoded(plain), pillowed(plain)
    assert len(frames) == (1 if format == "sprite" else 4)
    for large in (False, True):
        assert decoded(files[format, large]) == wanted
        assert (pillowed(files[format, large]) == frames).all()


@pytest.mark.parametrize("large", [False, True])
def test_standard_tools_find_the_text(files, large):
    text = recipe(large).to_text()
    with Image.open(files["gif", large]) as gif:
        assert gif.info["comment"] == text.encode()
    for format in ("apng", "sprite"):
        with Image.open(files[format, large]) as png:
            assert png.text["latent-studio-clip"] == text
    with Image.open(files["webp", large]) as webp:
        described = ElementTree.fromstring(webp.info["xmp"]).find(".//{*}description//{*}li")
        assert described.text == text
    for format in ("mp4", "webm"):
        program = imageio_ffmpeg.get_ffmpeg_exe()
        command = [program, "-v", "error", "-i", str(files[format, large]), "-f", "ffmetadata", "-"]
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        tag = re.search(r"^comment=(.*)$", shown, re.M | re.I)[1]
        assert re.sub(r"\\(.)", r"\1", tag) == text


def test_a_still_webp_and_a_gif87a_accept_text(tmp_path):
    text = recipe(False).to_text()
    image = Image.fromarray(np.arange(35, dtype=np.uint8).reshape(5, 7))
    for name, options in {"lossy": {}, "lossless": {"lossless": True}}.items():
        path = tmp_path / f"{name}.webp"
        image.save(path, **options)
        wanted = pillowed(path)
        assert b"VP8X" not in path.read_bytes()
        embedded.append(path, "webp", text)
        assert embedded.read_text(path) == text and (pillowed(path) == wanted).all()
        assert Image.open(path).size == (7, 5)
    path = tmp_path / "a.gif"
    image.save(path)  # one frame: no block of the application's, and the older version
    wanted = pillowed(path)
    embedded.append(path, "gif", text)
    assert path.read_bytes().startswith(b"GIF89a")
    assert embedded.read_text(path) == text and (pillowed(path) == wanted).all()


def test_append_does_not_copy_the_file(tmp_path):
    path = bare(tmp_path / "a", "gif")
    frame = path.read_bytes()
    body = frame[-1:]  # the trailer; before it, the frames again and again
    at = frame.index(b"!\xf9")
    path.write_bytes(frame[:-1] + frame[at:-1] * (30_000_000 // (len(frame) - at)) + body)
    whole = path.read_bytes()
    tracemalloc.start()
    embedded.append(path, "gif", recipe(True).to_text())
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert used < 8_000_000
    after = path.read_bytes()
    assert after[:at] == whole[:at] and after.endswith(whole[at:])
    assert embedded.read_text(path) == recipe(True).to_text()


def test_append_refuses_other_formats_files_and_texts(tmp_path):
    path = tmp_path / "a"
    for format in PICTURES:
        for content in (b"", b"hello" * 99, b"GIF89a", b"\x89PNG\r\n\x1a\n" + bytes(99)):
            path.write_bytes(content)
            with pytest.raises(ValueError, match="not a complete"):
                embedded.append(path, format, "{}")
            assert path.read_bytes() == content
    for text in ("é", "a\nb", "<b>", "a" * 400_001):
        with pytest.raises(ValueError, match="compact"):
            embedded.append(path, "gif", text)
    with pytest.raises(ValueError, match="mp4"):
        embedded.append(path, "mp4", "{}")


@pytest.mark.parametrize("format", FORMATS)
def test_a_truncated_or_damaged_file_raises_only_recipe_errors(files, format, tmp_path):
    whole = bytearray(files[format, False].read_bytes())
    path = tmp_path / "a"
    cuts = {*range(40), *range(0, len(whole), max(1, len(whole) // 40))}
    places = range(0, len(whole), max(1, len(whole) // 100))
    for broken in [whole[:cut] for cut in cuts] + [
        whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :]
        for at in places
        for flip in (0xFF, 0x5A)
    ]:
        path.write_bytes(broken)
        try:
            found = ClipRecipe.from_json(fields.read(path))
        except RecipeError as error:
            assert str(error).endswith(".")
        else:
            assert isinstance(found, ClipRecipe)


def test_files_without_a_recipe_raise_a_recipe_error(tmp_path):
    path = tmp_path / "a"
    for format in (*PICTURES, "mp4", "webm"):
        with pytest.raises(RecipeError, match="contains no recipe"):
            ClipRecipe.from_json(fields.read(bare(path, format)))
    for content in (b"", b"\xff\xd8\xff" + bytes(99), b"hello", b"[]", b"\0" * 5_000_000):
        path.write_bytes(content)
        with pytest.raises(RecipeError, match="contains no recipe"):
            ClipRecipe.from_json(fields.read(path))
    with pytest.raises(OSError):
        ClipRecipe.from_json(fields.read(tmp_path))
    save_png(path, np.zeros((8, 8, 1), np.uint8), Recipe("mnist", "0" * 12, 5))
    with pytest.raises(RecipeError, match="of an image"):
        ClipRecipe.from_json(fields.read(path))


def archive(path: Path, name: str = "recipe.json", text: str | bytes = "{}", **options: int):
    with zipfile.ZipFile(path, "w", **options) as made:
        made.writestr("frame_00000.png", bytes(100))
        made.writestr(name, text)


def test_zips_of_other_programs_are_read_and_not_trusted(tmp_path):
    path, text = tmp_path / "a.zip", json.dumps(CLIP)
    archive(path, "loop/recipe.json", text, compression=zipfile.ZIP_DEFLATED)
    assert embedded.read_text(path) == text
    with path.open("ab") as file:
        file.seek(-2, 2)
        file.write(b"\5\0hello")  # a comment
    assert embedded.read_text(path) == text
    archive(path, "../recipe.json.exe", text)
    assert embedded.read_text(path) is None
    archive(path, text=b"\xff\xfe", compression=zipfile.ZIP_DEFLATED)
    assert embedded.read_text(path) is None
    inner = io.BytesIO()
    archive(inner, text=text)
    archive(path, "recipe.json/inner.zip", inner.getvalue())
    assert embedded.read_text(path) is None  # nothing is unpacked from what is packed
    archive(path, text=text, compression=zipfile.ZIP_BZIP2)
    assert embedded.read_text(path) is None
    archive(path, text=b" " * 50_000_000, compression=zipfile.ZIP_DEFLATED)  # a bomb
    tracemalloc.start()
    with pytest.raises(RecipeError, match="at most"):
        ClipRecipe.from_json(fields.read(path))
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_a_zip64_directory_is_read(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("recipe.json", json.dumps(CLIP))
    whole = path.read_bytes()
    end = whole.index(b"PK\5\6")
    record = b"PK\6\6" + (44).to_bytes(8, "little") + bytes(28)
    record += (end - whole.index(b"PK\1\2")).to_bytes(8, "little")
    record += whole.index(b"PK\1\2").to_bytes(8, "little")
    locator = b"PK\6\7" + bytes(4) + end.to_bytes(8, "little") + bytes(4)
    path.write_bytes(whole[:end] + record + locator + b"PK\5\6" + b"\xff" * 16 + bytes(2))
    assert ClipRecipe.from_json(fields.read(path)) == ClipRecipe.from_json(CLIP)


@pytest.mark.parametrize("format", FORMATS)
def test_only_a_part_of_a_huge_file_is_read(files, format, tmp_path):
    path = tmp_path / "a"
    head = files[format, False].read_bytes()
    path.write_bytes(head)
    with path.open("r+b") as file:
        file.truncate(2_000_000_000)  # sparse
    tracemalloc.start()
    try:
        embedded.read_text(path)
    except RecipeError:
        pass
    assert tracemalloc.get_traced_memory()[1] < 15_000_000
    tracemalloc.stop()
    with path.open("r+b") as file:
        file.truncate(4_000_000_001)
    with pytest.raises(RecipeError, match="larger than 4 GB"):
        ClipRecipe.from_json(fields.read(path))


def test_a_wrong_checksum_or_compressed_text_is_ignored(files, tmp_path):
    whole, path = files["sprite", False].read_bytes(), tmp_path / "a"
    path.write_bytes(whole.replace(b"0123456789ab", b"0123456789ac"))
    assert embedded.read_text(path) is None
    at = whole.index(b"iTXt")
    body = b"iTXtlatent-studio-clip\0\1\0\0\0" + zlib.compress(b" " * 50_000_000)
    chunk = (len(body) - 4).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)
    path.write_bytes(whole[: at - 4] + chunk + whole[-12:])
    assert embedded.read_text(path) is None
