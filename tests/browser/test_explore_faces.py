"""The page as it opens: a face whose named sliders do what they say, and faces by attributes."""

import numpy as np
import pytest

from gan.data.image_set import load
from gan.explore.attribute_traits import attribute_traits, read_traits
from gan.media.contact_sheet import png_bytes
from gan.metrics.judge import Judge
from tests.browser.app import HERO, App, drag, explore, moved, pixels, press, row, same, still

UNTRUE = ".ls-untrue .ls-dir-name"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    running = App(tmp_path_factory.mktemp("faces"), LATENT_STUDIO_FIRST_MODEL="faces")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def reading():
    """A function from the page's large picture to what the judge reads in it, in percent."""
    judge, traits = Judge.load("faces"), attribute_traits("faces")

    def read(picture):
        image = np.ascontiguousarray(picture[None, ..., :3])
        values = read_traits(image, traits, judge)[0]
        return dict(zip((trait.name for trait in traits), values, strict=True))

    return read


def ends(page, name):
    """The picture at both ends of a slider."""
    found = []
    for x in (0.01, 0.99):
        before = still(page)
        drag(page, row(page, name)[1], (0.5, 0.5), (x, 0.5))
        found.append(moved(page, before))
        press(page, "Undo")
        moved(page, found[-1])
    return found


def test_it_opens_on_a_face_whose_named_sliders_are_true(visit, reading):
    page = explore(visit)
    assert page.locator(".ls-model input").input_value() == "Pixel-art faces"
    for name, trait in (("Glasses", "glasses"), ("Hat", "hat"), ("Darker skin", "skin")):
        assert name not in page.locator(UNTRUE).evaluate_all("all => all.map((one) => one.value)")
        low, high = (reading(picture)[trait] for picture in ends(page, name))
        assert low < 30 and high > 70, name


def test_the_matrix_tells_which_sliders_are_true(visit):
    page = explore(visit)
    page.get_by_text("How well do these work?").click()
    table = page.locator(".ls-matrix table")
    assert table.is_visible()
    untrue = table.locator(".ls-untrue th").all_inner_texts()
    shown = page.locator(UNTRUE).evaluate_all("all => all.map((one) => one.value)")
    assert sorted(untrue) == sorted(shown)
    rows = table.locator("tr:has(th[scope=row])")
    assert rows.count() >= 5
    for k in range(rows.count()):
        numbers = [
            int(text.replace("\u2212", "-"))
            for text in rows.nth(k).locator("td").all_inner_texts()[:-1]
        ]
        *others, by_chance = numbers[:k] + numbers[k + 1 :]
        true = max(map(abs, others)) <= 25 and by_chance <= 50
        assert numbers[k] == 100 and true == ("ls-untrue" not in rows.nth(k).get_attribute("class"))


def test_a_face_is_found_by_its_attributes(visit, reading):
    page = explore(visit)
    section = page.locator("section", has=page.locator(".ls-attributes"))
    find = section.get_by_role("button", name="Find", exact=True)
    assert find.is_disabled()
    before = still(page)
    page.locator(".ls-attributes").get_by_label("Glasses").select_option(label="Yes")
    page.locator(".ls-attributes").get_by_label("Hat").select_option(label="No")
    page.locator(".ls-attributes").get_by_label("Smile").select_option(label="Yes")
    find.click()
    picture = moved(page, before)
    box = page.locator(HERO).bounding_box()  # seen, though the page has scrolled down
    assert box["y"] >= 0 and box["y"] + box["height"] <= page.viewport_size["height"]
    found = reading(picture)
    assert found["glasses"] > 50 > found["hat"] and found["smile"] > 50
    press(page, "Undo")
    np.testing.assert_array_equal(moved(page, picture), before)


@pytest.mark.parametrize("times", [1, 4, 16])
def test_a_face_of_any_size_is_searched_for_unchanged(visit, times):
    face = load("faces", train=False).images[7].permute(1, 2, 0).numpy()
    page = explore(visit)
    press(page, "Draw")
    enlarged = png_bytes(face.repeat(times, 0).repeat(times, 1))
    picture = {"name": "face.png", "mimeType": "image/png", "buffer": enlarged}
    companion = page.locator("#explore .ls-companion:not([hidden])")
    companion.locator("input[type=file]").set_input_files(picture)
    companion.get_by_role("button", name="Find", exact=True).click()
    page.locator(".ls-verdict").get_by_text("of your image explained").wait_for()
    assert same(pixels(page, ".ls-pair canvas")[..., :3], face)


def test_a_drawing_stays_when_the_model_changes(visit):
    page = explore(visit)
    press(page, "Draw")
    sheet = page.locator(".ls-sheet")
    drag(page, sheet, (0.2, 0.2), (0.8, 0.8))
    drawn = pixels(page, ".ls-sheet")[..., :3].mean()
    menu = page.locator(".ls-model input")
    menu.click()
    page.get_by_role("option", name="MNIST", exact=True).click()
    page.wait_for_function("document.querySelector('.ls-sheet').width === 280")
    assert abs(pixels(page, ".ls-sheet")[..., :3].mean() - drawn) < 2
    page.get_by_role("button", name="Undo stroke").click()
    assert pixels(page, ".ls-sheet")[..., :3].max() == 0
