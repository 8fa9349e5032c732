"""What the page shows, in its address: what a reload, Back and Forward bring back."""

from tests.node import run_node

BROWSER = """
const store = new Map(Object.entries(given.session ?? {}));
globalThis.sessionStorage = {
  getItem: (key) => store.get(key) ?? null, setItem: (key, value) => store.set(key, value) };
const target = new EventTarget();
globalThis.window = globalThis.parent = globalThis;
globalThis.addEventListener = (...all) => target.addEventListener(...all);
const entries = [given.hash];
let at = 0;
globalThis.location = { pathname: "", search: "", get hash() { return entries[at]; } };
globalThis.history = { state: null,
  replaceState: (_state, _, hash) => (entries[at] = hash),
  pushState: (_state, _, hash) => entries.splice((at += 1), entries.length, hash) };
const go = (by) => { at += by; target.dispatchEvent(new Event("popstate")); };
const press = () => target.dispatchEvent(new Event("pointerdown"));
const soon = () => new Promise((done) => setTimeout(done, 400));
const address = await import("./page/address.js");
const { onTravel, recall, show, showLink, showTab, watchAddress } = address;
watchAddress();
const heard = [];
for (const panel of ["", "explore", "interpolate", "train/watch"])
  onTravel(panel, (texts) => heard.push([panel, texts]));
"""
WALK = """
show("", () => ({ model: "run:x@20" }));
show("explore", () => ({ seed: "1", class: "3" }), true);
await soon();
press();
show("explore", () => ({ seed: "2", class: "3" }), true);
await soon();
show("explore", () => ({ seed: "2", class: "3", z: "moved" }));
await soon();
showTab("train");
show("interpolate", () => ({ loop: "hidden" }));
show("train/watch", () => ({ run: "a b", step: "5" }));
await soon();
const walked = [...entries];
go(-2);
show("explore", () => ({ seed: "1", class: "3" }), true); // what arrives is no new entry
await soon();
give({ walked, entries, heard, kept: recall("interpolate") });
"""


def test_back_walks_between_pictures_and_tabs_and_moves_make_no_entries(tmp_path):
    answer = run_node(tmp_path, BROWSER + WALK, {"hash": ""})
    assert answer["walked"] == [
        "#tab=explore&model=run:x@20&seed=1&class=3",
        "#tab=explore&model=run:x@20&seed=2&class=3&z=moved",
        "#tab=train/watch&model=run:x@20&run=a%20b&step=5",
    ]
    assert answer["entries"] == answer["walked"]
    assert answer["heard"] == [["explore", {"seed": "1", "class": "3"}]]
    assert answer["kept"] == {"loop": "hidden"}  # another tab's


READ = """
target.dispatchEvent(new Event("pagehide"));
give({ texts: given.panels.map(recall), kept: JSON.parse(store.get("latent-studio.address")) });
"""
PANELS = ["", "explore", "interpolate", "train/watch"]


def read(folder, address, session=None):
    folder.mkdir()
    return run_node(
        folder, BROWSER + READ, {"hash": address, "session": session or {}, "panels": PANELS}
    )


def test_an_address_wins_over_the_session_but_not_after_a_reload(tmp_path):
    kept = '{"at":"#tab=explore&seed=1","texts":{"explore":{"seed":"1","z":"long"},"":{"x":1}}}'
    session = {"latent-studio.address": kept}
    assert read(tmp_path / "a", "#tab=explore&seed=1", session)["texts"][1]["z"] == "long"
    assert read(tmp_path / "b", "#tab=explore&seed=2", session)["texts"][1] == {"seed": "2"}
    other = read(tmp_path / "c", "#tab=train&seed=2&run=r&step=3", session)
    assert other["texts"] == [{}, {"seed": "1", "z": "long"}, {}, {"run": "r", "step": "3"}]
    for n, damaged in enumerate(("{", "7", '{"texts":7}', '{"texts":{"explore":{"seed":1}}}')):
        answer = read(tmp_path / f"d{n}", "#tab=explore", {"latent-studio.address": damaged})
        assert answer["texts"] == [{}, {}, {}, {}]


LINK = """
show("explore", () => ({ seed: "7" }), true); // the link has been opened
await soon();
const opened = [...entries];
press();
show("explore", () => ({ seed: "7", z: "x".repeat(9000) }));
await soon();
showLink("#recipe=copied");
await soon();
give({ opened, entries });
"""


def test_a_link_stays_until_the_visitor_moves_and_back_returns_to_it(tmp_path):
    answer = run_node(tmp_path, BROWSER + LINK, {"hash": "#recipe=abc"})
    assert answer["opened"] == ["#recipe=abc"]
    assert answer["entries"] == ["#recipe=abc", "#recipe=copied"]
