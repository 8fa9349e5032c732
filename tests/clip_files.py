"""Small clips in every format that can embed a recipe, written by ffmpeg alone."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import imageio_ffmpeg
import numpy as np

from gan.media import embedded
from gan.recipes.clip_recipe import ClipRecipe
from tests.clips import CLIP
from tests.recipes import packed

FRAMES = np.random.default_rng(0).integers(0, 256, (4, 16, 16, 3), np.uint8)
FRAMES[:, 4:12, 4:12] = 255  # the frames differ after any codec
STRANGE = "é <b> & \"' ]]> =;#\\ 模 🙂"
_FFMPEG = {
    "gif": "-vf format=rgb24,split[a][b];[a]palettegen[p];[b][p]paletteuse -f gif",
    "apng": "-f apng -plays 0",
    "sprite": "-frames:v 1 -f image2 -c:v png",
    "webp": "-c:v libwebp_anim -lossless 1 -loop 0 -f webp",
    "mp4": "-pix_fmt yuv420p -c:v libx264 -movflags +faststart -f mp4",
    "webm": "-pix_fmt yuv420p -c:v libvpx-vp9 -b:v 0 -crf 40 -cpu-used 8 -f webm",
}
FORMATS = (*_FFMPEG, "zip", "json")


def recipe(large: bool) -> ClipRecipe:
    """Return a small recipe, or one of 64 keyframes with 512 numbers each."""
    strange = CLIP | {"caption": STRANGE, "model": STRANGE}
    if large:
        z = np.random.default_rng(1).normal(size=(64, 512))
        keys = [{"seed": i, "z": packed(*row), "class": i % 10} for i, row in enumerate(z)]
        strange["keys"] = keys
    return ClipRecipe.from_json(strange)


def bare(path: Path, format: str, tags: str = "") -> Path:
    """Write a clip without a recipe, with `tags` as its only metadata."""
    source = "-v error -y -f rawvideo -pix_fmt rgb24 -s 16x16 -r 25 -i pipe:0"
    if tags:
        path.with_suffix(".tags").write_text(tags)
        source += f" -i {path.with_suffix('.tags')} -map 0 -map_metadata 1"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), *f"{source} {_FFMPEG[format]}".split(), str(path)]
    subprocess.run(command, input=FRAMES.tobytes(), check=True)
    return path


def make(path: Path, format: str, text: str) -> Path:
    """Write a clip with the text of a recipe embedded."""
    if format == "json":
        path.write_text(text)
    elif format == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("frame_00000.png", FRAMES.tobytes())
            archive.writestr(embedded.ZIP_MEMBER, text)
    elif format in ("mp4", "webm"):
        bare(path, format, embedded.ffmetadata(text))
    else:
        embedded.append(bare(path, format), format, text)
    return path
