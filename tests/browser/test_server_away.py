"""Each tab while the server does not answer, and when it does again, on desktop and phone."""

from __future__ import annotations

import shutil
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.app import HERO, LOOP, changes, painted, pixels, seed, still
from tests.browser.test_remembers import SIZES, open_tab, says

TABS = ("explore", "interpolate", "train")
LOST = "Cannot reach the server"


@contextmanager
def offline(app, context):
    """The visitor's connection is cut."""
    context.set_offline(True)
    yield
    context.set_offline(False)


@contextmanager
def restart(app, context):
    """The server is killed, and started again."""
    app.kill()
    try:
        yield
    finally:
        app.start()


@pytest.fixture
def pages(app, browser):
    """Return three pages of one visitor of a size, one of each tab; the last one trains."""
    contexts = []

    def open_pages(width, height):
        size = {"width": width, "height": height}
        contexts.append(browser.new_context(viewport=size, locale="en-US"))
        return [open_page(contexts[0].new_page(), name) for name in TABS]

    def open_page(page, name):
        page.goto(app.address)
        page.locator(".ls-badge[data-where=browser]").wait_for()
        open_tab(page, name)
        return page

    yield open_pages
    for context in contexts:
        context.close()


def form(page, name):
    return page.locator("#train-form").get_by_role("button", name=name, exact=True)


def status(page):
    return page.locator("#train .tr-status")


def other_views(page):
    """Open the other views of Train that act on the run: yield what each says, and its buttons."""
    for view, words, buttons in (
        ("compare", ".du-status", ".du-begin button, .du-head button:not([aria-controls])"),
        ("manual", ".hd-message", ".ls-buttons > button"),
    ):
        open_tab(page, view)
        panel = page.locator(f"#train-{view}")
        yield panel.locator(words), panel.locator(buttons).locator("visible=true")
    open_tab(page, "watch")


@pytest.mark.slow
@pytest.mark.parametrize("away", [offline, restart])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_tab_stays_usable_and_recovers_by_itself(app, pages, away, width, height):
    explore, interpolate, train = opened = pages(width, height)
    painted(explore)
    painted(interpolate, LOOP)
    form(train, "Start").click()
    expect(status(train)).to_contain_text("Training", timeout=60_000)
    expect(status(train)).to_contain_text("step", timeout=60_000)
    runs = set((app._folder / "runs").iterdir())
    with away(app, train.context):
        for page in opened:
            page.bring_to_front()
            says(page, ".ls-offline", LOST)
        expect(status(train)).to_contain_text(LOST)
        expect(status(train)).not_to_contain_text("Training")
        expect(train.locator("#train .tr-shown")).not_to_contain_text("Live")
        for name in ("Start", "Pause", "Stop", "Use this model"):
            expect(form(train, name)).to_be_disabled()
        for said, buttons in other_views(train):
            expect(said).to_contain_text(LOST)
            assert buttons.count() and all(one.is_disabled() for one in buttons.all())
        before = still(explore)
        explore.get_by_role("button", name="Randomise", exact=True).click()
        changes(explore, HERO, before)
        kept = seed(explore)
        changes(interpolate, LOOP, pixels(interpolate, LOOP))  # it plays on
    for page in opened:
        expect(page.locator(".ls-offline")).to_have_text("", timeout=30_000)
    assert seed(explore) == kept
    explore.bring_to_front()
    before = still(explore)
    explore.get_by_role("button", name="Randomise", exact=True).click()
    changes(explore, HERO, before)
    changes(interpolate, LOOP, pixels(interpolate, LOOP))
    train.bring_to_front()
    for said, buttons in other_views(train):
        expect(said).not_to_contain_text(LOST)
        expect(buttons.last).to_be_enabled()
    if away is restart:  # its run has ended, and can be resumed
        train.locator("#train .tr-stopped").get_by_role("button", name="Resume").click()
    expect(status(train)).to_contain_text("Training", timeout=30_000)
    expect(train.locator(".tf-whose")).to_contain_text("You started this run")
    form(train, "Stop").click()
    expect(status(train)).to_contain_text("Stopped and saved", timeout=60_000)
    for run in runs:
        shutil.rmtree(run)
