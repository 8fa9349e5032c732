"""Interpolate's studio: it plays what it exports, edits are undone, nothing is lost or left."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PIL import Image

from gan.latent.latents import latents
from gan.latent.plan import plan_clip
from gan.models.generator import Generator
from gan.recipes.render import draw
from tests.browser.app import LOOP, ROOT, changes, close, drag, interpolate, painted, pixels, tab
from tests.waiting import until

PLAYED = ".lc-line [role=status]"


def keys(page):
    """What stands under the keyframes."""
    return page.locator(".lc-key span").all_inner_texts()


def button(page, name):
    return page.locator("#interpolate, .lc-form").get_by_role("button", name=name, exact=True)


def first_frame(page):
    """Pause at the beginning of the loop."""
    if page.locator(".lc-play").get_attribute("aria-label") == "Pause":
        page.locator(".lc-play").click()
    page.locator(".lc-scrub").focus()
    page.keyboard.press("Home")


def stored(page):
    """Return the keyframes that the browser stored, as many as there are on the timeline."""
    kept = "JSON.parse(localStorage['latent-studio.interpolate.mnist'] ?? '{}').keys"
    page.wait_for_function(f"{kept}?.length === document.querySelectorAll('.lc-key').length")
    return page.evaluate(kept)


def test_what_plays_is_what_the_plan_says_and_no_edit_asks_the_server_for_pictures(visit):
    page = interpolate(visit)
    page.locator("#interpolate [data-where], .ls-badge[data-where=browser]").first.wait_for(
        state="attached"
    )
    asked = []
    page.on("request", lambda r: asked.append(r.post_data or ""))
    button(page, "Constant speed").click()  # timed by the latents alone, as below
    button(page, "2 × 2").click()
    first_frame(page)
    model = Generator.load(ROOT / "assets/models/mnist")
    kept = stored(page)
    z = latents([one["seed"] for one in kept], model.z_dim)
    classes = np.eye(10, dtype=np.float32)[[one["label"] for one in kept]]
    plan = plan_clip(z, classes, frames=125, tiles=2)
    wanted = [draw(plan, model, slice(at, at + 1))[0] for at in (0, 60)]
    for at, frame in zip((0, 60), wanted, strict=True):
        page.locator(".lc-scrub").evaluate(
            """(range, at) => {
                range.value = at;
                for (const kind of ["input", "change"]) range.dispatchEvent(new Event(kind));
            }""",
            at,
        )
        until(lambda frame=frame: close(pixels(page, LOOP)[..., :1], frame), 30)
    drag(page, page.locator(".lc-edge").nth(1), (0.5, 0.5), (3, 0.5), (6, 0.5))
    page.locator(".lc-seed input").fill("99")
    page.wait_for_timeout(1000)
    while not [text for text in asked if '"estimate"' in text]:  # the server estimates the size
        page.wait_for_timeout(100)
    assert not [text for text in asked if '"draw"' in text]


@pytest.mark.slow
def test_keys_are_moved_copied_deleted_and_all_of_it_undone(visit):
    page = interpolate(visit)
    start = keys(page)
    page.locator(".lc-key").nth(1).click()
    page.keyboard.press("Alt+ArrowLeft")
    assert keys(page) == [start[1], start[0], *start[2:]]
    page.locator("[data-do=duplicate]").click()
    assert len(keys(page)) == 6
    page.locator(".lc-key").nth(0).click()
    page.keyboard.press("Delete")
    page.keyboard.press("Delete")
    assert len(keys(page)) == 4
    box = page.locator(".lc-key").nth(3).bounding_box()
    last = keys(page)[3]
    at = page.locator(".lc-key").nth(0).bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(at["x"] + 60, at["y"] + 30, steps=4)
    page.mouse.move(at["x"] + 4, at["y"] + 30, steps=4)
    page.mouse.up()
    assert keys(page)[0] == last
    moved = keys(page)
    for _ in range(5):
        page.keyboard.press("Control+z")
    assert keys(page) == start
    for _ in range(5):
        page.keyboard.press("Control+Shift+z")
    assert keys(page) == moved
    button(page, "Ten digits").click()
    assert len(keys(page)) == len(stored(page)) == 10
    page.reload()
    tab(page, "Interpolate")
    painted(page, LOOP)
    assert len(keys(page)) == 10  # nothing is lost on reload


def test_too_few_keyframes_and_too_much_work_are_told_before_export(visit):
    page = interpolate(visit)
    for _ in range(4):
        page.locator("[data-do=delete]").click()
    page.locator(".lc-lack").get_by_text("keyframes").wait_for()
    go = page.get_by_role("button", name="Export", exact=True)
    assert len(keys(page)) == 1 and not go.is_enabled()
    button(page, "Walk").click()  # one is enough for it
    before = pixels(page, LOOP)
    changes(page, LOOP, before)
    page.locator(".lc-seconds").fill("200")
    page.locator(".lc-over").get_by_text("5000 frames exceed").wait_for()
    assert not go.is_enabled()
    page.locator(".lc-seconds").fill("-1")
    assert page.locator(".lc-over").inner_text()
    page.locator(".lc-seconds").fill("2")
    page.wait_for_function("document.querySelector('.lc-sum').innerText.includes('about')")
    assert go.is_enabled() and page.locator(".lc-over").inner_text() == ""


def long_export(page):
    page.locator(".lc-seconds").fill("60")
    page.locator(".lc-fps").select_option("50")
    page.locator(".lc-scale").evaluate(
        "range => { range.value = 28; range.dispatchEvent(new Event('input')); }"
    )
    page.wait_for_timeout(500)
    page.get_by_role("button", name="Export", exact=True).click()
    page.locator(".lc-line progress[max]").wait_for()


def test_cancel_stops_at_once_and_who_leaves_leaves_nothing(visit, app):
    page = interpolate(visit)
    long_export(page)
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.locator(PLAYED).get_by_text("ancelled").wait_for()  # it was not finished
    assert not app.left_over()
    long_export(page)
    assert app.left_over()
    page.context.close()
    until(lambda: not app.left_over())


def test_a_drawing_becomes_a_keyframe(visit):
    page = interpolate(visit)
    page.locator(".lc-add").click()
    page.get_by_role("button", name="From a drawing").click()
    pad = page.locator(".lc-dialog canvas").first
    drag(page, pad, (0.5, 0.15), (0.5, 0.4), (0.5, 0.6), (0.5, 0.85))
    page.locator(".lc-dialog .ls-primary").first.click()
    take = page.locator(".lc-dialog-end .ls-primary")
    page.wait_for_function("!document.querySelector('.lc-dialog-end .ls-primary').disabled")
    take.click()
    assert len(keys(page)) == 6 and len(stored(page)[1]["z"]) == 64


@pytest.mark.parametrize("width", [1280, 390])
def test_a_runs_growth_is_saved_as_a_film(visit, width, tmp_path):
    page = visit(width)
    tab(page, "Train")
    page.get_by_role("button", name="Save video").click()
    button = page.get_by_role("button", name="Download GIF")
    button.wait_for(timeout=60_000)
    with page.expect_download() as download:
        button.click()
    with Image.open(download.value.path()) as film:
        assert film.n_frames > 20 and film.size[0] % 280 == 0
        first = np.asarray(film.convert("L"), int)
        film.seek(film.n_frames - 1)
        assert np.abs(np.asarray(film.convert("L"), int) - first).mean() > 5
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert re.search(r"\d+ frames", page.locator(".ls-export-line").last.inner_text())
