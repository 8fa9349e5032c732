"""Explore in a real Chromium while its model is being trained: the picture learns by itself."""

from __future__ import annotations

import pytest

from tests.browser.app import HERO, changes, drag, explore, moved, pixels, seed, still, tab


@pytest.fixture
def run(visit):
    """A visitor's page that plays with a run which goes on training until the test has ended."""
    page = explore(visit)
    tab(page, "Train")
    status = page.locator(".tr-status")
    page.get_by_role("button", name="Start", exact=True).click()
    status.get_by_text("Training", exact=True).wait_for()
    bundled = pixels(page)
    page.get_by_role("button", name="Use this model").click()
    tab(page, "Explore")
    changes(page, HERO, bundled)
    page.locator(".ls-badge[data-where=browser]").wait_for()
    yield page
    tab(page, "Train")
    page.get_by_role("button", name="Stop").click()
    status.get_by_text("Stopped and saved").wait_for()


def values(page):
    return seed(page), page.locator(".ls-dir-value").all_inner_texts()


@pytest.mark.slow
def test_the_picture_follows_the_training_while_nothing_is_touched(run):
    strip = ".ls-reel canvas"
    changes(run, HERO, still(run))  # whatever coming here changed has been taken in
    before = still(run)
    drag(run, run.locator(".ls-gate").first, (0.5, 0.5), (0.8, 0.5))
    moved(run, before)
    about = values(run)
    for _ in range(2):
        hero, faces = pixels(run), pixels(run, strip)
        changes(run, HERO, hero, 20)
        changes(run, strip, faces, 5)  # of the direction moved last, too
    assert values(run) == about
