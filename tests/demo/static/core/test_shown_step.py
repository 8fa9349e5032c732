"""Ids with a step, as in gan/recipes/model_ids.py, and the shown step of each run."""

from gan.recipes.model_ids import split_id
from tests.node import run_node

SCRIPT = """
const { shownStep, onShownStep, splitId, setShownStep } = await import("./core/shown_step.js");
const heard = [];
onShownStep((run, step) => heard.push([run, step]));
for (const [run, step] of given.moments) setShownStep(run, step);
give({ splitId: given.ids.map(splitId), heard, now: ["a", "b", "c"].map(shownStep) });
"""
IDS = ["mnist", "run:x", "run:x@0", "run:x@120", "run:x@012", "run:x@", "run:a@b@7", "run:@3", "@3"]
IDS += ["run:x@-1", "run:x@1.5", "run:x@٣", "run:x@1234567890", "run:x@5\n", "", "mnist@4"]


def test_ids_and_moments(tmp_path):
    moments = [["a", 3], ["a", 3], ["b", 0], ["a", None], ["b", 5], ["c", None]]
    answer = run_node(tmp_path, SCRIPT, {"ids": IDS, "moments": moments})
    assert answer["splitId"] == [list(split_id(model)) for model in IDS]
    assert answer["heard"] == [["a", 3], ["b", 0], ["a", None], ["b", 5]]  # only what is new
    assert answer["now"] == [None, 5, None]
