"""One's own images on the page: dropped, looked at, trained on, deleted; and a hostile file."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from tests.browser.app import changes, painted, pixels, tab

SHEET = "#train .tr-sheet canvas"


@pytest.fixture(scope="module")
def packed():
    """A zip of small colour pictures in two folders, a text and a broken picture among them."""
    rng, buffer = np.random.default_rng(0), io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for index in range(48):
            name, base = (("red ones", (200, 40, 40)), ("blue", (30, 60, 210)))[index % 2]
            noise = rng.integers(-30, 30, (40, 32, 3))
            picture = io.BytesIO()
            Image.fromarray((noise + base).clip(0, 255).astype(np.uint8)).save(picture, "PNG")
            archive.writestr(f"mine/{name}/{index}.png", picture.getvalue())
        archive.writestr("mine/notes.txt", "hello")
        archive.writestr("mine/blue/torn.png", b"\x89PNG\r\n\x1a\nnothing")
    return buffer.getvalue()


def open_images(visit, **options):
    page = visit(**options)
    tab(page, "Train")
    page.locator("#train-form .tf-data select").select_option(label="Your images or clips \u2026")
    page.locator(".im-drop").wait_for()
    return page


def drop(page, name, data):
    page.evaluate(
        """([name, bytes]) => {
            const carried = new DataTransfer();
            carried.items.add(new File([new Uint8Array(bytes)], name));
            const drop = new DragEvent("drop", { dataTransfer: carried, bubbles: true });
            document.querySelector(".im-drop").dispatchEvent(drop);
        }""",
        [name, list(data)],
    )
    page.get_by_role("button", name="Import files").click()


@pytest.mark.slow
def test_own_images_are_dropped_looked_at_trained_on_and_deleted(visit, packed):
    page = open_images(visit)
    page.get_by_text("Your images stay on this machine").wait_for()
    page.get_by_role("group", name="Image size, px").get_by_role("button", name="32").click()
    drop(page, "shapes.zip", packed)
    card = page.get_by_role("article", name="shapes")
    card.get_by_text("48 images in colour, 32 × 32 px, cropped; 43 for training").wait_for()
    painted(page, ".im-card canvas")
    of_all = pixels(page, ".im-card canvas")
    card.get_by_role("button", name="red ones · 24").click()
    changes(page, ".im-card canvas", of_all)
    card.get_by_text("2 files skipped").click()
    card.get_by_text("Such as").first.wait_for()

    page.reload()
    tab(page, "Train")
    tab(page, "Images")
    card.get_by_role("button", name="Train on these").click()  # opens Watch, beside the settings
    page.get_by_text("On this machine:").wait_for()  # how long it takes, before Start
    page.locator("#train-form").get_by_role("button", name="Start", exact=True).click()
    page.locator("#train .tr-status", has_text="Training").wait_for()
    painted(page, SHEET)
    changes(page, SHEET, pixels(page, SHEET))
    heads = page.locator(".tr-classes span").all_inner_texts()
    assert heads[:4] == ["blue", "red ones", "blue", "red ones"]
    page.locator("#train-form").get_by_role("button", name="Stop", exact=True).click()
    page.locator("#train .tr-status", has_text="Stopped and saved").wait_for()

    tab(page, "Runs")
    page.get_by_text("Your images · seed 0", exact=True).wait_for()
    tab(page, "Images")
    card.get_by_role("button", name="Delete").click()
    card.get_by_role("button", name="Cancel").click()
    card.get_by_role("button", name="Delete").click()
    card.locator(".im-sure").get_by_role("button", name="Delete").click()
    page.get_by_text("“shapes” deleted.").wait_for()
    card.wait_for(state="detached")


def test_a_file_that_is_no_archive_gets_a_sentence_on_a_phone(visit):
    page = open_images(visit, width=390, height=844)
    page.get_by_text("No images or clips yet").wait_for()  # the server has said who may import
    drop(page, "holiday.zip", b"PK\x03\x04 but nothing else")
    page.locator(".im-line .ls-error").wait_for()
    assert "zip" in page.locator(".im-line .ls-error").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_text("No images or clips yet").wait_for()
