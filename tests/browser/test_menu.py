"""The menu of models: a picture before each name, asked for when the menu is opened."""

from __future__ import annotations

import json
import shutil

import pytest

from gan.storage.layout import MODEL
from gan.storage.metadata import change_about
from tests.browser.app import ROOT, explore, tab

DAMAGED = "20200102-030405-mnist"
TITLE = "A run with a damaged file, and a title that is longer than the menu is wide"
NAMES = ["Pixel-art faces", "Cartoon faces", "Fashion-MNIST", "MNIST", "Twemoji people", TITLE]
PICTURE = "(e) => getComputedStyle(e, '::before').backgroundImage"
PICTURES = f"(all) => all.map({PICTURE})"
SHOWN = f"""() => Array.from(
  document.querySelectorAll(".ls-model [role=option]"), {PICTURE}
).filter((image) => image.startsWith("url(")).length === {len(NAMES) - 1}"""


@pytest.fixture
def damaged(app):
    """A run in the menu whose weights cannot be read."""
    folder = app._folder / "runs" / DAMAGED
    shutil.copytree(ROOT / "assets/models/mnist", folder)
    (folder / MODEL).write_bytes(b"{" * 99)
    change_about(folder, title=TITLE)
    yield
    shutil.rmtree(folder)


def asked(page):
    """The names of each request for pictures and the requests for the script, as they come."""
    found = []

    def heard(request):
        if "/menu.js" in request.url:
            found.append("menu.js")
        elif '"fn_name":"pictures"' in (request.post_data or ""):
            found.append(sorted(json.loads(request.post_data)["data"]["have"]))

    page.on("request", heard)
    return found


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_an_opened_menu_has_a_picture_before_each_name(visit, damaged, width, scheme):
    page = explore(visit, width=width, color_scheme=scheme)
    found = asked(page)
    field = page.get_by_label("Model", exact=True).first
    closed = page.locator(".ls-model .secondary-wrap")
    before = closed.evaluate(PICTURE)
    assert before.startswith('url("data:image/png')  # without a request

    field.press("Enter")
    page.wait_for_function(SHOWN)
    assert found == ["menu.js", sorted(NAMES)]
    menu = page.locator(".ls-model")
    options = menu.get_by_role("option")
    pictures = dict(zip(NAMES, options.evaluate_all(PICTURES), strict=True))
    assert pictures.pop(TITLE) == "none"
    assert pictures["MNIST"] == before and len({*pictures.values()}) == len(pictures)
    for name in NAMES:  # as without pictures
        assert menu.get_by_role("option", name=name, exact=True).count() == 1
    for k in range(len(NAMES)):
        box = options.nth(k).bounding_box()
        assert 0 <= box["x"] and box["x"] + box["width"] <= width and 39 < box["height"] < 72

    page.get_by_role("option", name="Fashion-MNIST").click()
    page.wait_for_function("location.hash.includes('model=fashion-mnist')")
    assert closed.evaluate(PICTURE) == pictures["Fashion-MNIST"]
    tab(page, "Train")  # the list is asked for again, and the pictures stay
    field.press("Enter")
    page.wait_for_function(SHOWN)
    assert len(found) == 3 and found[0] == "menu.js"
