"""The dialog "Make an avatar" in a real Chromium: its files decoded elsewhere, keys and errors."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PIL import Image

from gan.models.generator import Generator
from gan.recipes import fields
from gan.recipes.clip_recipe import ClipRecipe
from gan.recipes.image_recipe import Recipe
from tests.browser.app import ROOT, explore, moved, press, same, seed, still
from tests.frames import read_animation
from tests.loop_metrics import image_steps

SIZES = (64, 128, 256, 512, 1024)
SIDE = 252  # px of a clip: the largest multiple of 28 below 256
OFFLINE = """
const send = window.fetch;
window.fetch = (asked, ...rest) => (asked.url ?? asked).includes("export_clip")
  ? Promise.reject(new TypeError("no network")) : send(asked, ...rest);
"""


def opened(visit, **options):
    """A visitor's page and its dialog, about a picture of class 3."""
    page = explore(visit, **options)
    before = still(page)
    press(page, "Class 3")
    moved(page, before)
    press(page, "Make an avatar")
    dialog = page.get_by_role("dialog", name="Make an avatar")
    dialog.wait_for()
    return page, dialog


def export(page, dialog, folder):
    """Export, and return the downloaded file."""
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Export").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    dialog.get_by_text(f"Saved as {path.name}.").wait_for()
    return path


@pytest.fixture(scope="module")
def model():
    return Generator.load(ROOT / "assets/models/mnist")


def drawn(model, recipe):
    """The pictures of a clip's keyframes."""
    return model.sample(recipe.latents(model.z_dim), recipe.class_weights(model.classes))


def test_the_image_the_loop_and_the_sheet_are_of_this_picture(visit, model, tmp_path):
    page, dialog = opened(visit)
    seen = still(page)[..., :1]
    for size in SIZES:
        dialog.get_by_label("Size").select_option(str(size))
        path = export(page, dialog, tmp_path)
        with Image.open(path) as picture:
            assert picture.format == "PNG" and picture.size == (size, size)
        assert np.abs(Recipe.read(path).draw(model).astype(int) - seen).max() <= 1

    dialog.get_by_label("Size").select_option("256")
    dialog.get_by_role("button", name="Loop").click()
    for name, kind in (("GIF", "gif"), ("APNG", "png")):
        dialog.get_by_label("Format").select_option(name)
        path = export(page, dialog, tmp_path)
        assert path.name == f"latent-studio-mnist-3-seed{seed(page)}-loop.{kind}"
        frames, durations, loop = read_animation(path)
        assert frames.shape == (50, SIDE, SIDE, 3) and sum(durations) == 2000 and loop == 0
        steps = image_steps(frames)
        assert 0 < steps[-1] <= 1.05 * steps[:-1].max()
        assert np.abs(frames[0, ::9, ::9, :1].astype(int) - seen).mean() < 2
        recipe = ClipRecipe.from_json(fields.read(path))
        assert {key.classes for key in recipe.keys} == {3} and recipe.model == "mnist"

    dialog.get_by_role("button", name="Variations").click()
    path = export(page, dialog, tmp_path)
    recipe = ClipRecipe.from_json(fields.read(path))
    with Image.open(path) as picture:
        sheet = np.asarray(picture)
    assert sheet.shape == (3 * SIDE, 4 * SIDE)
    tiles = sheet[::9, ::9].reshape(3, 28, 4, 28).swapaxes(1, 2).reshape(12, 28, 28, 1)
    assert np.abs(tiles.astype(int) - drawn(model, recipe)).max() <= 1
    assert len({tile.tobytes() for tile in tiles}) == 12
    assert {key.classes for key in recipe.keys} == {3}


def test_escape_cancels_and_returns_the_focus_and_keys_stay_inside(visit, app):
    page, dialog = opened(visit)
    before, shown = still(page), seed(page)
    dialog.click(position={"x": 5, "y": 5})
    page.keyboard.press("Space")
    dialog.get_by_role("button", name="Loop").click()
    dialog.get_by_label("Format").select_option("APNG")
    dialog.get_by_label("Size").select_option("1024")
    dialog.get_by_role("button", name="Export").click()
    dialog.get_by_role("progressbar").wait_for()
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.textContent") == "Make an avatar"
    assert same(still(page), before) and seed(page) == shown
    for _ in range(100):
        if not app.left_over():
            break
        time.sleep(0.1)
    assert not app.left_over()
    press(page, "Make an avatar")
    dialog.get_by_role("button", name="Export").wait_for()


def test_what_cannot_be_exported_as_shown_is_told(visit):
    page, dialog = opened(visit, before=OFFLINE)
    dialog.get_by_role("button", name="Loop").click()
    dialog.get_by_role("button", name="Export").click()
    dialog.get_by_role("alert").get_by_text("Cannot reach the server. Try again.").wait_for()

    page, dialog = opened(visit)
    differs = dialog.get_by_text("so they differ from this image")
    dialog.get_by_role("button", name="Loop").click()
    assert not differs.is_visible()
    page.keyboard.press("Escape")
    page.get_by_role("slider", name="Scale of z").fill("0")
    still(page)
    press(page, "Make an avatar")
    assert not differs.is_visible()
    dialog.get_by_role("button", name="Variations").click()
    assert differs.is_visible()
    dialog.get_by_role("button", name="Export").click()
    dialog.get_by_role("alert").get_by_text("only zeros").wait_for()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_dialog_fits(visit, width):
    page, dialog = opened(visit, width=width)
    for name in ("Image", "Loop", "Variations"):
        dialog.get_by_role("button", name=name).click()
        box = dialog.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert dialog.evaluate("one => one.scrollWidth <= one.clientWidth")
