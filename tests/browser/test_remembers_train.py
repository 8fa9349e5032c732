"""What the views of Train keep over a reload, Back and Forward, and in a second tab."""

from __future__ import annotations

import re
import shutil

import pytest
from playwright.sync_api import expect

from gan.presets import preset
from gan.runs.pairs import create_runs
from gan.storage.metadata import change_about
from tests.browser.app import explore
from tests.browser.test_remembers import SETTLED_MS, SIZES, is_at, open_tab
from tests.own_images import ID, collect

PAIR = ("29990102-030405-mnist", "29990102-030405-mnist-b")  # the newest, which is shown
TITLES = ("First of two", "Second of two")


@pytest.fixture
def kept(app):
    """A pair of runs with pictures of three steps, and images in two classes."""
    runs = app._folder / "runs"
    folders = [runs / name for name in PAIR]
    small = preset("default", width=4, batch_size=8, steps=6)
    made = create_runs([(small, folders[0]), (preset("article", steps=6, width=4), folders[1])])
    for run, title in zip(made, TITLES, strict=True):
        for step in range(6):
            run.advance()
            if step % 2:
                run.keep_snapshot()
        run.save()
        run.close()
        change_about(run.folder, title=title)
    collect(app._folder / "images")
    yield
    for folder in (*folders, app._folder / "images" / ID):
        shutil.rmtree(folder)


def panel(page, view):
    return page.locator(f"#{view}, #train-{view}")


def chip(page, view, group, name):
    group = panel(page, view).get_by_role("group", name=group)
    return group.get_by_role("button", name=name, exact=True)


def is_pressed(button):
    expect(button).to_have_attribute("aria-pressed", "true")


def scrub(page):
    return panel(page, "compare").get_by_role("slider")


class Manual:
    """The networks of the next manual run."""

    at = "networks=article"

    @staticmethod
    def change(page, back=False):
        chip(page, "manual", "Networks", "Default" if back else "Tutorial MLP").click()

    @staticmethod
    def check(page, changed):
        name = "Tutorial MLP" if changed else "Default"
        is_pressed(chip(page, "manual", "Networks", name))


class Images:
    """How images are imported, and the shown class of a collection."""

    at = f"classes={ID}:1"

    @staticmethod
    def change(page, back=False):
        chip(page, "images", "Image size", "64" if back else "32").click()
        chip(page, "images", "Classes", "All" if back else "dog · 20").click()

    @staticmethod
    def check(page, changed):
        is_pressed(chip(page, "images", "Image size", "32" if changed else "64"))
        is_pressed(chip(page, "images", "Classes", "dog · 20" if changed else "All"))


class Runs:
    """The selected runs, compared."""

    at = "compared=1"

    @staticmethod
    def change(page, back=False):
        if not back:
            for title in TITLES:
                page.get_by_role("article", name=title).get_by_label("Select").check()
        name = "Back to the list" if back else "Compare"
        panel(page, "runs").get_by_role("button", name=name, exact=True).click()

    @staticmethod
    def check(page, changed):
        compared = page.locator(".ru-beside")
        expect(compared).to_be_visible(visible=changed)
        expect(page.locator(".ru-list")).to_be_visible(visible=not changed)
        for title in TITLES if changed else ():
            expect(compared).to_contain_text(title)


class Compare:
    """The step of both runs, and whether the list of experiments is open."""

    at = "at=2&list=open"

    @staticmethod
    def change(page, back=False):
        scrub(page).press("End" if back else "Home")
        panel(page, "compare").get_by_role("button", name="Experiments").click()

    @staticmethod
    def check(page, changed):
        step = re.compile("2" if changed else "6")
        expect(scrub(page)).to_have_attribute("aria-valuetext", step)
        expect(page.locator("#du-list")).to_be_visible(visible=changed)


VIEWS = {"manual": Manual, "images": Images, "runs": Runs, "compare": Compare}


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_views_of_train_stay_as_they_were_left(visit, kept, width, height):
    page = explore(visit, width=width, height=height)
    open_tab(page, "train")
    for view, left in VIEWS.items():
        open_tab(page, view)
        left.check(page, False)
        left.change(page)
        is_at(page, left.at)
        left.check(page, True)

    other = page.context.new_page()  # a copied address opens its view; the others are as new
    other.goto(page.url)
    Compare.check(other, True)
    for view in ("runs", "images", "manual"):
        open_tab(other, view)
        VIEWS[view].check(other, False)
    other.close()

    for view, left in reversed(VIEWS.items()):
        open_tab(page, view)
        page.reload()
        left.check(page, True)
        is_at(page, left.at)

    for view in ("images", "runs", "compare", "manual"):
        open_tab(page, view)
        VIEWS[view].check(page, True)
        VIEWS[view].change(page, back=True)
        VIEWS[view].check(page, False)
        page.wait_for_timeout(SETTLED_MS)
    walked = ("compare", "runs", "images"), ("manual", "images", "runs", "compare")
    for names, changed in zip(walked, (False, True), strict=True):
        for view in names:
            page.go_back()
            is_at(page, f"tab=train/{view}")
            VIEWS[view].check(page, changed)
    for view in ("runs", "images", "manual"):
        page.go_forward()
        is_at(page, f"tab=train/{view}")
        VIEWS[view].check(page, True)
