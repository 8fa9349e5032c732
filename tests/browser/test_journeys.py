"""The main path in a real Chromium, against the real app in a process of its own."""

from __future__ import annotations

import io
import re
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image

from tests.browser.app import HERO, changes, close, drag, moved, painted, pixels, still, tab


@pytest.mark.parametrize("width", [1280, 390])
def test_the_first_paint_is_alive_and_a_slider_changes_the_digit(visit, width):
    page = visit(width)
    painted(page)
    before = still(page)
    drag(page, page.locator(".ls-gate").first, (0.5, 0.5), (0.7, 0.5), (0.97, 0.5))
    dragged = moved(page, before)
    page.keyboard.press("Control+z")
    moved(page, dragged)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.slow
def test_a_seed_gives_the_same_pixels_after_a_reload_and_to_another_visitor(visit):
    first, second = visit(), visit()
    for page in (first, second):
        painted(page)
        before = still(page)
        page.locator("#explore input[type=number]").first.fill("4711")
        moved(page, before)
    kept = still(first)
    assert close(kept, still(second))
    first.get_by_role("button", name="Randomise", exact=True).click()
    moved(first, kept)
    assert close(kept, still(second))  # latents are each visitor's own
    second.reload()
    painted(second)
    assert close(kept, still(second))


@pytest.mark.parametrize(("name", "suffix", "width"), [("GIF", "gif", 390), ("MP4", "mp4", 1280)])
def test_a_loop_plays_and_its_export_decodes(visit, name, suffix, width):
    page = visit(width)
    tab(page, "Interpolate")
    canvas = "#interpolate .ls-plate canvas"
    painted(page, canvas)
    changes(page, canvas, pixels(page, canvas))  # it plays before anything is pressed
    page.locator(".lc-form").get_by_text(name, exact=True).click()
    page.locator(".lc-actions button").first.click()
    button = page.get_by_role("button", name=f"Download {name}")
    button.wait_for(timeout=120_000)
    with page.expect_download() as download:
        button.click()
    path = download.value.path()
    asked = int(re.search(r"(\d+) frames", page.locator(".lc-line").first.inner_text()).group(1))
    if suffix == "gif":
        with Image.open(path) as gif:
            assert gif.n_frames == asked and gif.info["loop"] == 0
            assert gif.size[0] % 28 == 0
            seen = [np.asarray(gif.convert("L")).copy() for _ in _frames(gif)]
    else:
        seen = list(iio.imread(io.BytesIO(Path(path).read_bytes()), extension=".mp4"))
        assert len(seen) == asked
        assert _plays(page, Path(path).read_bytes())
    assert max(np.abs(a.astype(int) - seen[0]).max() for a in seen) > 50


def _frames(gif):
    for index in range(gif.n_frames):
        gif.seek(index)
        yield index


def _plays(page, data):
    """Whether this Chromium's own player gets past the first tenth of a second."""
    return page.evaluate(
        """async bytes => {
            const video = document.createElement("video");
            video.muted = true;
            video.src = URL.createObjectURL(new Blob([new Uint8Array(bytes)], {type: "video/mp4"}));
            await video.play();
            for (let i = 0; i < 600 && video.currentTime <= 0.1; i += 1)
                await new Promise(done => setTimeout(done, 50));
            return video.currentTime > 0.1 && video.videoWidth > 0;
        }""",
        list(data),
    )


@pytest.mark.slow
def test_training_starts_pauses_survives_a_reload_and_a_killed_server(visit, app):
    page, other = visit(), visit()
    tab(page, "Train")
    sheet = "#train .tr-sheet canvas"
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_function("document.querySelector('.tr-status')?.innerText.includes('Training')")
    painted(page, sheet)
    changes(page, sheet, pixels(page, sheet))
    step = "Number(document.querySelector('.tr-status')?.innerText.match(/step ([\\d,]+)/)[1])"
    page.wait_for_function(step.replace("[1])", "[1].replace(',', ''))") + " > 20")

    tab(other, "Train")  # a second visitor watches and is told so
    other.get_by_text("Another visitor controls this run").wait_for()
    other.get_by_role("button", name="Join queue").wait_for()
    assert other.locator("#train-form").get_by_role("button", name="Pause").is_disabled()

    page.reload()  # Train opens again
    page.locator("#train-form").get_by_role("button", name="Pause").click()
    page.wait_for_function("document.querySelector('.tr-status')?.innerText.includes('Paused')")
    page.wait_for_timeout(1500)
    held = page.locator(".tr-status").inner_text()
    page.wait_for_timeout(2500)
    assert page.locator(".tr-status").inner_text() == held
    page.locator("#train-form").get_by_role("button", name="Resume").click()
    page.wait_for_function("document.querySelector('.tr-status')?.innerText.includes('Training')")

    tab(page, "Explore")  # it answers while it trains
    before = still(page)
    page.get_by_role("button", name="Randomise", exact=True).click()
    bundled = moved(page, before)
    tab(page, "Train")
    page.get_by_role("button", name="Use this model").click()
    tab(page, "Explore")
    changes(page, HERO, bundled)
    tab(page, "Train")
    signs = "document.querySelector('.tr-vitals .tr-figures')?.innerText.includes('confidence')"
    page.wait_for_function(signs)  # the judge has looked at it
    bars = page.locator(".tr-vitals canvas").nth(2)
    assert bars.is_visible()

    for one in (page, other):
        one.context.close()  # an open page would complain of what follows
    app.kill()
    app.start()
    page = visit()
    tab(page, "Train")
    tab(page, "Runs")
    page.locator("#runs").get_by_role("button", name="Resume", exact=True).first.click()
    page.locator(".tf-whose").get_by_text("You started this run").wait_for()
    tab(page, "Watch")
    page.wait_for_function("document.querySelector('.tr-status')?.innerText.includes('Training')")
    page.locator("#train-form").get_by_role("button", name="Stop").click()
    page.locator(".tr-status").get_by_text("Stopped and saved").wait_for()
