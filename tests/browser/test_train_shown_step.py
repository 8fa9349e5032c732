"""The time machine outside the Train tab, in a real Chromium: a latent by a run's past."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from gan.models.generator import Generator
from gan.paths import ROOT
from gan.runs.snapshots import write_snapshot
from tests.browser.app import HERO, LOOP, changes, explore, painted, pixels, still, tab

RUN = "20200102-030405-mnist"
STEPS = range(0, 100, 10)
TIME = "#explore .mo-time"


@pytest.fixture
def model(app):
    """A run whose past is the bundled model, fainter the older it is."""
    folder = app._folder / "runs" / RUN
    bundled = ROOT / "assets/models/mnist"
    (folder / "snapshots").mkdir(parents=True)
    for name in ("config.json", "model.safetensors"):
        shutil.copy(bundled / name, folder / name)
    weights = Generator.load(bundled).network.state_dict()
    for step in STEPS:
        faded = {k: v * (step + 20) / 120 if v.ndim > 1 else v for k, v in weights.items()}
        write_snapshot(folder, step, np.zeros((60, 28, 28, 1), np.uint8), faded)
    yield "run:" + RUN
    shutil.rmtree(folder)


def choose_run(page):
    page.locator(".ls-model input").click()
    page.get_by_role("option", name="2020-01-02").click()
    page.locator(TIME).wait_for()


def scrub(page, place):
    page.locator(f"{TIME} input").evaluate(
        """(range, place) => {
            range.value = place;
            for (const name of ["input", "change"]) {
                range.dispatchEvent(new Event(name, { bubbles: true }));
            }
        }""",
        place,
    )


def alike(one, other):
    """Whether two pictures are the same but for who drew them, the server or the page."""
    return np.abs(one.astype(int) - other).max() <= 1


def says(page, words, place="#explore"):
    page.locator(f"{place} .mo-label", has_text=words).wait_for()


@pytest.mark.slow
def test_a_digit_is_seen_being_learnt_and_links_bring_back_its_moment(visit, model):
    page = explore(visit)
    assert page.locator(TIME).is_hidden()  # the bundled model keeps no weights of its past
    choose_run(page)
    says(page, "newest")
    newest, faces = still(page), pixels(page, ".ls-reel canvas")
    scrub(page, 2)
    says(page, "step 20")
    changes(page, HERO, newest)
    changes(page, ".ls-reel canvas", faces)
    then = still(page)

    page.get_by_role("button", name="Copy link").click()
    page.wait_for_function("location.hash.startsWith('#recipe=')")
    link = page.evaluate("location.hash")
    tab(page, "Interpolate")
    painted(page, LOOP)
    says(page, "step 20", "#interpolate")  # what is scrubbed on one tab holds on the others
    page.locator("#interpolate .mo-newest").click()
    says(page, "newest", "#interpolate")
    tab(page, "Explore")
    says(page, "newest")
    changes(page, HERO, then)
    assert alike(still(page), newest)

    other = visit(at="/" + link)
    says(other, "step 20")
    assert alike(still(other), then)


def test_the_film_plays_to_the_newest_and_a_move_stops_it_where_it_is(visit, model):
    page = explore(visit)
    choose_run(page)
    still(page)
    play = page.locator(f"{TIME} .mo-play")
    page.evaluate(
        """selector => {
            const label = document.querySelector(selector);
            window.labels = [];
            const changes = { childList: true, characterData: true, subtree: true };
            new MutationObserver(() => labels.push(label.textContent)).observe(label, changes);
        }""",
        f"{TIME} .mo-label",
    )
    play.click()
    page.wait_for_function("labels.includes('step 0')")  # shown for a quarter of a second
    page.keyboard.press("Control+z")  # nothing to undo: nothing moves
    says(page, "newest")
    assert play.inner_text() == "Play"
    play.click()
    says(page, "step")
    page.get_by_role("button", name="Randomise", exact=True).click()
    assert play.inner_text() == "Play"
    there = page.locator(f"{TIME} .mo-label").inner_text()
    page.wait_for_timeout(600)
    assert page.locator(f"{TIME} .mo-label").inner_text() == there != "newest"
