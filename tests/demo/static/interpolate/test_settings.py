"""Stored settings become valid ones, and the frame count follows the file format."""

import pytest

from gan.recipes.limits import limits
from tests.node import run_node

START = """
const module = await import("./interpolate/settings.js");
"""


@pytest.fixture
def node(tmp_path):
    """Run a script that imports the modules, and return what it passes to `give`."""
    return lambda script, given=None: run_node(tmp_path, f"{START}{script}", given)


def test_stored_settings_become_valid(node):
    script = """
    const choices = new module.Choices(given.limits);
    give([choices.start, ...given.stored.map((one) => choices.tidy(one))]);
    """
    stored = [
        None,
        7,
        {},
        {"path": 7, "fps": "x", "seconds": None, "caption": {}, "tiles": 9, "side": -1},
        {"format": "exe", "border": 1e9, "loops": 1e9, "wander": -3, "colours": "none"},
    ]
    start, *made = node(script, {"limits": limits(), "stored": stored})
    for settings in made:
        assert {**settings, "wander": 0} == start and 0 <= settings["wander"] < 2**32


def test_frames_follow_the_rate_that_a_format_really_has(node):
    script = "give(given.map((settings) => module.frameCount(settings)))"
    gif = {"format": "gif", "fps": 33.3, "seconds": 3}
    mp4 = {"format": "mp4", "fps": 60, "seconds": 0.5}
    assert node(script, [gif, mp4, {**mp4, "seconds": 0.001}]) == [100, 30, 2]
