"""What the form says of the current run and the queue."""

import pytest

from demo.text import catalogue
from tests.node import run_node

SCRIPT = """
const { sentences } = await import("./train/form/words.js");
const { fill } = await import("./core/dom.js");
const say = (key, values = {}) => fill(given.words[key], values);
give(given.statuses.map((one) => sentences(one, { run_s: 300, away_s: 20 }, say)));
"""
FREE = {"may": "open", "taken": False, "mine": False, "place": 0, "waiting": 0, "most": 40}
TRAINS = FREE | {"taken": True, "mine": True, "stops": True}
WATCHES = FREE | {"taken": True, "wait_s": 125}


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    statuses = {
        "free": FREE,
        "alone": TRAINS,
        "others wait": TRAINS | {"waiting": 2, "left_s": 131},
        "nearly over": TRAINS | {"waiting": 2, "left_s": 3},
        "watching": WATCHES,
        "queued": WATCHES | {"place": 2, "waiting": 3, "left_s": 90, "wait_s": 7300},
        "at the server": WATCHES | {"stops": True},
        "ended": FREE | {"ended": {"why": "limit", "run": "x"}},
    }
    given = {"words": catalogue("en"), "statuses": list(statuses.values())}
    return dict(zip(statuses, run_node(tmp_path_factory.mktemp("js"), SCRIPT, given), strict=True))


def test_an_owner_is_told_the_time_left_only_while_others_wait(said):
    assert said["free"] == "" and "ends in" not in said["alone"]
    assert "this run ends in 3 min" in said["others wait"]
    assert "If you close this page, the run ends after 20 s" in said["others wait"]
    assert "this run ends in 10 s" in said["nearly over"]


def test_a_visitor_is_told_how_long_they_wait(said):
    assert "starts within about 3 min" in said["watching"] and "5 min" in said["watching"]
    assert said["queued"].startswith("Position 2 of 3 in the queue.")
    assert "within about 2 h 2 min" in said["queued"] and "ends" not in said["queued"]


def test_a_visitor_is_told_what_they_can_do(said):
    assert "You can stop this run" in said["at the server"]
    assert "You can stop" not in said["watching"]
    assert "so that others can train" in said["ended"] and "Resume" in said["ended"]
