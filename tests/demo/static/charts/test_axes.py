"""The range and the ticks of a chart's axis."""

import pytest

from tests.node import run_node

SCRIPT = """
const { fit, logTicks, ticks } = await import("./charts/axes.js");
give(given.map(([values, log, least]) => {
  const [low, high] = fit(values, { log, least });
  return { low, high, ticks: log ? logTicks(low, high) : ticks(low, high, 4) };
}));
"""
VALUES = [[170.5, 54, 7, 0.6, None], [2, 2, 2], [], [0, 0], [0.01, 90_000], [0.4, 0.9]]


@pytest.fixture(scope="module")
def axes(tmp_path_factory):
    given = [[values, log, 1.2] for log in (False, True) for values in VALUES]
    return list(zip(given, run_node(tmp_path_factory.mktemp("js"), SCRIPT, given), strict=True))


def test_every_value_lies_on_its_axis(axes):
    for (values, log, _), axis in axes:
        assert axis["low"] < axis["high"]
        for value in values:
            if value is not None and (value > 0 or not log):
                assert axis["low"] <= value <= axis["high"]


def test_an_axis_has_a_few_round_numbers(axes):
    for _, axis in axes:
        assert 2 <= len(axis["ticks"]) <= 9
        assert all(axis["low"] <= tick <= axis["high"] for tick in axis["ticks"])


def test_the_lowest_top_is_kept(axes):
    assert all(axis["high"] >= 1.2 for (_, log, _), axis in axes if not log)
