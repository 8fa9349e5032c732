"""Watch, in a real Chromium: the doctor speaks, a remedy is one click, the film is scrubbed."""

from __future__ import annotations

import pytest

from tests.browser.app import HERO, changes, painted, pixels, tab

SHEET = "#train .tr-sheet canvas"
STATUS = "document.querySelector('#train .tr-status')?.innerText"


@pytest.mark.slow
def test_the_doctor_speaks_and_a_remedy_is_one_click_and_can_be_taken_back(visit):
    page, other = visit(), visit(390)
    tab(page, "Train")
    page.locator("#train-form").get_by_label("Preset").select_option("article")
    page.locator(".tf-lr_g input[type=number]").fill("0.000001")  # D wins at once
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_function(f"{STATUS}.includes('Training')")
    try:
        _is_treated(page, other)
        _is_scrubbed(page)
    finally:
        page.get_by_role("button", name="Stop", exact=True).click()
        page.wait_for_function(f"{STATUS}.includes('Stopped and saved')")


def _is_treated(page, other):
    tab(other, "Train")
    page.wait_for_selector("#train .dr[data-ill=yes] .dr-remedy:enabled")
    assert page.locator("#train .dr-said").inner_text()
    page.locator("#train .dr-why").click()
    assert page.locator("#train .dr-evidence b").first.is_visible()

    other.wait_for_selector("#train .dr[data-ill=yes] .dr-remedy")  # who only watches sees it, too
    assert other.locator("#train .dr-remedy").first.is_disabled()
    assert other.evaluate("document.documentElement.scrollWidth") <= 390

    page.locator("#train .dr-remedy").first.click()
    done = page.locator("#train .dr-message", has_text="Applied from step")
    done.get_by_role("button", name="Undo").click()
    page.locator("#train .dr-message", has_text="Undone").wait_for()

    page.reload()
    page.wait_for_selector(HERO, state="attached")
    tab(page, "Train")
    page.wait_for_selector("#train .dr-remedy:enabled")  # whoever started it still controls it


def _is_scrubbed(page):
    painted(page, SHEET)
    assert "Mean" in page.locator("#train .tr-opinion").inner_text()
    page.locator(SHEET).hover()
    assert page.locator("#train .tr-sheet .tr-tip").inner_text().startswith("D(x): ")
    newest = pixels(page, SHEET)
    page.locator("#train .tr-scrub input").focus()
    page.keyboard.press("Home")
    page.locator("#train .tr-at", has_text="step 0").wait_for()
    changes(page, SHEET, newest)
    page.get_by_role("button", name="Newest", exact=True).first.click()
    assert page.get_by_role("button", name="Newest", exact=True).first.get_attribute("aria-pressed")
