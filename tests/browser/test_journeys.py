"""The main path in a real Chromium, against the real app in a process of its own."""

from __future__ import annotations

import io
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
HERO = ".ls-hero"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """The address of a fresh server with no runs yet."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {
        **os.environ,
        "GRADIO_SERVER_PORT": str(port),
        "LATENT_STUDIO_RUNS": str(tmp_path_factory.mktemp("runs")),
    }
    log = tmp_path_factory.mktemp("log") / "app.log"
    with open(log, "wb") as out:
        server = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=env, stdout=out, stderr=out
        )
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_until_up(address, server, log)
            yield address
        finally:
            server.terminate()
            server.wait(60)


def _wait_until_up(address, server, log):
    for _ in range(600):
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            assert server.poll() is None, log.read_text()
            time.sleep(0.2)
    pytest.fail("the app did not start: " + log.read_text())


@pytest.fixture
def visit(browser, app):
    """Open the page as a visitor of its own; console errors and foreign requests fail the test."""
    contexts, problems = [], []

    def open_page(width=1280, height=800):
        context = browser.new_context(
            viewport={"width": width, "height": height}, accept_downloads=True, locale="en-US"
        )
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console",
            lambda message: problems.append(message.text) if message.type == "error" else None,
        )
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((app, "data:", "blob:"))
                else problems.append(f"left the machine: {request.url}")
            ),
        )
        page.goto(app)
        page.wait_for_selector(HERO)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not problems, problems


def pixels(page, selector):
    """What a canvas shows, as an array (h,w,4)."""
    found = page.eval_on_selector(
        selector,
        """c => [c.width, c.height,
            [...c.getContext("2d").getImageData(0, 0, c.width, c.height).data]]""",
    )
    return np.array(found[2], np.uint8).reshape(found[1], found[0], 4)


def changes(page, selector, before, timeout_s=30):
    """Wait until a canvas shows other pixels, and return them."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        now = pixels(page, selector)
        if now.shape != before.shape or (now != before).any():
            return now
        time.sleep(0.05)
    pytest.fail(f"{selector} never changed")


def tab(page, name):
    page.get_by_role("tab", name=name).click()


def painted(page, selector, timeout_s=30):
    """Wait until a canvas shows more than one colour."""
    page.wait_for_selector(selector)
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if pixels(page, selector)[..., :3].std() > 5:
            return
        time.sleep(0.05)
    pytest.fail(f"{selector} stayed blank")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_first_paint_is_alive_and_a_slider_changes_the_digit(visit, width):
    page = visit(width)
    painted(page, HERO)
    assert page.locator("#explore .ls-sliders .ls-slider:visible").count() >= 8
    before = pixels(page, HERO)
    slider = page.locator("#explore .ls-range").first
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.5, middle)
    page.mouse.down()
    for part in (0.6, 0.7, 0.8, 0.9, 0.97):
        page.mouse.move(box["x"] + box["width"] * part, middle)
    page.mouse.up()
    moved = changes(page, HERO, before)
    page.keyboard.press("Control+z")
    changes(page, HERO, moved)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_seed_gives_the_same_pixels_after_a_reload_and_to_another_visitor(visit):
    first, second = visit(), visit()
    for page in (first, second):
        painted(page, HERO)
        before = pixels(page, HERO)
        page.locator("#explore input[type=number]").first.fill("4711")
        changes(page, HERO, before)
        page.wait_for_timeout(1000)
    np.testing.assert_array_equal(pixels(first, HERO), pixels(second, HERO))
    kept = pixels(first, HERO)
    first.get_by_role("button", name="Randomise").click()
    changes(first, HERO, kept)
    np.testing.assert_array_equal(pixels(second, HERO), kept)  # latents are each visitor's own
    second.reload()
    second.wait_for_selector(HERO)
    painted(second, HERO)
    second.wait_for_timeout(1000)
    np.testing.assert_array_equal(pixels(second, HERO), kept)


@pytest.mark.parametrize(
    ("name", "suffix", "width"), [("GIF", "gif", 390), ("MP4", "mp4", 1280), ("MP4", "mp4", 390)]
)
def test_a_loop_plays_and_its_export_decodes(visit, name, suffix, width):
    page = visit(width)
    tab(page, "Interpolate")
    canvas = "#interpolate .ls-plate canvas"
    painted(page, canvas)
    changes(page, canvas, pixels(page, canvas))  # it plays before anything is pressed
    page.locator(".lc-form").get_by_text(name, exact=True).click()
    page.locator(".lc-actions button").first.click()
    page.wait_for_selector(".lc-file a[download], .lc-file a", timeout=120_000)
    with page.expect_download() as download:
        page.locator(".lc-file a").first.click()
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
            await new Promise(done => setTimeout(done, 1500));
            return video.currentTime > 0.1 && video.videoWidth > 0;
        }""",
        list(data),
    )


def test_training_starts_pauses_survives_a_reload_and_its_model_can_be_played_with(visit):
    page, other = visit(), visit()
    tab(page, "Train")
    sheet = "#train .tr-sheet canvas"
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_function("document.querySelector('.tr-status').innerText.includes('Training')")
    painted(page, sheet)
    changes(page, sheet, pixels(page, sheet))
    step = "Number(document.querySelector('.tr-status').innerText.match(/step ([\\d,]+)/)[1])"
    page.wait_for_function(step.replace("[1])", "[1].replace(',', ''))") + " > 20")

    tab(other, "Train")  # a second visitor watches and is told so
    other.get_by_text("Another visitor steers this run").wait_for()
    assert other.get_by_role("button", name="Start", exact=True).is_disabled()
    assert other.get_by_role("button", name="Pause").is_disabled()

    page.reload()
    page.wait_for_selector(HERO)
    tab(page, "Train")
    page.get_by_role("button", name="Pause").click()
    page.wait_for_function("document.querySelector('.tr-status').innerText.includes('Paused')")
    page.wait_for_timeout(1500)
    held = page.locator(".tr-status").inner_text()
    page.wait_for_timeout(2500)
    assert page.locator(".tr-status").inner_text() == held
    page.get_by_role("button", name="Resume").click()
    page.wait_for_function("document.querySelector('.tr-status').innerText.includes('Training')")

    tab(page, "Explore")  # the slider answers while it trains
    before = pixels(page, HERO)
    page.get_by_role("button", name="Randomise").click()
    bundled = changes(page, HERO, before)
    tab(page, "Train")
    page.get_by_role("button", name="Play with this model").click()
    tab(page, "Explore")
    changes(page, HERO, bundled)
    tab(page, "Train")
    page.get_by_role("button", name="Stop").click()
    page.locator(".tr-status").get_by_text("Stopped and saved").wait_for()
