"""The gallery in a real Chromium: what is kept stays, whoever else writes in the storage."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from gan.recipes.image_recipe import Recipe
from tests.browser.site import SITE, open_page
from tests.recipes import PLAIN, packed

KEY = "latent-studio.gallery"
OPEN = """async () => {
    const { Gallery } = await import("/explore/gallery.js");
    window.picked = [];
    window.gallery = new Gallery(words, { onpick: (recipe) => picked.push(recipe) });
    document.body.replaceChildren(gallery.element);
}"""
ADD = """async ([seed, more]) => {
    const pixels = new Uint8Array(28 * 28).fill(seed);
    const given = { ...more, latent_studio: 1, model: "mnist", model_id: "0123456789ab", seed };
    return gallery.add({ scale: 1, ...given }, { h: 28, w: 28, c: 1, pixels });
}"""
FORBID = """for (const name of ["getItem", "setItem"]) {
    Storage.prototype[name] = () => { throw new DOMException("no", "SecurityError"); };
}"""
PICK, LINE, UNDO = ".ls-gallery-pick", ".ls-gallery-line", ".ls-gallery-undo"


@pytest.fixture
def context(browser):
    made = browser.new_context(accept_downloads=True)
    yield made
    made.close()


def gallery(context, before=""):
    page = open_page(context, before)
    page.evaluate(OPEN)
    return page


def add(page, *seeds, **more):
    return [page.evaluate(ADD, [seed, more]) for seed in seeds]


def names(page):
    return page.locator(".ls-gallery-name").all_inner_texts()


def store(page, text):
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, text])


def stored(page):
    return json.loads(page.evaluate("key => localStorage.getItem(key)", KEY))


def test_what_is_kept_is_there_after_a_reload_and_is_picked_exactly(context):
    page = gallery(context)
    assert page.get_by_text("Nothing saved yet").is_visible()
    z = packed(*np.linspace(-3, 3, 64))
    assert add(page, 7, z=z, classes=[0, 0.5, 0.5], scale=1.5) == [True]
    assert add(page, 8, classes=3) == [True]
    assert page.locator(LINE).inner_text() == "Saved 3 · 8."
    page.reload()
    page.evaluate("window.words = {}")
    page.evaluate(OPEN)
    assert names(page) == ["3 · 8", "1+2 · 7"]
    assert not page.get_by_text("Nothing saved yet").is_visible()
    page.locator(PICK).nth(1).click()
    picked = Recipe.from_json(page.evaluate("picked[0]"))
    assert picked.to_json()["z"] == z and picked.classes == (0, 0.5, 0.5) and picked.scale == 1.5
    assert page.evaluate("gallery.store.items.map(({ recipe }) => recipe.seed)") == [8, 7]
    size = "[...document.images].map((i) => i.complete && i.naturalWidth)"
    assert page.evaluate(size) == [28, 28]


def test_remove_and_undo_by_mouse_and_keyboard(context):
    page = gallery(context)
    add(page, 1, 2, 3)
    page.get_by_role("button", name="Remove 2").click()
    assert names(page) == ["3", "1"]
    page.locator(PICK).nth(1).focus()
    page.keyboard.press("Delete")
    assert names(page) == ["3"] and len(stored(page)) == 1
    page.keyboard.press("Enter")  # the focus waits on Undo
    page.locator(UNDO).click()
    assert names(page) == ["3", "2", "1"] and len(stored(page)) == 3
    assert not page.locator(UNDO).is_visible()


def test_rename_by_double_click_button_and_key(context):
    page = gallery(context)
    add(page, 1, 2)
    page.locator(PICK).first.dblclick()
    page.keyboard.type("<img src=x onerror=window.hit=1>")
    page.keyboard.press("Enter")
    assert names(page)[0] == "<img src=x onerror=window.hit=1>"  # words, never markup
    page.get_by_role("button", name="Rename 1", exact=True).click()
    page.keyboard.type("one")
    page.locator(PICK).first.click()  # leaving keeps it, and the click is not lost
    assert names(page)[1] == "one"
    assert [one["seed"] for one in page.evaluate("picked")][-1] == 2
    page.locator(PICK).nth(1).press("F2")
    page.keyboard.type("nothing")
    page.keyboard.press("Escape")
    assert names(page)[1] == "one"
    page.locator(PICK).nth(1).press("F2")
    page.keyboard.type("   ")
    page.keyboard.press("Enter")
    assert names(page)[1] == "one" and stored(page)[1]["name"] == "one"
    assert page.evaluate("window.hit") is None


def test_two_tabs_see_each_others_changes_and_lose_none(context):
    first, second = gallery(context), gallery(context)
    add(first, 1)
    second.wait_for_selector(PICK)
    first.locator(PICK).press("F2")
    first.keyboard.type("renamed")
    add(second, 2)  # arrives in the first while it types
    first.wait_for_function("document.querySelectorAll('.ls-gallery-item').length === 2")
    first.keyboard.press("Enter")
    assert names(first) == ["2", "renamed"]
    second.wait_for_function("document.body.innerText.includes('renamed')")
    first.locator(PICK).nth(1).press("F2")
    second.locator(PICK).nth(1).press("F2")
    second.keyboard.type("other")
    second.keyboard.press("Enter")
    first.wait_for_function("gallery.store.items[1].name === 'other'")
    first.keyboard.type("mine")
    first.keyboard.press("Enter")
    assert names(first)[1] == "mine"
    second.get_by_role("button", name="Remove 2").click()
    first.wait_for_function("document.querySelectorAll('.ls-gallery-item').length === 1")
    assert first.locator(PICK).evaluate("(pick) => pick === document.activeElement")


def test_a_change_keeps_what_was_stored_meanwhile(context):
    page = gallery(context)
    store(page, json.dumps([item()]))  # nothing tells the page of its own storage
    add(page, 1)
    assert names(page) == ["1", "good"]


def test_sixty_is_the_most(context):
    page = gallery(context)
    assert all(add(page, *range(60)))
    assert add(page, 60) == [False]
    assert "holds at most 60 images" in page.locator(LINE).inner_text()
    assert len(stored(page)) == 60 and stored(page)[0]["recipe"]["seed"] == 59


def test_full_storage_says_so_and_loses_nothing(context):
    page = gallery(context)
    add(page, 1)
    page.evaluate("""() => {
        for (let size = 1 << 22; size; size >>= 1) {
            for (let i = 0; ; i += 1) {
                try { localStorage.setItem(`fill${size}-${i}`, "x".repeat(size)); } catch { break; }
            }
        }
    }""")
    before = stored(page)
    assert add(page, 2) == [False]
    assert "full" in page.locator(LINE).inner_text()
    assert stored(page) == before and names(page) == ["1"]
    page.get_by_role("button", name="Remove 1").click()  # still works, and makes room
    assert names(page) == []


def test_forbidden_storage_keeps_it_for_the_visit(context):
    page = gallery(context, FORBID)
    assert add(page, 1, 2) == [True, True]
    assert "lost when you leave" in page.locator(LINE).inner_text()
    page.get_by_role("button", name="Remove 1").click()
    assert names(page) == ["2"]


def item(**changes):
    thumb = "data:image/png;base64,AAAA"
    return {"id": "a", "name": "good", "recipe": PLAIN, "thumb": thumb, "kept_at": 1} | changes


@pytest.mark.parametrize("text", ["", "{", "null", "[]", '"x"', "{}", "[null, 7, [], {}]"])
def test_damaged_storage_is_an_empty_gallery_that_works(context, text):
    page = gallery(context)
    store(page, text)
    page.evaluate(OPEN)
    assert names(page) == []
    assert add(page, 1) == [True] and names(page) == ["1"]


def test_of_damaged_items_only_they_are_dropped(context):
    page = gallery(context)
    bad = [
        item(id="b", recipe=PLAIN | {"seed": -1}),
        item(id=["c"]),
        item(id="d", name=7),
        item(id="a", name="twice"),
        item(id="e", recipe=None),
    ]
    foreign = item(id="f", name="no picture", thumb=f"{SITE}spy.png", kept_at="x")
    script = item(id="g", name="script", thumb="javascript:window.hit=1")
    store(page, json.dumps([item(), *bad, foreign, script]))
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(OPEN)
    assert names(page) == ["good", "no picture", "script"]
    sources = page.evaluate("[...document.images].map((i) => i.getAttribute('src'))")
    assert sources == ["data:image/png;base64,AAAA", None, None]
    assert not [url for url in asked if "spy" in url]


def test_a_saved_picture_is_read_back(context, tmp_path):
    page = open_page(context)
    pixels = np.random.default_rng(0).integers(0, 256, (28, 28, 3), np.uint8)
    with page.expect_download() as download:
        page.evaluate(
            """async ([pixels, recipe]) => {
                const { savePicture } = await import("/recipes/png.js");
                const image = { h: 28, w: 28, c: 3, pixels: Uint8Array.from(pixels) };
                await savePicture(image, recipe, 4);
            }""",
            [pixels.ravel().tolist(), PLAIN],
        )
    assert download.value.suggested_filename == "latent-studio-mnist-3-seed7.png"
    path = tmp_path / "a.png"
    download.value.save_as(path)
    assert Recipe.read(path) == Recipe.from_json(PLAIN)
    with Image.open(path) as image:
        assert (np.asarray(image) == pixels.repeat(4, 0).repeat(4, 1)).all()
