"""No function, event or route shows a private run to a stranger: all of them are walked through.

A stranger who names the run gets what anybody gets who names a run that does not exist.
"""

import asyncio
import inspect
import json
import re
import tempfile
from types import SimpleNamespace

import gradio as gr
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from demo.endpoint import WHO
from demo.panels import Panel
from demo.server.studio import Studio
from demo.settings import Settings
from demo.ui import build, launch_options
from gan.data.collection import CollectionStore
from gan.presets import preset
from gan.runner.status import RunStatus
from gan.runs.run import Run
from gan.storage.metadata import change_about
from tests.fake_runner import FakeRunner
from tests.own_images import ID, collect

OWNER, STRANGER = "a" * 32, "b" * 32
RUN, MISSING = "20260101-000000-own-secret", "20260101-000000-own-absent"
TITLE, CLASSES = "Our garden", ("roses", "tulips")
SECRETS = (RUN, TITLE, *CLASSES, ID)
# those that change something are tried by strangers only, as they change it for good
CHANGES = {"rename", "delete", "undo", "resume", "cancel", "start", "act", "leave", "begin", "move"}
CHANGES |= {"switch", "treat", "take_back", "bring", "stop", "fetch", "state"}


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    """A public server with a private run of OWNER, which is also the current one."""
    root = tmp_path_factory.mktemp("server")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENT_STUDIO_IMAGES", str(root / "images"))
        patch.setenv("GRADIO_TEMP_DIR", str(root / "files"))
        made = Studio(Settings(runs=root / "runs", public=True, max_frames=20))
        made.runner.close()
        made.runner = FakeRunner()
        collect(root / "images", owner=made.access.privacy.owner(OWNER), classes=CLASSES)
        facts = CollectionStore().all()[0].settings()
        config = preset("own-images", width=4, batch_size=4, steps=9, **facts)
        run = Run.create(config, root / "runs" / RUN)
        run.advance()
        run.keep_snapshot()
        run.save()
        change_about(run.folder, title=TITLE, classes=list(CLASSES))
        made.access.sign(OWNER, run.folder)
        made.runner.status = RunStatus(1, "done", RUN, config, 1, 9)
        yield made
        made.collections.close()


@pytest.fixture(scope="module")
def page(studio):
    return build(studio)


@pytest.fixture(scope="module")
def routes(studio):
    return launch_options(studio)["app_kwargs"]["routes"]


def payload(run, **more):
    """What any server function may want to know, with this run wherever a run can stand."""
    return {
        "run": run,
        "runs": [run, run],
        "show": run,
        "play": f"run:{run}",
        "wanted": f"run:{run}@1",
        "model": f"run:{run}",
        "id": ID if run == RUN else "own-000000000000",
        "import": "0",
        "steps": [0, 1],
        "z": [[0.0] * 64],
        "labels": [0],
        "job": "stop",
        "move": "D",
        "name": "x",
        "title": "x",
        "have": {TITLE if run == RUN else "absent": ""},
    } | more


def clip(run):
    keys = [{"seed": 1}, {"seed": 2}]
    known = {"latent_studio_clip": 1, "model": f"run:{run}", "model_id": "0" * 12}
    return known | {"keys": keys, "frames": 4, "format": "gif", "scale": 1}


def variants(run):
    """Payloads: a run in progress or a moment of it, the current one, and a clip."""
    yield payload(run)
    yield {name: value for name, value in payload(run).items() if name != "steps"}
    yield payload(run, model=f"run:{run}@1")
    yield payload("", model="mnist")
    yield clip(run)


def call(do, *args):
    """What a function or event answers, as text; files by their names and contents."""

    async def last(stream):
        return [step async for step in stream][-1]

    try:
        answer = do(*args)
        if inspect.isasyncgen(answer):
            answer = asyncio.run(last(answer))
        elif inspect.isawaitable(answer):
            answer = asyncio.run(answer)
    except Exception as error:
        answer = f"{type(error).__name__}: {error}"
    return json.dumps(answer, default=_plain)


def _plain(one):
    return (
        [vars(one).get(name) for name in ("label", "value", "choices")]
        if isinstance(one, gr.blocks.Block)
        else repr(one)
    )


def request(who):
    async def body():
        return {"session_hash": "s"}

    headers = {WHO: who, "accept-language": "en"}
    return SimpleNamespace(headers=headers, session_hash="s", json=body)


