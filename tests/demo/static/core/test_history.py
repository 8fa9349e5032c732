"""The undo history."""

from tests.node import run_node


def test_a_drag_is_one_step_of_undo_and_redo(tmp_path):
    script = """
    const { History } = await import("./core/history.js");
    const seen = [];
    const history = new History((state) => seen.push(state.n), 100);
    history.begin({ n: 0 });
    history.go({ n: 1 });
    [2, 3, 4].forEach((n) => history.go({ n }, "drag"));
    history.rest();
    history.go({ n: 5 }, "drag");
    history.undo(); history.undo(); history.undo(); history.undo();
    history.redo(); history.redo();
    history.go({ n: 9 });
    history.redo();
    give([seen, history.state.n]);
    """
    seen, now = run_node(tmp_path, script)
    assert seen == [1, 2, 3, 4, 5, 4, 1, 0, 1, 4, 9] and now == 9
