"""One Chromium for all browser tests. Every test in this folder carries the mark `browser`."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Error, sync_playwright

from tests.browser import chromium

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    here = {id(item) for item in items if HERE in item.path.parents}
    for item in items:
        if id(item) in here:
            item.add_marker(pytest.mark.browser)
    # last: Playwright keeps an event loop running, in which no other test could start its own
    items.sort(key=lambda item: id(item) in here)


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium (Playwright's `Browser`); the test is skipped where there is none."""
    path = chromium.find()
    if not path:
        _cannot_run(
            "no Chromium on this machine and none could be installed; install the package "
            "chromium, or run: .venv/bin/python -m playwright install chromium"
        )
    with sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(executable_path=path)
        except Error as error:
            _cannot_run(f"{path} does not start: {error.message.splitlines()[0]}")
        yield started
        started.close()


@pytest.fixture
def page(browser):
    """An empty page of 1280x800, closed after the test; an uncaught script error fails it."""
    opened = browser.new_page(viewport={"width": 1280, "height": 800})
    errors = []
    opened.on("pageerror", lambda error: errors.append(error))
    yield opened
    opened.close()
    assert not errors, errors


def _cannot_run(reason):
    # on a machine that is there to check, a skipped browser test would pass unseen
    (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
