"""The form of the Train tab: start, change a run while it goes on, queue for the next."""

import re

import pytest

from demo.server.presence import GONE_S, HIDDEN_GONE_S
from tests.browser.app import tab

WHOSE = ".tf-whose"
APPLIED = ".tf-applied"


def train(visit, **options):
    page = visit(**options)
    tab(page, "Train")
    page.locator(".tf-buttons button").first.wait_for()
    return page


def press(page, name):
    page.locator("#train-form").get_by_role("button", name=name, exact=True).click()


@pytest.mark.slow
def test_a_run_is_steered_by_whoever_started_it_and_the_next_one_waits(visit):
    page, other = train(visit), train(visit, width=390, height=844)
    page.get_by_text("steps in 3 min").wait_for()  # before Start, and nobody waited
    press(page, "Start")
    page.locator(WHOSE).get_by_text("You started this run").wait_for()
    assert page.locator(".tf-seed input").is_disabled()

    rate = page.locator(".tf-lr_d input[type=number]")
    rate.fill("3")
    rate.press("Enter")
    page.locator(".tf-wrong").get_by_text(
        "Learning rate of D: a number from 0.000001 to 0.1."
    ).wait_for()
    rate.fill("0.0002")
    rate.press("Enter")
    page.locator(APPLIED).get_by_text("Learning rate of D: 0.0002 from step").wait_for()
    page.locator(".tf-augment input[type=range]").press("ArrowRight")
    page.locator(APPLIED).get_by_text("Augmentation p: 0.1 from step").wait_for()
    press(page, "Undo")
    page.locator(APPLIED).get_by_text("Augmentation p is 0 again").wait_for()

    other.locator(WHOSE).get_by_text("Another visitor controls this run").wait_for()
    other.locator(WHOSE).get_by_text(re.compile(r"within about [1-3] min")).wait_for()
    assert other.locator(".tf-buttons").get_by_role("button", name="Pause").is_disabled()
    other.locator(".tf-lr_d input[type=number]").fill("0.001")  # of their own run
    press(other, "Join queue")
    other.locator(WHOSE).get_by_text("Position 1 of 1 in the queue").wait_for()
    assert other.evaluate("document.documentElement.scrollWidth") <= 390

    page.reload()
    tab(page, "Train")
    page.locator(WHOSE).get_by_text("You started this run").wait_for()
    assert page.locator(".tf-lr_d input[type=number]").input_value() == "0.0002"
    page.locator(WHOSE).get_by_text("Others are waiting: this run ends in").wait_for()
    tab(page, "Explore")  # an owner who is elsewhere, also after a reload, is not gone
    with page.expect_response(lambda one: "presence?page=open" in one.url) as told:
        page.reload()
    assert told.value.json() == {"holds": True}
    tab(page, "Train")

    press(other, "Stop")  # at the server itself
    other.locator(WHOSE).get_by_text("You started this run").wait_for()
    page.locator(WHOSE).get_by_text("The owner of this server stopped your run").wait_for()
    press(page, "Resume")
    page.locator(WHOSE).get_by_text("Position 1 of 1 in the queue").wait_for()
    press(other, "Stop")
    page.locator(WHOSE).get_by_text("You started this run").wait_for()
    other.locator(WHOSE).get_by_text("Another visitor controls this run").wait_for()
    press(page, "Stop")
    page.get_by_role("button", name="Start", exact=True).wait_for()


@pytest.mark.slow
def test_three_who_joined_and_vanished_do_not_keep_a_fourth_waiting(visit):
    ghosts = [train(visit) for _ in range(3)]
    fourth = train(visit)
    press(ghosts[0], "Start")
    ghosts[0].locator(WHOSE).get_by_text("You started this run").wait_for()
    for place, page in enumerate(ghosts[1:], 1):
        press(page, "Join queue")
        page.locator(WHOSE).get_by_text(f"Position {place} of").wait_for()
    for page in ghosts:
        page.close()
    press(fourth, "Join queue")
    fourth.locator(WHOSE).get_by_text("Position 3 of 3 in the queue").wait_for()
    # sooner than if their pages counted as hidden
    patience_ms = 1000 * (HIDDEN_GONE_S - GONE_S / 2)
    fourth.locator(WHOSE).get_by_text("You started this run").wait_for(timeout=patience_ms)
    press(fourth, "Stop")
    fourth.get_by_role("button", name="Start", exact=True).wait_for()


def test_the_hosts_key_leaves_the_address_and_does_not_come_back(visit):
    page = visit(at="/?x=1#owner=a-key-of-mine")
    page.wait_for_function("!location.hash.includes('owner')")
    assert page.evaluate("location.search") == "?x=1"
    kept = "localStorage['latent-studio-owner']"
    assert page.evaluate(kept)[32:] == " a-key-of-mine"
    page.reload()
    page.wait_for_function(f"{kept}.endsWith(' a-key-of-mine')")
    assert "owner" not in page.url


def test_a_box_shows_whether_it_is_ticked(visit):
    page = train(visit)
    press(page, "All")
    box = page.locator("#train-form input[name=conditional]")
    assert box.is_checked()
    ticked = box.screenshot()
    box.evaluate("(box) => { box.checked = false; }")  # nothing but the tick
    assert box.screenshot() != ticked
