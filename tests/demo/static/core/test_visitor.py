"""The visitor's token, and the sentence for a refused request."""

import re

from tests.node import run_node

SCRIPT = """
const store = new Map(given.stored === null ? [] : [["latent-studio-owner", given.stored]]);
globalThis.window = globalThis;
globalThis.localStorage = given.refuses
  ? { getItem() { throw new Error("no"); }, setItem() { throw new Error("no"); } }
  : { getItem: (key) => store.get(key) ?? null, setItem: (key, value) => store.set(key, value) };
globalThis.location = new URL("http://host/page?x=1#recipe=abc");
if (given.owner !== null) globalThis.location.hash += "&owner=" + given.owner;
const seen = [];
globalThis.history = { state: 7, replaceState: (state, _, url) => seen.push([state, String(url)]) };
const signed = [];
globalThis.fetch = async (request) => {
  signed.push(request.headers.get("x-studio-who"));
  return new Response("", { headers: given.wrong ? { "x-studio-key": "wrong" } : {} });
};
const { who, refusal } = await import("./core/visitor.js");
const words = { "panel.refused_queue_full": "{most} wait." };
const first = who();
await fetch("http://elsewhere/a");
await fetch("http://host/a", { method: "POST", body: "{}", headers: { other: "kept" } });
give({ who: first, again: who(), kept: [...store.values()], seen, signed, said: [
  refusal({ refused: "queue_full", values: { most: 3 } }, words), refusal({ error: "No." }, {}),
  refusal({ run: "r" }, words), refusal(null, words)] });
"""
TOKEN = "0123456789abcdef" * 2


def visit(folder, stored=None, owner=None, refuses=False, wrong=False):
    folder.mkdir()
    given = {"stored": stored, "owner": owner, "refuses": refuses, "wrong": wrong}
    return run_node(folder, SCRIPT, given)


def test_a_browser_stays_who_it_is(tmp_path):
    new = visit(tmp_path / "new")
    assert re.fullmatch("[0-9a-f]{32}", new["who"]) and new["kept"] == [new["who"]]
    assert new["seen"] == []  # the address is left alone
    assert visit(tmp_path / "later", stored=new["who"])["who"] == new["who"]
    assert visit(tmp_path / "odd", stored="gAAAA of an earlier version")["who"] not in new["who"]
    private = visit(tmp_path / "private", refuses=True)
    assert re.fullmatch("[0-9a-f]{32}", private["who"]) and private["who"] == private["again"]


def test_the_hosts_key_is_kept_and_leaves_the_address(tmp_path):
    host = visit(tmp_path / "host", stored=TOKEN, owner="a-long-key")
    assert host["who"] == f"{TOKEN} a-long-key" and host["kept"] == [host["who"]]
    assert host["seen"] == [[7, "http://host/page?x=1#recipe=abc"]]
    assert visit(tmp_path / "later", stored=host["who"])["who"] == host["who"]
    assert visit(tmp_path / "gone", stored=host["who"], owner="")["who"] == TOKEN


def test_a_refusal_is_a_sentence(tmp_path):
    assert visit(tmp_path / "any")["said"] == ["3 wait.", "No.", "", ""]


def test_requests_to_this_server_say_who_asks(tmp_path):
    host = visit(tmp_path / "host", stored=TOKEN, owner="a-long-key")
    assert host["signed"] == [None, f"{TOKEN}%20a-long-key"]


def test_a_wrong_key_is_forgotten(tmp_path):
    wrong = visit(tmp_path / "wrong", stored=f"{TOKEN} an-old-key", wrong=True)
    assert wrong["again"] == TOKEN and wrong["kept"] == [TOKEN]
