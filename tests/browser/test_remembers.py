"""What the page remembers: a reload, Back and Forward, two tabs, a server that comes back."""

from __future__ import annotations

import hashlib
import shutil

import pytest
from playwright.sync_api import expect

from gan.presets import preset
from gan.runs.run import Run
from gan.storage.metadata import write_owner
from tests.browser.app import HERO, LOOP, App, changes, explore, painted, pixels, seed, still

SIZES = [(1280, 800), (390, 844)]
AWAY_S, REPORT_S = 8, 5  # without a report the visitor is gone; between two reports of a page
SETTLED_MS = 600  # the address follows a change after a moment
RUN, OTHER_RUN = "20200102-030405-mnist", "20200102-030406-mnist"


def open_tab(page, name):
    page.locator(f'[role=tab][data-tab-id="{name}"]').first.click()
    page.locator(f'[role=tab][data-tab-id="{name}"][aria-selected=true]').first.wait_for()


def is_at(page, text):
    page.wait_for_function("text => location.hash.includes(text)", arg=text)


def set_seed(page, value):
    page.get_by_label("Seed", exact=True).first.click()
    page.get_by_label("Seed", exact=True).first.fill(value)
    is_at(page, f"seed={value}&")


def says(page, selector, *words):
    """Wait until the element contains the words, and check that it is above the fold."""
    for text in words:
        page.locator(selector, has_text=text).wait_for()
    page.evaluate("scrollTo(0, 0)")
    box = page.locator(selector).bounding_box()
    assert 0 <= box["y"] and box["y"] + box["height"] <= page.viewport_size["height"]


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """A server of its own: Train shows the newest run, and other tests leave some."""
    running = App(tmp_path_factory.mktemp("app"))
    yield running
    running.stop()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_reload_back_and_another_tab_leave_everything_where_it_was(visit, width, height):
    page = explore(visit, width=width, height=height)
    page.locator(".ls-model input").click()
    page.get_by_role("option", name="Fashion-MNIST").click()
    is_at(page, "model=fashion-mnist")
    set_seed(page, "21")
    set_seed(page, "22")
    page.locator(".ls-thumb").nth(4).click()
    is_at(page, "class=4")
    open_tab(page, "interpolate")
    painted(page, LOOP)
    page.locator(".lc-key").first.focus()
    page.keyboard.press("Delete")
    page.wait_for_timeout(SETTLED_MS)
    open_tab(page, "train")
    page.locator("#train-form").get_by_label("Preset").select_option("article")
    says(page, "#train .tr-shown", "Recording", "Fashion-MNIST (bundled model)")
    page.locator("#train .tr-scrub input").focus()
    page.keyboard.press("Home")
    says(page, "#train .tr-shown", "step 0")
    is_at(page, "step=0")

    other = page.context.new_page()  # begins with what was seen last, and changes nothing here
    other.goto(page.url)
    says(other, "#train .tr-shown", "Recording", "step 0")
    open_tab(other, "explore")
    set_seed(other, "7")
    open_tab(other, "interpolate")
    painted(other, LOOP)
    other.locator(".lc-key").first.focus()
    other.keyboard.press("Delete")
    other.wait_for_timeout(SETTLED_MS)
    other.close()

    page.reload()
    says(page, "#train .tr-shown", "Recording", "Fashion-MNIST (bundled model)", "step 0")
    assert page.locator("#train-form").get_by_label("Preset").input_value() == "article"
    open_tab(page, "interpolate")
    page.reload()
    painted(page, LOOP)
    assert page.locator(".lc-key").count() == 4
    open_tab(page, "explore")
    page.reload()
    painted(page)
    assert page.locator(".ls-model input").input_value() == "Fashion-MNIST"
    assert seed(page) == "22"
    assert page.locator(".ls-thumb").nth(4).get_attribute("aria-pressed") == "true"

    for at in ("interpolate", "train/watch", "interpolate", "class=4", "seed=22&class=0"):
        page.go_back()
        is_at(page, at)
    page.go_back()
    is_at(page, "seed=21&")
    page.wait_for_function("document.querySelector('#explore input[type=number]').value === '21'")
    page.go_forward()
    page.wait_for_function("document.querySelector('#explore input[type=number]').value === '22'")
    assert page.locator(HERO).is_visible()


