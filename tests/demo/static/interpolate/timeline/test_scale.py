"""The timeline maps time to position and back."""

import pytest

from tests.node import run_node

START = """
const { Scale } = await import("./interpolate/timeline/scale.js");
"""


@pytest.fixture
def node(tmp_path):
    """Run a script that imports the modules, and return what it passes to `give`."""
    return lambda script, given=None: run_node(tmp_path, f"{START}{script}", given)


def test_position_and_time_are_inverse_and_no_cell_is_too_narrow(node):
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
