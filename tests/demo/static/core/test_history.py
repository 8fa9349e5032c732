"""The undo history."""

from tests.node import run_node


def test_a_drag_is_undone_in_one_step_and_done_again(tmp_path):
    script = """
    const { History } = await import("./core/history.js");
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
    seen, now = run_node(tmp_path, script)
    assert seen == [1, 2, 3, 4, 5, 4, 1, 0, 1, 4, 9] and now == 9
