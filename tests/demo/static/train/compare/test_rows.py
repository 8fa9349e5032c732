"""The merged curves of two runs contain only measured values."""

import pytest

from tests.node import run_node

SCRIPT = """
const { latest, merged } = await import("./train/compare/rows.js");
const { thinned } = await import("./charts/axes.js");
give(given.map(({ call, args }) => ({ latest, merged, thinned })[call](...args)));
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    first = [[10, 1], [20, 3], [40, 5]]
    second = [[10, 100], [50, 1]]
    calls = [
        ("merged", first, second, 1),
        ("merged", [], second, 1),
        ("merged", [[10, None], [20, 2]], [[10, 7]], 1),
        ("thinned", [[n] for n in range(9)], 8),
        ("latest", [0, 10, 20], 15),
        ("latest", [10, 20], 5),
    ]
    asked = [{"call": name, "args": args} for name, *args in calls]
    return run_node(tmp_path_factory.mktemp("duel"), SCRIPT, asked)


def test_a_run_has_values_only_where_it_was_measured(found):
    assert found[0] == [[10, 1, 100], [20, 3, None], [40, 5, None], [50, None, 1]]


def test_a_run_without_rows_has_no_curve(found):
    assert found[1] == [[10, None, 100], [50, None, 1]]
    assert found[2] == [[10, None, 7], [20, 2, None]]


def test_every_other_older_row_is_dropped(found):
    assert found[3] == [[0], [2], [4], [5], [6], [7], [8]]


def test_a_step_without_a_picture_shows_the_previous_one(found):
    assert found[4:] == [10, 10]
