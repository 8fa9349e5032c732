"""Explore in a real Chromium: what is kept, linked, saved or sent is the picture it was."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from PIL import Image

from gan.models.generator import Generator
from gan.recipes.image_recipe import Recipe
from tests.browser.app import (
    HERO,
    ROOT,
    close,
    drag,
    explore,
    moved,
    painted,
    press,
    same,
    seed,
    still,
    tab,
)
from tests.recipes import PLAIN

ERROR = "#explore .ls-error"
DROP = """(panel, [name, text]) => {
    const carried = new DataTransfer();
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    carried.items.add(new File([bytes], name));
    for (const kind of ["dragover", "drop"]) {
        const event = new DragEvent(kind, { dataTransfer: carried, bubbles: true });
        panel.querySelector(".ls-hero").dispatchEvent(event);
    }
}"""


def edit(page):
    """Another seed, a class blended with another, a direction dragged, z made smaller."""
    before = still(page)
    press(page, "Randomise")
    press(page, "Class 3")
    page.get_by_label("Blend with").select_option("8")
    drag(page, page.get_by_label("Weight of the second class"), (0.5, 0.5), (0.4, 0.5))
    page.get_by_role("slider", name="Scale of z").fill("0.8")
    drag(page, page.locator(".ls-gate").first, (0.5, 0.5), (0.8, 0.5))
    return moved(page, before)


def settings(page):
    """What the page says of its picture, apart from the pixels."""
    pressed = page.locator(".ls-classes [aria-pressed=true]").all_inner_texts()
    scale = page.get_by_role("slider", name="Scale of z").input_value()
    share = page.get_by_label("Weight of the second class").input_value()
    return seed(page), pressed, scale, share


def randomised(page):
    before = still(page)
    press(page, "Randomise")
    press(page, "Class 0")
    return moved(page, before)


def link(**recipe):
    text = json.dumps(PLAIN | recipe).encode()
    return "#recipe=" + base64.urlsafe_b64encode(text).decode().rstrip("=")


def arrived(visit, at, about):
    """A visitor's page opened by a link, once it shows the link's seed."""
    page = explore(visit, at=at)
    field = page.get_by_label("Seed", exact=True).first.element_handle()
    page.wait_for_function("([field, seed]) => field.value === seed", arg=[field, about[0]])
    return page


def says(page, part):
    page.locator(ERROR).get_by_text(part).wait_for()


@pytest.mark.slow
def test_a_link_opens_the_same_picture_elsewhere_and_after_a_restart(visit, app):
    page = explore(visit, permissions=["clipboard-read", "clipboard-write"])
    sent, about = edit(page), settings(page)
    assert about[1:] == (["3", "8"], "0.8", about[3])
    press(page, "Copy link")
    page.get_by_role("button", name="Link copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.url
    at = copied.removeprefix(app.address)
    other = arrived(visit, at, about)
    assert close(still(other), sent) and settings(other) == about
    for one in (page, other):
        one.context.close()  # an open page would complain of what follows
    app.stop()
    app.start()
    later = arrived(visit, at, about)
    assert close(still(later), sent) and settings(later) == about
    assert later.locator(ERROR).inner_text() == ""


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        ("#recipe=broken", "This recipe is damaged"),
        (link(model="run:gone"), "That model is not on this server any more"),
    ],
)
def test_a_link_that_cannot_be_opened_is_a_sentence_and_the_page_works(visit, at, sentence):
    page = explore(visit, at=f"/{at}")
    says(page, sentence)
    before = randomised(page)
    page.evaluate("at => { location.hash = at; }", link())  # of weights that are no more
    moved(page, before)
    says(page, "weights of this model have changed")
    assert settings(page)[:2] == ("7", ["3"])


def test_a_saved_picture_is_what_was_seen_and_brings_it_back(visit, tmp_path):
    page = explore(visit)
    seen, about = edit(page), settings(page)
    with page.expect_download() as download:
        press(page, "Save image")
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        saved = np.asarray(picture)
    zoom = len(saved) // len(seen)
    assert zoom > 1 and same(saved, np.kron(seen[..., 0], np.ones((zoom, zoom), np.uint8)))
    recipe = Recipe.read(path)
    drawn = recipe.draw(Generator.load(ROOT / "assets/models" / recipe.model))
    assert str(recipe.seed) == about[0] and close(drawn[..., 0], seen[..., 0])

    other = randomised(page)
    page.locator(".ls-recipe-file").set_input_files(path)
    assert same(moved(page, other), seen) and settings(page) == about
    other = randomised(page)
    page.eval_on_selector(".ls-explore", DROP, [path.name, _base64(path)])
    assert same(moved(page, other), seen) and settings(page) == about

    Image.fromarray(saved).save(tmp_path / "plain.png")
    (tmp_path / "words.png").write_text("not a picture")
    for name, sentence in (("plain", "contains no recipe"), ("words", "is not a PNG image")):
        page.locator(".ls-recipe-file").set_input_files(tmp_path / f"{name}.png")
        says(page, sentence)
    assert same(still(page), seen)
    randomised(page)


def _base64(path):
    return base64.b64encode(path.read_bytes()).decode()


@pytest.mark.slow
def test_what_is_kept_is_there_after_a_reload_and_comes_back(visit):
    page = explore(visit)
    seen, about = edit(page), settings(page)
    press(page, "Save to gallery")
    page.locator(".ls-gallery-pick").wait_for()
    randomised(page)
    page.reload()
    page.wait_for_selector(HERO)
    painted(page)
    other = still(page)
    assert not same(other, seen)
    page.locator(".ls-gallery-pick").click()
    assert close(moved(page, other), seen) and settings(page) == about


@pytest.mark.slow
def test_what_is_sent_is_one_more_keyframe(visit):
    page = explore(visit)
    tab(page, "Interpolate")
    keys = page.locator(".lc-key")
    keys.first.wait_for()
    count = keys.count()
    tab(page, "Explore")
    edit(page)
    press(page, "Send to Interpolate")
    tab(page, "Interpolate")
    page.wait_for_function("n => document.querySelectorAll('.lc-key').length === n", arg=count + 1)
    assert keys.get_by_text("3+8").count() == 1


def test_a_link_that_cannot_be_copied_is_shown_selected(visit):
    refuse = "navigator.clipboard.writeText = () => Promise.reject(new Error('refused'));"
    page = explore(visit, before=refuse)  # as in a frame on another site
    edit(page)
    press(page, "Copy link")
    says(page, "Copy the selected link")
    field = page.locator("#explore .ls-link")
    assert field.input_value() == page.url and "#recipe=" in page.url
    assert page.evaluate("getSelection().toString()") == page.url
    field.blur()
    field.wait_for(state="hidden")
