"""One Chromium and one server for all browser tests, which all carry the mark `browser`."""

import json
import os
from collections import defaultdict
from pathlib import Path

import pytest
from playwright.sync_api import Error, sync_playwright

from tests.browser import chromium
from tests.browser.app import HERO, App
from tests.browser.engine import engine_page, site, small  # noqa: F401 (fixtures)

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
    if hasattr(os, "sched_setaffinity"):  # a page and its server share all processors
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
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


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    """The real server, with no runs yet (`App`)."""
    running = App(tmp_path_factory.mktemp("app"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def rested():
    """Contexts that no test uses now, by their options: their caches hold the page's scripts."""
    return defaultdict(list)


@pytest.fixture
def visit(browser, app, rested):
    """Open the page as a visitor of its own; console errors and foreign requests fail the test.

    `at` follows the address, `before` is a script that runs ahead of the page's own, and the rest
    goes to Playwright's context.
    """
    used, problems = [], []

    def heard(message):
        if message.type == "error":
            problems.append(message.text)

    def asked(request):
        if not request.url.startswith((app.address, "data:", "blob:")):
            problems.append(f"left the machine: {request.url}")

    def open_page(width=1280, height=800, at="", before="", **rest):
        options = {"viewport": {"width": width, "height": height}, "locale": "en-US"} | rest
        known = rested[json.dumps(options, sort_keys=True)]
        context = known.pop() if known else browser.new_context(**options)
        context.set_default_timeout(60_000)
        used.append((context, known))
        page = context.new_page()
        _forget(page, app.address)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", heard)
        page.on("request", asked)
        if before:
            page.add_init_script(before)
        page.goto(app.address + at)
        page.wait_for_selector(HERO, state="attached")  # a link may open another tab
        return page

    yield open_page
    for context, known in used:
        if context.pages:  # the test has not closed it
            for page in context.pages:
                page.close()
            known.append(context)
    assert not problems, problems


def _forget(page, address):
    """Remove what an earlier test's visitor stored; caches stay."""
    session = page.context.new_cdp_session(page)
    given = {"origin": address, "storageTypes": "cookies,local_storage,indexeddb"}
    session.send("Storage.clearDataForOrigin", given)
    session.detach()


def _cannot_run(reason):
    # on a machine that is there to check, a skipped browser test would pass unseen
    (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
