"""The diagram of the two networks: nothing overlaps or leaves it, and every part is there."""

import itertools

import pytest

from demo.train.manual.payload import game
from gan.presets import PRESETS, preset
from tests.node import run_node

WIDTHS = (326, 560, 832, 1400)
SCRIPT = """
const { layout } = await import("./train/manual/layout.js");
const { phases } = await import("./train/manual/phases.js");
const moves = (game) => ({ D: phases("D", game), G: phases("G", game) });
give(given.map(([game, width]) => ({ ...layout(game, width), ...moves(game) })));
"""


@pytest.fixture(scope="module")
def plans(tmp_path_factory):
    configs = [preset(name) for name in PRESETS]
    configs.append(preset("default", image_size=64, width=256))
    configs.append(preset("default", data="cifar10", image_size=128))
    given = [(game(config), width) for config in configs for width in WIDTHS]
    return list(zip(given, run_node(tmp_path_factory.mktemp("js"), SCRIPT, given), strict=True))


def test_boxes_lie_within_the_drawing_and_apart(plans):
    for (_, width), plan in plans:
        boxes = [
            (n["x"] - n["w"] / 2, n["y"] - n["h"] / 2, n["x"] + n["w"] / 2, n["y"] + n["h"] / 2)
            for n in plan["nodes"]
        ]
        for left, top, right, bottom in boxes:
            assert 0 <= left < right <= width and 0 <= top < bottom <= plan["height"]
        for one, other in itertools.combinations(boxes, 2):
            beside = one[2] < other[0] or other[2] < one[0]
            assert beside or one[3] < other[1] or other[3] < one[1], (width, one, other)


def test_each_player_stands_in_a_frame_of_its_own(plans):
    for (_, width), plan in plans:
        frames = {frame["who"]: frame for frame in plan["frames"]}
        for node in plan["nodes"]:
            inside = [
                who
                for who, f in frames.items()
                if f["x"] <= node["x"] <= f["x"] + f["w"] and f["y"] <= node["y"] <= f["y"] + f["h"]
            ]
            assert inside == ([node["who"]] if "who" in node else []), (width, node["id"])


def test_every_line_begins_and_ends_at_its_boxes(plans):
    for (_, width), plan in plans:
        nodes = {node["id"]: node for node in plan["nodes"]}
        for edge in plan["edges"]:
            for end, (x, y) in zip(
                edge["id"].split(">"), (edge["points"][0], edge["points"][-1]), strict=True
            ):
                node = nodes[end]
                assert abs(x - node["x"]) <= node["w"] / 2 + 2.01
                assert abs(y - node["y"]) <= node["h"] / 2 + 32.01  # below its words, at most
            assert all(0 <= x <= width and 0 <= y <= plan["height"] for x, y in edge["points"])


def test_what_lights_up_is_in_the_drawing(plans):
    for _, plan in plans:
        nodes = {node["id"] for node in plan["nodes"]}
        edges = {edge["id"] for edge in plan["edges"]}
        for phase in (*plan["D"], *plan["G"]):
            assert set(phase["nodes"]) <= nodes and set(phase["edges"]) <= edges


def test_only_the_updated_network_is_marked_as_moved(plans):
    for (drawn, _), plan in plans:
        for who in "DG":
            moved = [
                [node for node, state in phase["nodes"].items() if state == "moved"]
                for phase in plan[who]
            ]
            assert moved == [[], [], [f"{who}{k}" for k in range(len(drawn[who]))]]
