"""The joined scripts: each module is in one of them, without comments, and only they are served."""

import json

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from demo import bundles
from tests.node import STATIC, run_node

MODULES = sorted(str(path.relative_to(STATIC))[:-3] for path in STATIC.rglob("*.js"))
SCRIPT = """
globalThis.location = new URL("http://host/");
globalThis.document = { addEventListener() {} };
const moved = /new URL\\("[\\w/.]+", import.meta.url\\)/;
const comment = /^ *(\\/\\/.*|\\/\\*\\*[^]*?\\*\\/)\\n/gm;
const bare = (value) => String(value).replace(comment, "");
const text = (value) => bare(value).replace(moved, "import.meta.url");
const found = {};
for (const [module, file, name] of given) {
  const whole = await import(`${process.cwd()}/${file}`);
  const alone = await import(`./${module}.js`);
  found[module] = [Object.keys(alone).sort(), Object.keys(whole[name]).sort(),
    Object.keys(alone).every((key) => bare(alone[key]) === text(whole[name][key]))];
}
give(found);
"""


def test_a_joined_module_exports_what_it_exports_alone(tmp_path):
    made = bundles.bundles()
    for name in bundles.PAGE:
        (tmp_path / name).write_bytes(made.files[name])
    (tmp_path / "package.json").write_text(json.dumps({"type": "module"}))
    given = [[module, file, bundles.identifier(module)] for module, file in made.holders.items()]
    for module, (alone, joined, same) in run_node(tmp_path, SCRIPT, given).items():
        assert alone == joined and same, module


def test_every_module_is_in_a_file():
    assert {*MODULES} - {*bundles.bundles().holders} == {"engine/worker"}


def test_no_tab_needs_the_file_of_another_than_the_first():
    for name in ("interpolate.js", "train.js"):
        lines = bundles.bundles().files[name].decode().splitlines()
        assert [line[-15:] for line in lines if line.startswith("import ")] == ['"./explore.js";']


@pytest.fixture(scope="module")
def client():
    return TestClient(Starlette(routes=bundles.routes()))


def test_the_files_are_served_for_ever_under_their_version(client):
    made = bundles.bundles()
    for name, data in made.files.items():
        answer = client.get(made.address(name))
        assert answer.content == data and "immutable" in answer.headers["cache-control"]
        kind = "application/wasm" if name.endswith(".wasm") else "text/javascript"
        assert answer.headers["content-type"].split(";")[0] == kind


@pytest.mark.parametrize("name", ["core/dom.js", "../ui.py", "%2e%2e/ui.py", "", "core/app.css"])
def test_nothing_else_is_served(client, name):
    made = bundles.bundles()
    assert client.get(made.address(name)).status_code == 404
    assert client.get(f"{bundles.ADDRESS}/{'0' * 12}/explore.js").status_code == 404


def test_any_changed_file_changes_the_version(tmp_path, monkeypatch):
    for path in STATIC.rglob("*.*"):
        copy = tmp_path / path.relative_to(STATIC)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    monkeypatch.setattr(bundles, "STATIC", tmp_path)
    versions = {bundles.bundles.__wrapped__().version, bundles.bundles().version}
    assert len(versions) == 1
    for name in ("core/dom.js", "train/form/form.css", "engine/kernels.wasm"):
        with open(tmp_path / name, "ab") as file:
            file.write(b"\n")
        versions.add(bundles.bundles.__wrapped__().version)
    assert len(versions) == 4


@pytest.mark.parametrize("text", ["export default 1;", "export let a = 1;", 'import "./dom.js";'])
def test_a_form_that_cannot_be_joined_is_refused(tmp_path, monkeypatch, text):
    (tmp_path / "core").mkdir()
    (tmp_path / "core/visitor.js").write_text(text + "\n")
    monkeypatch.setattr(bundles, "STATIC", tmp_path)
    with pytest.raises(ValueError, match="core/visitor"):
        bundles.bundles.__wrapped__()


def test_modules_that_import_each_other_are_refused(tmp_path, monkeypatch):
    (tmp_path / "core").mkdir()
    (tmp_path / "core/visitor.js").write_text('import { b } from "./b.js";\n')
    (tmp_path / "core/b.js").write_text('import { a } from "./visitor.js";\n')
    monkeypatch.setattr(bundles, "STATIC", tmp_path)
    with pytest.raises(ValueError, match="import each other"):
        bundles.bundles.__wrapped__()
