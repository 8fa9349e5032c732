"""Opening a model of the Hub on the page: it appears, draws, loops, and links bring it back."""

from __future__ import annotations

import pytest
from safetensors.torch import save_file

from gan.presets import preset
from gan.storage.layout import CONFIG, MODEL
from gan.system.atomic import write_json
from tests.browser.app import HERO, LOOP, changes, close, explore, painted, press, still, tab
from tests.models import randomised

NAME = "ada/digits"
SHEET = ".hb-sheet"


@pytest.fixture
def repo(app, tmp_path):
    """A model on the Hub whose pictures are unlike those of any other one."""
    generator = randomised(preset("default"))
    write_json(tmp_path / CONFIG, generator.config.to_json())
    save_file(generator.network.state_dict(), tmp_path / MODEL)
    app.hub.add(NAME, {name: (tmp_path / name).read_bytes() for name in (CONFIG, MODEL)})
    yield app.hub
    app.hub.wait_s, app.hub.status = 0.0, 0


def ask(page, name):
    page.get_by_role("button", name="Hub", exact=True).click()
    page.get_by_label("Open a model from the Hugging Face Hub").fill(name)
    page.locator(SHEET).get_by_role("button", name="Open").click()


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
def test_a_model_of_the_hub_is_opened_by_its_name(visit, app, repo, width):
    page = explore(visit, width=width, permissions=["clipboard-read", "clipboard-write"])
    before = still(page)
    ask(page, "ada/nothing")
    page.locator(SHEET).get_by_text("There is no model ada/nothing").wait_for()
    repo.wait_s = 0.1
    page.get_by_label("Open a model from the Hugging Face Hub").fill(NAME)
    page.keyboard.press("Enter")
    page.locator(SHEET).get_by_text("MB").wait_for()
    page.locator(SHEET).get_by_role("button", name="Cancel").click()
    page.locator(SHEET).get_by_role("button", name="Open").wait_for()
    repo.wait_s = 0
    page.locator(SHEET).get_by_role("button", name="Open").click()
    changes(page, HERO, before)
    assert page.get_by_label("Model", exact=True).first.input_value() == NAME
    drawn = still(page)
    press(page, "Copy link")
    page.get_by_role("button", name="Link copied").wait_for()
    at = page.url.removeprefix(app.address)
    tab(page, "Interpolate")
    painted(page, LOOP)
    page.context.close()

    for path in (app.hub_cache / "ada--digits").iterdir():
        path.unlink()
    (app.hub_cache / "ada--digits").rmdir()
    page = explore(visit, width=width, at=at)
    page.locator(SHEET).get_by_text(f"made with {NAME}").wait_for()
    before = still(page)
    page.locator(SHEET).get_by_role("button", name="Open").click()
    changes(page, HERO, before)
    assert close(still(page), drawn)
    assert page.get_by_label("Model", exact=True).first.input_value() == NAME


def test_without_the_hub_it_is_said_and_all_else_works(visit, repo):
    page = explore(visit)
    repo.status = 503
    ask(page, "ada/elsewhere")
    page.locator(SHEET).get_by_text("error 503").wait_for()
    page.keyboard.press("Escape")
    assert not page.locator(SHEET).is_visible()
    before = still(page)
    press(page, "Randomise")
    changes(page, HERO, before)
