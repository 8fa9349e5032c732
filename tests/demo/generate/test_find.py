"""The server function `find`, called as the page calls it."""

import base64
import json
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from demo.endpoint import endpoint
from demo.generate import find as finding
from demo.generate.find import SearchError, find_function
from demo.server.studio import Studio
from demo.settings import Settings
from gan.data.image_set import load
from gan.explore import projection
from gan.models.networks import make_generator
from gan.presets import preset


@pytest.fixture(scope="module")
def studio(tiny_model, tmp_path_factory):
    root = tmp_path_factory.mktemp("studio")
    shutil.copytree(tiny_model, root / "models/mnist")
    made = Studio(Settings(models=root / "models", runs=root / "runs"))
    torch.manual_seed(0)
    for name, config in (
        ("article", preset("article")),
        ("colour", preset("default", data="cifar10", width=8)),
    ):
        folder = root / "runs" / name
        folder.mkdir(parents=True)
        (folder / "config.json").write_text(json.dumps(config.to_json()))
        save_file(make_generator(config).state_dict(), folder / "model.safetensors")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Finish every search, however busy the machine is that runs the tests."""
    monkeypatch.setattr(projection, "PATIENCE", 1000)


@pytest.fixture(scope="module")
def find(studio):
    return endpoint(find_function(studio))


@pytest.fixture(scope="module")
def digit():
    return load("mnist", train=False).images[0, 0].numpy()


def text(raw):
    return base64.b64encode(bytes(raw)).decode()


def request(pixels, model="mnist", **changes):
    h, w, c = pixels.shape
    return {"model": model, "picture": text(pixels.tobytes()), "h": h, "w": w, "c": c, **changes}


def to_the_end(find, answer, model="mnist"):
    answers = [answer]
    while not answer["done"]:
        answer = find({"model": model, "state": answer["state"]})
        assert "error" not in answer
        answers.append(answer)
        assert len(answers) < 100
    return answers


def test_a_search_runs_in_steps(find, studio, digit):
    answers = to_the_end(find, find(request(digit[..., None], centre=False)))
    progress = [answer["progress"] for answer in answers]
    assert progress == sorted(progress) and progress[-1] == 1 and progress[0] > 0
    assert [answer["verdict"] is None for answer in answers] == [
        not answer["done"] for answer in answers
    ]
    last = answers[-1]
    assert last["verdict"] in ("close", "roughly", "cannot")
    assert last["model_id"] == studio.generator("", "mnist").model_id
    target = np.frombuffer(base64.b64decode(last["target"]), np.uint8)
    target = target.reshape(last["h"], last["w"], last["c"])
    np.testing.assert_array_equal(target[..., 0], digit)
    z = np.frombuffer(base64.b64decode(last["z"]), "<f4").copy()
    drawn = studio.generator("", "mnist").sample(z[None], last["label"])[0]
    assert last["distance"] == pytest.approx(np.sqrt(np.square(drawn - 1.0 * target).mean()), abs=1)
    json.dumps(answers)


def test_a_search_that_was_cut_short_gives_no_verdict(find, digit, monkeypatch):
    monkeypatch.setattr(finding, "LIMIT_S", 1e-6)
    answer = find(request(digit[..., None], centre=False))
    assert set(answer) == {"error"} and "too busy" in answer["error"]


def test_a_drawing_is_centred(find, digit):
    drawn = np.zeros((300, 400, 4), np.uint8)
    drawn[200:284, 10:94, :3] = 255
    drawn[200:284, 10:94, 3] = digit.repeat(3, 0).repeat(3, 1)
    answer = find(request(drawn, centre=True))
    target = np.frombuffer(base64.b64decode(answer["target"]), np.uint8).reshape(28, 28)
    places = [np.roll(target, (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    assert min(np.square(place - 1.0 * digit).mean() for place in places) < 0.1 * digit.var()


@pytest.mark.parametrize("model", ["run:article", "run:colour"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_searches_in_other_models(find, model, channels):
    inside = np.random.default_rng(0).integers(0, 256, (70, 41, channels)).astype(np.uint8)
    picture = np.pad(inside, ((10, 10), (10, 10), (0, 0)))
    for centre in (True, False):
        answer = find(request(picture, model, centre=centre))
        assert "error" not in answer
        assert (answer["label"] is None) == (model == "run:article")
        answer = find({"model": model, "state": answer["state"]})
        assert answer["progress"] > 0


BLANK = np.zeros((28, 28, 1), np.uint8)
STROKE = np.pad(np.full((20, 4, 1), 255, np.uint8), ((4, 4), (12, 12), (0, 0)))


@pytest.mark.parametrize("blank", [BLANK, BLANK + 255, np.zeros((512, 512, 4), np.uint8)])
@pytest.mark.parametrize("centre", [True, False])
def test_an_empty_picture_raises_a_message(find, blank, centre):
    answer = find(request(blank, centre=centre))
    assert set(answer) == {"error"} and answer["error"].endswith(".")
    assert "nothing drawn" in answer["error"] or "all one colour" in answer["error"]


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        "mnist",
        {},
        {"model": "mnist"},
        request(STROKE, "../mnist"),
        request(STROKE, ["mnist"]),
        request(STROKE, picture=None),
        request(STROKE, picture=""),
        request(STROKE, picture=[0] * 784),
        request(STROKE, picture="é" * 1000),
        request(STROKE, picture="!" * 1048),
        request(STROKE, picture="A" * 4_000_000),
        request(STROKE, picture=text(bytes(783))),
        request(STROKE, picture=text(bytes(785))),
        request(STROKE, h=7),
        request(STROKE, h=513),
        request(STROKE, h=10**9),
        request(STROKE, h=-28),
        request(STROKE, h=28.0),
        request(STROKE, h="28"),
        request(STROKE, h=True),
        request(STROKE, w=None),
        request(STROKE, c=2),
        request(STROKE, c=True),
        request(STROKE, c=[1]),
        request(STROKE, centre="no"),
        request(STROKE, centre=1),
        {"model": "mnist", "state": None},
        {"model": "mnist", "state": ""},
        {"model": "mnist", "state": {"step": 3}},
        {"model": "mnist", "state": "?"},
        {"model": "mnist", "state": text(b"LSf1" + bytes(3000))},
        {"model": "mnist", "state": "A" * 10_000_000},
        {"model": "nowhere", "state": ""},
    ],
)
def test_invalid_input_is_answered_with_a_message(find, payload):
    answer = find(payload)
    assert set(answer) == {"error"}
    assert answer["error"].endswith(".")


def test_the_state_of_another_model_raises_a_message(find):
    state = find(request(STROKE))["state"]
    for model in ("run:article", "run:colour"):
        assert set(find({"model": model, "state": state})) == {"error"}


def test_a_search_continues_with_newer_weights(tiny_model, tmp_path):
    folder = shutil.copytree(tiny_model, tmp_path / "models/mnist")
    studio = Studio(Settings(models=tmp_path / "models", runs=tmp_path / "runs"))
    find = endpoint(find_function(studio))
    first = find(request(STROKE))
    weights = load_file(folder / "model.safetensors")
    save_file({name: value * 1.01 for name, value in weights.items()}, folder / "new")
    (folder / "new").replace(folder / "model.safetensors")
    second = find({"model": "mnist", "state": first["state"]})
    assert second["model_id"] != first["model_id"]
    assert second["progress"] > first["progress"]
    studio.close()


def test_too_many_searches_are_refused(studio, monkeypatch):
    go_on, begun = threading.Event(), threading.Semaphore(0)

    def slow(*arguments):
        begun.release()
        assert go_on.wait(60)
        return advance(*arguments)

    advance = finding.advance
    monkeypatch.setattr(finding, "advance", slow)
    monkeypatch.setattr(finding, "WAIT_S", 0.05)
    find = endpoint(find_function(studio))
    with ThreadPoolExecutor(finding.AT_ONCE) as pool:
        busy = [pool.submit(find, request(STROKE)) for _ in range(finding.AT_ONCE)]
        for _ in busy:
            assert begun.acquire(timeout=60)
        refused = find(request(STROKE))
        go_on.set()
        assert all("error" not in one.result(60) for one in busy)
    assert refused == {"error": finding.BUSY}
    assert "error" not in find(request(STROKE))  # their turns were given back


def test_few_calls_wait_for_a_turn(studio, digit, monkeypatch):
    monkeypatch.setattr(finding, "AT_ONCE", 1)
    monkeypatch.setattr(finding, "WAITING_MOST", 1)
    go, begun = threading.Event(), threading.Semaphore(0)

    def held(*_):
        begun.release()
        go.wait()
        raise SearchError("ended")

    monkeypatch.setattr(finding, "begin", held)
    find, wanted = endpoint(find_function(studio)), request(digit[..., None])
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(find, wanted)
        begun.acquire()
        second = pool.submit(find, wanted)
        while find(wanted) != {"error": finding.BUSY}:  # at once, in place of WAIT_S later
            pass
        go.set()
        assert first.result() == {"error": "ended"} and "error" in second.result()
