"""Edits of keyframes return a new state and keep to the limits."""

import pytest

from tests.node import run_node

START = """
const edits = await import("./interpolate/keyframes/edits.js");
"""


@pytest.fixture
def node(tmp_path):
    """Run a script that imports the modules, and return what it passes to `give`."""
    return lambda script, given=None: run_node(tmp_path, f"{START}{script}", given)


def test_a_boundary_moves_time_between_its_neighbours_only(node):
    given = {
        "keys": [{"seed": 1}, {"seed": 2, "length": 2}, {"seed": 3}],
        "times": [0, 0.25, 0.75, 1],
        "rests": [0.05, 0, 0],
    }
    script = """
    const { keys } = given;
    give([0.45, 0.01, 2].map((time) => edits.stretched(given, 0, time, [0.1, 10]).keys));
    """
    wider, least, most = node(script, given)
    # seconds a unit of length lasts stay what they were: 0.2 and 0.25
    assert wider[0]["length"] == pytest.approx(0.4 / 0.2)
    assert wider[1]["length"] == pytest.approx(2 * 0.3 / 0.5)
    assert wider[2] == given["keys"][2]
    assert least[0]["length"] == 0.1 and 0.1 <= most[1]["length"] <= most[0]["length"] <= 10


def test_edits_do_not_mutate_the_state(node):
    script = """
    const keys = [1, 2, 3].map((seed) => ({ seed, label: seed }));
    const state = { keys, chosen: 1, settings: {} };
    const before = JSON.stringify(state);
    const seeds = ({ keys, chosen }) => [keys.map(({ seed }) => seed), chosen];
    const last = { ...state, chosen: 2 };
    const full = { keys: Array.from({ length: 63 }, () => state.keys[0]), chosen: 62 };
    const made = {
      moved: seeds(edits.moved(state, 0, 2)),
      inserted: seeds(edits.inserted(state, [{ seed: 8 }, { seed: 9 }], 64)),
      first: seeds(edits.inserted({ keys: [], chosen: 0 }, [{ seed: 8 }], 64)),
      full: edits.inserted(full, [{ seed: 8 }, { seed: 9 }], 64).keys.length,
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
