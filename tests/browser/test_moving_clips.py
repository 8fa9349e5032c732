"""A model of clips: Interpolate plays what it exports, and pictures move under the pointer."""

import json

import pytest

from gan.models.generator import Generator
from gan.recipes.clip_recipe import ClipRecipe
from gan.recipes.render import RenderJob, draw
from tests.browser.app import (
    LOOP,
    App,
    changes,
    close,
    explore,
    interpolate,
    painted,
    pixels,
    still,
)
from tests.models import write_clips_model
from tests.waiting import until

STRIP = "#explore .ls-reel canvas"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a server with one run, an untrained model of clips."""
    made = tmp_path_factory.mktemp("clips")
    (made / "runs/clips").mkdir(parents=True)
    write_clips_model(made / "runs/clips")
    return made


@pytest.fixture(scope="module")
def app(folder):
    running = App(folder, LATENT_STUDIO_FIRST_MODEL="run:clips")
    yield running
    running.stop()


def saved(page, path):
    """The recipe of what the page shows, as it saves it."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Save recipe", exact=True).click()
    download.value.save_as(path)
    return ClipRecipe.from_json(json.loads(path.read_text()))


@pytest.mark.parametrize("single", [False, True])
def test_what_plays_is_what_the_recipe_draws(visit, folder, tmp_path, single):
    page = interpolate(visit)
    page.locator(".lc-play").click()
    if single:
        page.locator("#interpolate").get_by_role("button", name="One clip").click()
    speed = page.locator(".lc-motion input")
    speed.fill("1.7")
    page.locator(".lc-form").get_by_role("button", name="Constant speed").click()
    page.locator(".lc-form").get_by_role("button", name="2 × 2").click()
    recipe = saved(page, tmp_path / "clip.json")
    assert recipe.motion == 1.7 and (len(recipe.keys) == 1) is single and not recipe.even
    model = Generator.load(folder / "runs/clips")
    plan = RenderJob(recipe, model).plan()
    for at in (0, 61, 124):
        page.locator(".lc-scrub").evaluate(
            """(range, at) => {
                range.value = at;
                for (const kind of ["input", "change"]) range.dispatchEvent(new Event(kind));
            }""",
            at,
        )
        wanted = draw(plan, model, slice(at, at + 1))[0]
        until(lambda wanted=wanted: close(pixels(page, LOOP)[..., :1], wanted), 30)


def test_the_strip_under_the_pointer_plays_and_comes_to_rest(visit):
    page = explore(visit)
    strip = page.locator("#explore .ls-reel").first
    strip.scroll_into_view_if_needed()
    painted(page, STRIP)
    rest = still(page, STRIP)
    strip.hover()
    changes(page, STRIP, changes(page, STRIP, rest))
    page.mouse.move(1, 1)
    until(lambda: close(pixels(page, STRIP), rest), 30)


def test_nothing_plays_where_less_motion_is_wanted(visit):
    page = explore(visit, reduced_motion="reduce")
    strip = page.locator("#explore .ls-reel").first
    strip.scroll_into_view_if_needed()
    painted(page, STRIP)
    rest = still(page, STRIP)
    strip.hover()
    page.wait_for_timeout(500)
    assert close(pixels(page, STRIP), rest)
