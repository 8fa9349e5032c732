"""Every format, exported and downloaded in Chromium, decoded elsewhere, and opened again."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import zipfile
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image, ImageSequence

from gan.cli.main import main
from gan.models.generator import Generator
from gan.recipes import fields
from gan.recipes.clip_recipe import ClipRecipe
from gan.recipes.render import RenderJob
from tests.browser.app import ROOT, interpolate

EXACT = {
    "gif": "GIF",
    "webp": "WebP",
    "apng": "APNG",
    "zip": "PNG frames",
    "sprite": "Sprite sheet",
}
FILMS = {"mp4": "MP4", "webm": "WebM"}
CLIP = {
    "latent_studio_clip": 1,
    "model": "mnist",
    "keys": [
        {"seed": 7, "class": 3, "hold": 0.5},
        {"seed": 8, "class": [0.0, 0.4, 0, 0, 0, 0, 0.6, 0, 0, 0], "length": 2},
        {"seed": 9, "class": 0},
    ],
    "path": "slerp",
    "easing": "smooth",
    "tiles": 2,
    "frames": 25,
    "fps": 25,
    "scale": 4,
    "border": 6,
    "caption": "three hands",
    "colours": "ocean",
}
MARK = "document.querySelector('.lc-line [role=status]')?.setAttribute('data-old', '')"
DONE = ".lc-line [role=status]:not([data-old])"


@pytest.fixture(scope="module")
def model():
    return Generator.load(ROOT / "assets/models/mnist")


def link(recipe):
    return "#clip=" + base64.urlsafe_b64encode(json.dumps(recipe).encode()).decode().rstrip("=")


def opened(visit, recipe):
    """A page opened by a link, once it shows the link's keyframes."""
    page = interpolate(visit, at=link(recipe))
    page.wait_for_function("document.querySelectorAll('.lc-key').length === 3")
    return page


def export(page, tmp_path, chip):
    """Choose a format, export, and download the file and the recipe beside it."""
    page.locator(".lc-formats").get_by_role("button", name=chip, exact=True).click()
    page.evaluate(MARK)
    page.get_by_role("button", name="Export", exact=True).click()
    page.locator(DONE).wait_for()
    got = []
    for index in range(2):
        with page.expect_download() as download:
            page.locator(".lc-file button").nth(index).click()
        path = tmp_path / f"{chip} {download.value.suggested_filename}"
        download.value.save_as(path)
        got.append(path)
    return got


def shown(page, tmp_path):
    """The recipe of what the page shows, as it saves it."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Save recipe", exact=True).click()
    path = tmp_path / "shown.json"
    download.value.save_as(path)
    return json.loads(path.read_text())


def decoded(path, kind, count, shape):
    """The frames (n,h,w,3) of a file, by Pillow or ffmpeg."""
    if kind in FILMS:
        # ffmpeg, not Pillow; an odd side would have been made even
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path)]
        command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]
        raw = subprocess.run(command, check=True, capture_output=True).stdout
        return np.frombuffer(raw, np.uint8).reshape(-1, *shape[:2], 3)
    if kind == "zip":
        with zipfile.ZipFile(path) as archive:
            names = sorted(name for name in archive.namelist() if name.endswith(".png"))
            pictures = [Image.open(io.BytesIO(archive.read(name))) for name in names]
            return np.stack([np.asarray(one.convert("RGB")) for one in pictures])
    with Image.open(path) as picture:
        if kind == "sprite":
            sheet = np.asarray(picture.convert("RGB"))
            columns = sheet.shape[1] // shape[1]
            cells = sheet.reshape(-1, shape[0], columns, shape[1], 3).swapaxes(1, 2)
            return cells.reshape(-1, *shape[:2], 3)[:count]
        assert picture.n_frames == count
        return np.stack([np.asarray(f.convert("RGB")) for f in ImageSequence.Iterator(picture)])


@pytest.mark.slow
def test_every_format_holds_the_frames_and_the_recipe(visit, model, tmp_path):
    wish = CLIP | {"model_id": model.model_id}
    page = opened(visit, wish)
    for kind, chip in {**EXACT, **FILMS}.items():
        file, beside = export(page, tmp_path, chip)
        recipe = ClipRecipe.from_json(fields.read(file))
        assert recipe == ClipRecipe.from_json(fields.read(beside)), kind
        assert recipe == ClipRecipe.from_json(wish | {"format": kind}), kind
        job = RenderJob(recipe, model)
        asked = np.stack([job.settings.style.apply(f) for f in job.frames(job.plan())])
        found = decoded(file, kind, recipe.frames, asked.shape[1:])
        assert found.shape == (*asked.shape[:3], 3), kind
        wrong = np.abs(found.astype(int) - asked)
        if kind in EXACT:
            # the server's other count of threads may round a pixel by one, and a colour map by 3
            assert wrong.max() <= 6 and (wrong > 0).mean() < 1e-3, (kind, wrong.max())
        else:
            assert wrong.mean() < 3, (kind, wrong.mean())
        # another clip, then this file again: everything is as it was
        page.locator("#interpolate").get_by_role("button", name="Ten digits").click()
        page.locator(".lc-open-file").set_input_files(file)
        page.wait_for_function("document.querySelectorAll('.lc-key').length === 3")
        assert ClipRecipe.from_json(shown(page, tmp_path)) == recipe, kind


def test_what_a_page_cannot_hold_of_a_recipe_is_told(visit, model):
    wish = CLIP | {"model_id": model.model_id, "fps": 7, "frames": 100_000}
    page = opened(visit, wish)
    message = page.locator("#interpolate .lc-error").inner_text()
    assert "frames 100000" in message and "fps 7 \u2192 5" in message


def test_the_command_line_makes_the_file_again(visit, tmp_path, model):
    wish = CLIP | {"model_id": model.model_id, "tiles": 1, "scale": 2}
    page = opened(visit, wish)
    file, beside = export(page, tmp_path, "GIF")
    again = tmp_path / "again.gif"
    assert main(["render", str(beside), "--out", str(again)]) == 0
    assert again.read_bytes() == Path(file).read_bytes()
