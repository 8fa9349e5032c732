"""Step by hand: start a held run, move D and G, watch it from another browser, let it crawl."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.app import tab

D0, G0 = ('.hd-node[data-who="D"]', '.hd-node[data-who="G"]')


def by_hand(visit, **options):
    page = visit(**options)
    tab(page, "Train")
    page.locator(".tr-views").get_by_role("tab", name="Manual").click()
    page.locator(".hd-drawing .hd-node").first.wait_for()
    return page


def button(page, name):
    return page.locator("#train-manual").get_by_role("button", name=name, exact=True)


def beliefs(page, row):
    return page.locator(f'[data-row="{row}"] output').all_inner_texts()


def lit(page, part):
    """The states of a player's layers."""
    return set(page.locator(part).evaluate_all("all => all.map((one) => one.dataset.lit)"))


def moved(page, who):
    message = {"D": "D was updated", "G": "G was updated"}[who]
    page.locator(".hd-message").get_by_text(message).wait_for()


@pytest.mark.slow
def test_a_run_is_moved_by_hand_and_another_visitor_watches(visit):
    page = by_hand(visit)
    choice = page.get_by_role("group", name="Networks of the manual run")
    choice.get_by_role("button", name="Tutorial MLP").click()
    button(page, "Start a manual run").click()
    page.locator(".hd-strip canvas").first.wait_for()
    assert page.evaluate("document.activeElement.textContent") == "Step D"  # what was pressed went

    page.keyboard.press("Enter")
    moved(page, "D")
    assert lit(page, D0) == {"moved"} and lit(page, G0) == {""}
    assert all("→" in text for text in beliefs(page, "real"))
    fakes = page.locator(".hd-cell canvas").last.evaluate("c => c.toDataURL()")
    expect(page.locator('.hd-loss[data-who="D"]')).to_contain_text(re.compile("fell|rose"))

    page.keyboard.press("Enter")  # the focus is still there
    button(page, "Step G").click()
    moved(page, "G")
    assert lit(page, G0) == {"moved"} and lit(page, D0) == {"through"}
    assert not any("→" in text for text in beliefs(page, "real"))  # D was held still
    assert page.locator(".hd-cell canvas").last.evaluate("c => c.toDataURL()") != fakes
    expect(page.locator(".hd-message")).to_contain_text("Step 1.")

    other = by_hand(visit, width=390, height=844)
    other.locator(".hd-message").get_by_text(
        "trains it manually; you see each step here"
    ).wait_for()
    assert beliefs(other, "fake") == beliefs(page, "fake")
    assert button(other, "Step D").is_disabled() and button(other, "Resume training").is_disabled()
    assert other.evaluate("document.documentElement.scrollWidth") <= 390

    button(page, "Slow motion").click()
    other.locator(".hd-message").get_by_text("Step 3.").wait_for()
    button(page, "Stop slow motion").click()
    page.locator(".hd-message").get_by_text("Choose the next update").wait_for()

    page.reload()
    tab(page, "Train")
    page.locator(".tr-views").get_by_role("tab", name="Manual").click()
    button(page, "Resume training").click()
    page.locator(".hd-message").get_by_text("updated in turn").wait_for()
    assert button(page, "Step D").is_disabled()
    page.locator("#train-form").get_by_role("button", name="Stop", exact=True).click()
    button(page, "Start a manual run").wait_for()
