"""Explore in a real Chromium: the picture follows every move, and is drawn in the page."""

from __future__ import annotations

import pytest

from tests.browser.app import (
    BADGE,
    HERO,
    changes,
    close,
    drag,
    explore,
    moved,
    painted,
    press,
    row,
    same,
    seed,
    still,
)

MINUS = "\u2212"


def value(page, name):
    """Where the picture stands along a direction, in sigma."""
    shown = row(page, name)[0].locator(".ls-dir-value").inner_text()
    return float(shown.replace(MINUS, "-"))


def names(page):
    return page.locator(".ls-dir-name").evaluate_all("all => all.map((one) => one.value)")


def test_a_drag_asks_the_server_for_nothing(visit):
    page = explore(visit)
    assert page.locator(BADGE).inner_text() == "generated in your browser"
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    far = {"offline": False, "latency": 100, "downloadThroughput": -1, "uploadThroughput": -1}
    network.send("Network.emulateNetworkConditions", far)
    requests = []
    page.context.on("request", lambda request: requests.append(request.url))
    gate = page.locator(".ls-gate").first
    gate.scroll_into_view_if_needed()
    box = gate.bounding_box()
    before = still(page)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    for share in (0.6, 0.7, 0.8, 0.9, 0.3, 0.2):
        page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        before = changes(page, HERO, before)
    page.mouse.up()
    page.wait_for_timeout(500)
    assert not requests


@pytest.mark.slow
def test_without_workers_the_server_draws(visit):
    page = explore(visit, "server", before="delete window.Worker;")
    assert page.locator(BADGE).inner_text() == "generated on the server"
    before = still(page)
    drag(page, page.locator(".ls-gate").first, (0.5, 0.5), (0.97, 0.5))
    by_server = moved(page, before)
    press(page, "Undo")
    assert same(moved(page, by_server), before)
    assert close(still(explore(visit)), before)  # and it is the picture all others see


@pytest.mark.slow
def test_what_is_locked_stays_whatever_else_moves(visit):
    page = explore(visit)
    held, other, *more = names(page)
    drag(page, row(page, held)[1], (0.5, 0.5), (0.8, 0.5))
    kept = value(page, held)
    assert kept > 1
    row(page, held)[0].get_by_role("button", name="Lock").click()
    others = set()
    for _ in range(5):
        before = still(page)
        press(page, "Randomise")
        moved(page, before)
        assert value(page, held) == kept
        others.add(tuple(value(page, name) for name in (other, *more[:3])))
    assert len(others) == 5
    row(page, other)[0].get_by_role("button", name="Randomise").click()
    drag(page, row(page, other)[1], (0.5, 0.5), (0.1, 0.5))
    assert value(page, held) == kept and value(page, other) < -1
    before = still(page)
    drag(page, row(page, held)[1], (0.8, 0.5), (0.2, 0.5))
    assert value(page, held) == kept and same(still(page), before)
    row(page, held)[0].get_by_role("button", name="Unlock").click()
    press(page, "Randomise")
    moved(page, before)
    assert value(page, held) != kept


@pytest.mark.slow
def test_the_keyboard_alone_is_enough(visit):
    page = explore(visit)
    first, begun = still(page), seed(page)
    page.keyboard.press("Space")
    second = moved(page, first)
    assert seed(page) != begun
    name = names(page)[0]
    row(page, name)[1].focus()
    at = value(page, name)
    for _ in range(6):
        page.keyboard.press("ArrowLeft")
    nudged = moved(page, second)
    assert at - 0.5 < value(page, name) < at - 0.1
    page.keyboard.press("Space")  # on a slider, too
    shown = moved(page, nudged)
    for wanted in (nudged, second, first):  # each step back is exactly what it was
        page.keyboard.press("Control+z")
        shown = moved(page, shown)
        assert same(shown, wanted)
    assert seed(page) == begun
    page.keyboard.press("Control+Shift+z")
    assert same(moved(page, first), second)


def test_a_phone_has_room_for_everything_and_a_tap_on_a_face_goes_there(visit):
    page = explore(visit, width=390, has_touch=True, is_mobile=True)
    for mode in ("Compare", "Draw", "Map"):
        press(page, mode)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    name = names(page)[1]
    gate = row(page, name)[1]
    gate.scroll_into_view_if_needed()
    painted(page, f".ls-dir:has([aria-label='{name}']) canvas")
    before, box = still(page), gate.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] - 20, box["y"] + box["height"] / 2)
    moved(page, before)
    assert value(page, name) > 2.5