def functions(page):
    for panel in (block for block in page.blocks.values() if isinstance(block, Panel)):
        for do in panel.server_fns:
            if panel.elem_id != "hub":  # it knows no runs, and downloads
                yield f"{panel.elem_id}.{do.__name__}", do


def events(page):
    for fn in page.fns.values():
        if fn.fn is not None and fn.fn.__module__.startswith("demo."):
            yield fn


def arguments(fn, value, who):
    if fn.inputs_as_dict:
        given = [{one: _input(one, value) for one in fn.inputs}]
    else:
        given = [_input(one, value) for one in fn.inputs]
    asks = "request" in inspect.signature(fn.fn).parameters
    return [*given, *([request(who)] if asks else [])]


def _input(component, value):
    if isinstance(component, Panel):
        return value
    chooses = "ls-model" in (component.elem_classes or ())
    return value.get("model") if chooses else component.value


def told(answer, given):
    """The secrets in an answer that its visitor did not name."""
    return [one for one in SECRETS if one in answer and one not in json.dumps(given)]


def steady(text, run):
    """The text without what differs between any two calls."""
    text = text.replace(run, "RUN").replace(ID, "own-000000000000")
    text = re.sub(r'"(version|wait_s|seconds|left_h)": [\d.]+', "", text)
    files = re.escape(tempfile.gettempdir()) + r"[^\"]*"
    return re.sub(files + r"|own-0{12}|0x[0-9a-f]+|\d+\.\d+ s", "", text)


def test_server_functions_do_not_show_a_private_run(page):
    shown, known = set(), dict(functions(page))
    assert len(known) > 30
    for name, do in known.items():
        for of_it, of_none in zip(variants(RUN), variants(MISSING), strict=True):
            answer = call(do, of_it, request(STRANGER))
            assert not told(answer, of_it), (name, of_it)
            none = call(do, of_none, request(STRANGER))
            assert steady(answer, RUN) == steady(none, MISSING), (name, of_it)
            if name.partition(".")[2] not in CHANGES:
                owners = call(do, of_it, request(OWNER))
                if steady(owners, RUN) != steady(none, MISSING):
                    shown.add(name.partition(".")[2])
    # so that the stranger's answers are not empty for another reason
    wanted = {"draw", "weights", "moments", "describe", "progress", "frames", "listed", "compare"}
    assert wanted | {"pictures"} <= shown


def test_events_do_not_show_a_private_run(page):
    shown = set()
    for fn in events(page):
        for of_it, of_none in zip(variants(RUN), variants(MISSING), strict=True):
            answer = call(fn.fn, *arguments(fn, of_it, STRANGER))
            assert not told(answer, of_it), (fn.name, of_it)
            none = call(fn.fn, *arguments(fn, of_none, STRANGER))
            assert steady(answer, RUN) == steady(none, MISSING), (fn.name, of_it)
            if TITLE in call(fn.fn, *arguments(fn, of_it, OWNER)):
                shown.add(fn.name)
    assert {"refresh", "select"} <= shown


def test_routes_do_not_show_a_private_run(routes, studio):
    site = TestClient(Starlette(routes=routes))
    parts = {"name": RUN, "step:int": "1", "version": "v", "name:path": RUN}
    opened = 0
    for route in (one for one in routes if "GET" in one.methods and "{" in one.path):
        address = re.sub(r"\{([^}]+)\}", lambda found: parts[found[1]], route.path)
        for query in ("", "?key=", "?key=" + "0" * 32, f"?key={studio.gate.key('other')}"):
            for who in (STRANGER, ""):
                answer = site.get(address + query, headers={WHO: who})
                none = site.get((address + query).replace(RUN, MISSING), headers={WHO: who})
                assert (answer.status_code, answer.content) == (none.status_code, none.content)
                assert answer.status_code == 404
        opened += site.get(address, headers={WHO: OWNER}).status_code == 200
        opened += site.get(f"{address}?key={studio.gate.key(RUN)}").status_code == 200
    assert opened == 4  # the zip and a picture, each in both ways


def test_while_another_run_loads_the_last_one_stays_private(studio):
    before = studio.runner.status
    try:
        studio.runner.status = RunStatus(2, "loading", RUN, preset("default"), 1, 9)
        assert studio.current(STRANGER).run == "" and studio.current(OWNER).run == RUN
    finally:
        studio.runner.status = before