@pytest.mark.slow
def test_a_server_that_goes_and_comes_back(app, browser):
    """Without `visit`: a console that reports failed requests is right here."""
    pages = []
    for width, height in SIZES:
        context = browser.new_context(viewport={"width": width, "height": height}, locale="en-US")
        page = context.new_page()
        pages.append(page)
        page.goto(app.address)
        page.locator(".ls-badge[data-where=browser]").wait_for()
    folders = [app._folder / "runs" / name for name in (RUN, OTHER_RUN)]
    for page, folder, steps in zip(pages, folders, (1, 0), strict=True):
        token = page.evaluate("localStorage['latent-studio-owner']")
        run = Run.create(preset("default", width=4, batch_size=8, steps=100_000), folder)
        for _ in range(steps):
            run.advance()
        run.save()
        run.close()
        write_owner(folder, hashlib.sha256(token.encode()).hexdigest())
    open_tab(pages[1], "interpolate")
    painted(pages[1], LOOP)
    app.kill()
    try:
        for page in pages:
            says(page, ".ls-offline", "Cannot reach the server")
        before = still(pages[0])
        pages[0].get_by_role("button", name="Randomise", exact=True).click()
        changes(pages[0], HERO, before)
        changes(pages[1], LOOP, pixels(pages[1], LOOP))  # it plays on
        kept = seed(pages[0])
    finally:
        app.start()
    for page in pages:
        page.wait_for_function("document.querySelector('.ls-offline')?.innerText === ''")
    assert seed(pages[0]) == kept

    open_tab(pages[1], "train")
    pages[1].locator("#train .tr-shown", has_text="Recording").wait_for()
    stopped = pages[1].locator("#train .tr-stopped")
    says(pages[1], "#train .tr-stopped", "stopped at step 0")
    stopped.get_by_role("button", name="Dismiss").click()
    stopped.wait_for(state="hidden")
    pages[1].reload()
    pages[1].locator("#train .tr-shown", has_text="Recording").wait_for()
    assert stopped.is_hidden()
    page = pages[0]
    open_tab(page, "train")
    says(page, "#train .tr-stopped", "stopped at step 1")
    page.locator("#train .tr-stopped").get_by_role("button", name="Resume").click()
    says(page, "#train .tr-shown", "Live")
    page.locator("#train-form").get_by_role("button", name="Stop", exact=True).click()
    says(page, "#train .tr-shown", "Recording")
    for one in pages:
        one.context.close()
    for folder in folders:
        shutil.rmtree(folder)


@pytest.mark.slow
def test_a_run_goes_on_until_the_last_page_of_its_visitor_is_closed(browser, tmp_path):
    app = App(tmp_path, LATENT_STUDIO_AWAY_S=str(AWAY_S))
    contexts = [browser.new_context(locale="en-US") for _ in range(2)]
    first, second, other = (contexts[which].new_page() for which in (0, 0, 1))
    try:
        for page in (first, second, other):
            page.goto(app.address + "/#tab=train/watch")
        forms = [page.locator("#train-form") for page in (first, other)]
        forms[0].get_by_role("button", name="Start", exact=True).click()
        expect(second.locator(".tf-whose")).to_contain_text("You started this run")
        forms[1].get_by_role("button", name="Join queue").click()
        expect(second.locator(".tf-whose")).to_contain_text(
            "Others are waiting"
        )  # so the run may end
        first.close()
        second.wait_for_timeout(1000 * (AWAY_S + REPORT_S + 1))
        expect(second.locator("#train .tr-status")).to_contain_text("Training")
        expect(other.locator(".tf-whose")).not_to_contain_text("You started this run")
        second.close()
        expect(other.locator(".tf-whose")).to_contain_text("You started this run", timeout=60_000)
    finally:
        for context in contexts:
            context.close()
        app.stop()
