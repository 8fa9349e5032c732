"""Watch, in a real Chromium: the doctor speaks, a remedy is one click, the film is scrubbed."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from demo.text import catalogue
from tests.browser.app import HERO, changes, painted, pixels, tab

SHEET = "#train .tr-sheet canvas"
ILL = {
    **{"state": "d_winning", "since": 300, "values": {"d_loss_share": 0.123}, "restart": False},
    "evidence": [["d_loss_share", 0.123, 0.2, "below"]],
    "remedies": [[name, False] for name in ("raise_lr_g", "lower_lr_d", "fewer_d_steps")],
    "trials": [],
}
STATUS = "document.querySelector('#train .tr-status')?.innerText"


def answers(page, **given):
    """Change the answers of the server's functions: each by a function of the real one."""

    def handle(route):
        change = given.get(json.loads(route.request.post_data or "{}").get("fn_name"))
        if change is None:
            return route.continue_()
        return route.fulfill(json=change(route.fetch().json()))

    page.route("**/component_server/**", handle)


@pytest.mark.parametrize(("width", "locale"), [(390, "en-US"), (390, "zh-CN"), (1280, "en-US")])
def test_applying_a_remedy_moves_nothing_and_no_button_is_cut(visit, width, locale):
    page, now = visit(width, locale=locale), {"finding": dict(ILL)}

    def treat(_):
        now["finding"] |= {"remedies": ILL["remedies"][1:], "trials": [["raise_lr_g", 9, None]]}
        return {"step": 9, "back": False, "changes": {"lr_g": 8e-4}, "before": {"lr_g": 2e-4}}

    answers(page, progress=lambda answer: answer | {"mine": True} | now, treat=treat)
    page.evaluate("location.hash = '#tab=train/watch'")
    remedies = page.locator("#train .dr-row .dr-remedy:visible")
    remedies.first.wait_for()
    before = page.locator("#train .tr-plate").bounding_box()
    remedies.first.click()
    page.locator("#train .dr-message button").wait_for()
    page.wait_for_function("document.querySelector('#train .dr-row').dataset.names.length < 30")
    assert page.locator("#train .tr-plate").bounding_box() == before
    page.locator("#train .dr-why").click()
    for name in ("lower_lr_d", "fewer_d_steps"):  # they are still in reach
        title = catalogue(locale[:2])[f"doctor.remedy.{name}"]
        shown = page.locator("#train .dr").get_by_role("button", name=title)
        box = shown.bounding_box()
        assert 0 <= box["x"] and box["x"] + box["width"] <= width
        assert not shown.evaluate("one => one.scrollWidth > one.clientWidth")


def test_a_verdict_stands_only_beside_pictures_it_is_of_and_gives_its_step(visit):
    page, read = visit(), []

    def progress(answer):  # as of a run that went on since its last vital signs
        read.extend(row[0] for row in answer.get("vitals", [])[:-1])
        return answer | ({"vitals": answer["vitals"][:-1]} if "vitals" in answer else {})

    answers(page, progress=progress)
    page.evaluate("location.hash = '#tab=train/watch'")
    said = page.locator("#train .dr-said")
    expect(said).to_contain_text("Measured at step")
    verdict = said.inner_text()
    assert f"{read[-1]:,}." in verdict
    page.locator("#train .tr-scrub input").press("Home")
    expect(said).to_contain_text(f"diagnosis is of step {read[-1]:,}, later than the step shown.")
    assert page.locator("#train .dr-why").is_disabled()
    page.locator("#train .tr-scrub input").press("End")
    expect(said).to_have_text(verdict)


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
