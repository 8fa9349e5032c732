"""The timeline's arithmetic in the page: place and time, edits, undo, and choices that exist."""

import pytest

from tests.node import run_node

START = """
const { Scale } = await import("./interpolate/timeline/scale.js");
const edits = await import("./interpolate/keyframes/edits.js");
const { History } = await import("./core/history.js");
const wishes = await import("./interpolate/settings.js");
"""


@pytest.fixture
def node(tmp_path):
    """Run a script beside the modules and get what it hands to `give`."""
    return lambda script, given=None: run_node(tmp_path, f"{START}{script}", given)


def test_place_and_time_go_together_and_no_cell_is_too_narrow(node):
    script = """
    const moments = Array.from({ length: 101 }, (_, i) => i / 100);
    give(given.map((times) => {
      const scale = new Scale(times, 800, 68);
      return { edges: scale.edges, x: moments.map((t) => scale.x(t)),
        back: moments.map((t) => scale.time(scale.x(t))) };
    }));
    """
    many = [i / 64 for i in range(65)]  # they make the scale wider
    cells = [[0, 0.2, 0.5, 1], [0, 0.001, 0.002, 1], [0, 1], [0, 0.5, 1, 1], [0, 0, 0, 1], many]
    for times, found in zip(cells, node(script, cells), strict=True):
        edges, x = found["edges"], found["x"]
        assert edges[-1] == pytest.approx(64 * 68 if times is many else 800)
        assert min(b - a for a, b in zip(edges, edges[1:], strict=False)) >= 68 - 1e-6
        assert x == sorted(x)
        assert found["back"] == pytest.approx([i / 100 for i in range(101)])


def test_a_boundary_trades_time_between_its_neighbours_only(node):
    given = {
        "keys": [{"seed": 1}, {"seed": 2, "length": 2}, {"seed": 3}],
        "times": [0, 0.25, 0.75, 1],
        "rests": [0.05, 0, 0],
    }
    script = """
    const { keys } = given;
    give([0.45, 0.01, 2].map((time) => edits.stretched(given, 0, time).keys));
    """
    wider, least, most = node(script, given)
    # seconds a unit of length lasts stay what they were: 0.2 and 0.25
    assert wider[0]["length"] == pytest.approx(0.4 / 0.2)
    assert wider[1]["length"] == pytest.approx(2 * 0.3 / 0.5)
    assert wider[2] == given["keys"][2]
    assert least[0]["length"] == 0.1 and 0.1 <= most[1]["length"] <= most[0]["length"] <= 10


def test_edits_leave_the_state_they_were_given_as_it_was(node):
    script = """
    const state = { keys: [1, 2, 3].map((seed) => ({ seed, label: seed })), chosen: 1, wish: {} };
    const before = JSON.stringify(state);
    const seeds = ({ keys, chosen }) => [keys.map(({ seed }) => seed), chosen];
    const last = { ...state, chosen: 2 };
    const full = { keys: Array.from({ length: 63 }, () => state.keys[0]), chosen: 62 };
    const made = {
      moved: seeds(edits.moved(state, 0, 2)),
      inserted: seeds(edits.inserted(state, [{ seed: 8 }, { seed: 9 }])),
      first: seeds(edits.inserted({ keys: [], chosen: 0 }, [{ seed: 8 }])),
      full: edits.inserted(full, [{ seed: 8 }, { seed: 9 }]).keys.length,
      removed: seeds(edits.removed(last)),
      none: seeds(edits.removed({ keys: [{ seed: 1 }], chosen: 0 })),
      classes: edits.ofOneClass(state, state.keys[2]).keys.map(({ label }) => label),
    };
    give([made, before === JSON.stringify(state)]);
    """
    made, untouched = node(script)
    assert untouched
    assert made == {
        "moved": [[2, 3, 1], 2],
        "inserted": [[1, 2, 8, 9, 3], 3],
        "first": [[8], 0],
        "full": 64,
        "removed": [[1, 2], 1],
        "none": [[], 0],
        "classes": [3, 3, 3],
    }


def test_a_drag_is_undone_in_one_step_and_done_again(node):
    script = """
    const seen = [];
    const story = new History((state) => seen.push(state.n), 100);
    story.begin({ n: 0 });
    story.go({ n: 1 });
    [2, 3, 4].forEach((n) => story.go({ n }, "drag"));
    story.rest();
    story.go({ n: 5 }, "drag");
    story.undo(); story.undo(); story.undo(); story.undo();
    story.redo(); story.redo();
    story.go({ n: 9 });
    story.redo();
    give([seen, story.state.n]);
    """
    seen, now = node(script)
    assert seen == [1, 2, 3, 4, 5, 4, 1, 0, 1, 4, 9] and now == 9


def test_whatever_was_stored_becomes_a_wish_that_exists(node):
    script = """
    const choices = new wishes.Choices(null, ["grey", "ember"]);
    give([wishes.START, ...given.map((stored) => choices.tidy(stored))]);
    """
    stored = [
        None,
        7,
        {},
        {"path": 7, "fps": "x", "seconds": None, "caption": {}, "tiles": 9, "side": -1},
        {"format": "exe", "border": 1e9, "loops": 1e9, "wander": -3, "colours": "none"},
    ]
    start, *made = node(script, stored)
    for wish in made:
        assert {**wish, "wander": 0} == start and 0 <= wish["wander"] < 2**32


def test_frames_follow_the_rate_that_a_format_really_has(node):
    script = "give(given.map((wish) => wishes.frameCount(wish)))"
    gif = {"format": "gif", "fps": 33.3, "seconds": 3}
    mp4 = {"format": "mp4", "fps": 60, "seconds": 0.5}
    assert node(script, [gif, mp4, {**mp4, "seconds": 0.001}]) == [100, 30, 2]
