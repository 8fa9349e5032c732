"""Files that a stranger sends: runs, images and recipes with something wrong inside."""

from __future__ import annotations

import base64
import io
import json
import random
import tempfile
import warnings
import zipfile
from pathlib import Path
from typing import Any

from PIL import Image

from bench.clients.junk import TEXTS, encode, mutate
from gan.media.embedded import append
from gan.storage.checkpoint_file import load_checkpoint, save_checkpoint
from tests.clips import CLIP
from tests.recipes import PLAIN

NEWEST = "checkpoint.safetensors"
warnings.filterwarnings("ignore", "Duplicate name", module="zipfile")  # on purpose


class RunZips:
    """Changed copies of a downloaded run."""

    def __init__(self, packed: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            self._parts = {
                name.partition("/")[2]: archive.read(name) for name in archive.namelist()
            }

    def make(self, rng: random.Random) -> bytes:
        """Return a zip of which one file, or the zip itself, is changed."""
        parts, name = dict(self._parts), rng.choice(list(self._parts))
        name = rng.choice((name, "history.jsonl", "config.json", NEWEST))
        way = rng.random()
        if way < 0.05:
            parts.pop(name, None)
        elif way < 0.1:
            parts[rng.choice(TEXTS[1:-1])] = b"1"
        elif way < 0.2:
            parts[name] = damaged(parts.get(name, b"\0"), rng)
        elif name == NEWEST:
            parts[name] = self._checkpoint(rng)
        elif name.endswith((".json", ".jsonl")):
            whole = name.endswith(".json")
            parts[name] = _json(parts.get(name, b"{}"), whole, rng)
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, data in parts.items():
                archive.writestr("fuzzed/" + _name(part), data)
        return damaged(made.getvalue(), rng) if way > 0.95 else made.getvalue()

    def _checkpoint(self, rng: random.Random) -> bytes:
        """Change the numbers of a checkpoint, whose digest is right."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / NEWEST
            path.write_bytes(self._parts[NEWEST])
            state, numbers = load_checkpoint(path)
            tensors = state.pop("tensors")
            changed = mutate({"state": state, "numbers": numbers}, rng, ())
            state, numbers = (_object(changed, key) for key in ("state", "numbers"))
            whole = {"step_count": 1, "config": {}} | state | {"tensors": tensors}
            save_checkpoint(path, whole, {str(key): one for key, one in numbers.items()})
            return path.read_bytes()


def _name(text: str) -> str:
    """Return what `zipfile` can write as a name; it ends at a zero."""
    return text.encode(errors="replace").decode().replace("\0", "0")


def _object(value: Any, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _json(text: bytes, whole: bool, rng: random.Random) -> bytes:
    """Change a file of JSON, or one line of JSON lines, which are perhaps repeated."""
    lines = [text] if whole else text.splitlines() or [b"{}"]
    at = rng.randrange(len(lines))
    lines[at] = encode(mutate(json.loads(lines[at]), rng, ()))
    if not whole and rng.random() < 0.1:
        lines *= 2_000
    return b"\n".join(lines) + b"\n"


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Cut a file short or change a few of its bytes."""
    if rng.random() < 0.3:
        return data[: rng.randrange(len(data) + 1)]
    changed = bytearray(data or b"\0")
    for _ in range(rng.choice((1, 8, 64))):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def picture(rng: random.Random) -> bytes:
    """Return a picture of some format and mode."""
    mode, kind = rng.choice(
        (
            ("L", "PNG"),
            ("RGB", "PNG"),
            ("RGBA", "PNG"),
            ("P", "GIF"),
            ("CMYK", "TIFF"),
            ("1", "BMP"),
        )
    )
    file = io.BytesIO()
    Image.new(mode, (rng.choice((1, 8, 300)), rng.choice((1, 9, 40)))).save(file, kind)
    return file.getvalue()


def images(rng: random.Random) -> bytes:
    """Return a zip of pictures with odd names, some of them damaged."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(rng.choice((1, 4, 30))):
            name = rng.choice((f"a/{number}.png", f"{number}.gif", rng.choice(TEXTS[1:-1])))
            data = picture(rng)
            data = damaged(data, rng) if rng.random() < 0.3 else data
            archive.writestr(_name(name), data)
    return damaged(made.getvalue(), rng) if rng.random() < 0.2 else made.getvalue()


def recipe(rng: random.Random) -> bytes:
    """Return the text of a link, or a file that embeds a recipe."""
    kind, plain = rng.choice((("clip", CLIP), ("recipe", PLAIN)))
    text = encode(mutate(plain, rng, ()) if rng.random() < 0.9 else plain)
    if rng.random() < 0.6:
        return f"#{kind}=".encode() + base64.urlsafe_b64encode(text).rstrip(b"=")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "recipe.png"
        Image.new("L", (8, 8)).save(path)
        try:
            append(path, "apng", text.decode())
        except ValueError:
            pass  # too long
        data = path.read_bytes()
    return damaged(data, rng) if rng.random() < 0.3 else data
