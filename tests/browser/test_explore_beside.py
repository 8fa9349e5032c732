"""Beside the big picture, in a real Chromium: the map, the comparison and the drawing."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.browser.app import (
    HERO,
    changes,
    close,
    drag,
    explore,
    moved,
    painted,
    pixels,
    press,
    row,
    same,
    still,
)

MAP = ".ls-map canvas"
ASIDE = ".ls-aside"
STRIP = ".ls-dir:has([aria-label='{}']) canvas"
WAY = "From A to B"
SAID = ".ls-verdict"


def names(page):
    return page.locator(".ls-dir-name").evaluate_all("all => all.map((one) => one.value)")


def randomised(page):
    before = still(page)
    press(page, "Randomise")
    return moved(page, before)


def test_the_map_moves_the_picture_and_stays_in_place_meanwhile(visit):
    page = explore(visit)
    painted(page, MAP)
    grid, before = still(page, MAP), still(page)
    plane = page.locator(".ls-map")
    drag(page, plane, (0.5, 0.5), (0.7, 0.4), (0.97, 0.03))
    corner = moved(page, before)
    assert same(still(page, MAP), grid)
    h, w = corner.shape[:2]
    assert close(corner, grid[:h, -w:])  # the face there
    plane.focus()
    for key in ("ArrowLeft", "ArrowDown"):
        page.keyboard.press(key)
        corner = moved(page, corner)
    press(page, "New plane")
    turned = changes(page, MAP, grid)
    assert same(still(page), corner)  # another plane through the same picture
    page.get_by_label("Range").fill("1")
    changes(page, MAP, turned)
    assert same(still(page), corner)


def test_the_way_from_a_to_b_begins_at_one_and_ends_at_the_other(visit):
    page = explore(visit)
    press(page, "Compare")
    a = still(page)
    press(page, "Set as A")
    painted(page, ASIDE)
    press(page, "Class 7")
    moved(page, a)
    b = randomised(page)
    way = page.get_by_label(WAY)
    way.fill("0.5")
    between = moved(page, b)
    assert not same(between, a)
    way.fill("0")
    assert same(moved(page, between), a)
    way.fill("1")
    assert same(moved(page, a), b)
    assert same(still(page, ASIDE), a)
    press(page, "Swap")
    assert same(moved(page, b), a)
    changes(page, ASIDE, a)
    assert same(still(page, ASIDE), b)


@pytest.mark.slow
def test_directions_of_ones_own_names_and_pins_outlive_a_reload(visit):
    page = explore(visit)
    press(page, "Compare")
    press(page, "Set as A")
    randomised(page)
    press(page, "Save as direction")
    page.wait_for_function("document.querySelectorAll('.ls-dir').length === 1")
    press(page, "Measured")
    old = names(page)
    title = page.locator(".ls-dir-name").nth(1)
    title.fill("Mine")
    title.press("Enter")
    before = still(page)
    drag(page, row(page, old[3])[1], (0.5, 0.5), (0.9, 0.5))
    moved(page, before)
    row(page, old[2])[0].get_by_role("button", name="Pin").click()
    painted(page, STRIP.format(old[3]))  # what moved last is not blank now
    wanted = [old[2], old[0], "Mine", *old[3:]]
    assert names(page) == wanted
    page.reload()
    page.wait_for_selector(HERO)
    painted(page)
    assert names(page) == wanted
    press(page, "Custom")
    assert names(page) == [old[2], "From A to B"]
    before = still(page)
    drag(page, row(page, "From A to B")[1], (0.5, 0.5), (0.1, 0.5))
    moved(page, before)


def circle():
    turn = np.linspace(0, 2 * np.pi, 24)
    return [(0.5 + 0.17 * np.sin(a), 0.5 - 0.27 * np.cos(a)) for a in turn]


def test_a_drawing_is_found_and_cancelling_goes_back(visit):
    page = explore(visit)
    press(page, "Class 7")
    press(page, "Draw")
    before = randomised(page)
    drag(page, page.locator(".ls-sheet"), *circle())
    press(page, "Find")
    changes(page, HERO, before)
    press(page, "Cancel")
    page.locator(SAID).get_by_text("previous image is restored").wait_for()
    assert same(still(page), before)

    press(page, "Find")
    page.locator(SAID).get_by_text("of your image").wait_for()
    match, error = map(int, re.findall(r"(\d+) %.*error (\d+)", page.locator(SAID).inner_text())[0])
    found, drawn = still(page), pixels(page, ".ls-pair canvas")
    assert match > 50 and error < 80
    difference = found[..., 0].astype(float) - drawn[..., 0]
    assert abs(np.sqrt((difference**2).mean()) - error) < 3  # as said
    assert page.get_by_label("Class 0").get_attribute("aria-pressed") == "true"
    page.keyboard.press("Control+z")  # the whole search is one move
    assert same(moved(page, found), before)
