"""The sentence on the state of a run, by steps and by time."""

from demo import text
from tests.node import run_node

SCRIPT = """
const { stateText } = await import("./train/runs/words.js");
const { fill } = await import("./core/dom.js");
const say = (key, values) => fill(given.words[key], values ?? {});
give(given.cards.map(([card, going]) => stateText(card, going, say)));
"""
TIMED = {"goal": 10_000, "goal_s": 180, "step": 1843}
CARDS = {
    "Finished: 3 min of training, 1,843 steps": (
        TIMED | {"state": "finished", "elapsed": 180},
        None,
    ),
    "Stopped after 1 min 2 s of 3 min, at step 1,843": (
        TIMED | {"state": "can be resumed", "elapsed": 62.2},
        None,
    ),
    "Training, step 1,900, 3 min in all": (
        TIMED | {"state": "can be resumed", "elapsed": 62.2},
        {"state": "running", "step": 1900},
    ),
    "Stopped at step 20 of 500": ({"goal": 500, "step": 20, "state": "can be resumed"}, None),
}


def test_a_run_by_time_is_described_by_its_time(tmp_path):
    given = {"words": text.catalogue("en"), "cards": list(CARDS.values())}
    assert run_node(tmp_path, SCRIPT, given) == list(CARDS)
