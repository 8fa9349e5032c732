"""A damaged run harms no other: each file damaged in each way, and all that lists or shows runs."""

import json
import os
import shutil

import orjson
import pytest

from demo.server.model_menu import choices
from demo.server.studio import Studio
from demo.settings import Settings
from demo.train.compare.pairs import Pairs
from demo.train.runs import panel
from demo.train.watch.progress import Progress
from gan.models.generator import ModelError
from gan.presets import preset
from gan.runs.pairs import tie
from gan.runs.run import Run
from gan.storage.checkpoint_file import KEY
from gan.storage.run_lock import LockOwner
from tests.panels import functions

ME = "a" * 32
SMALL = preset("default", width=4, batch_size=8, steps=1000)
FILES = ("config.json", "history.jsonl", "vitals.jsonl", "about.json", "pair.json")
FILES += ("checkpoint.safetensors", "model.safetensors", "training.json", "evaluation.json")
FILES += ("snapshots/00000010.png", "snapshots/00000010.safetensors")
ODD = {  # JSON texts in place of a number
    "huge": "1" + "0" * 400,
    "beyond Python's limit": "9" * 5000,
    "not a number": "NaN",
    "infinite": "-Infinity",
    "overflows": "1e999",
    "large": "1e308",
    "negative": "-5",
    "fraction": "1.5",
    "nothing": "null",
    "text": '"\\ud800"',
    "list": "[[]]",
    "deep": "[" * 20_000 + "]" * 20_000,
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Two runs side by side, with one of each file; tests damage copies of the first."""
    root = tmp_path_factory.mktemp("runs")
    for name in ("good", "bad"):
        run = Run.create(SMALL, root / name)
        for _ in range(10):
            run.advance()
        run.keep_snapshot()
        run.configure({"lr_d": 1e-4})
        run.save()
        run.close()
        (root / name / "vitals.jsonl").write_text(
            '{"step": 10, "frechet": 3.5, "frechet_error": 0.1, "classes": [5, 0], "d_real": [1]}\n'
        )
        (root / name / "about.json").write_text('{"title": "x", "classes": ["a"], "owner": "b"}')
        (root / name / "evaluation.json").write_text('{"model_id": "x", "figures": {"frechet": 1}}')
        owner = json.dumps(vars(LockOwner.this_process()))
        (root / name / "training.json").write_text(owner)
    tie(root / "good", root / "bad")
    return root


def damages(data):
    """Yield each damaged version of a file's content; None is a folder in its place."""
    yield from (b"", None, b"\0" * 100, b"\xff\xfe{", data[: len(data) // 2], b"[]", b"3", b"{}")
    for part in range(1, 8):
        middle = len(data) * part // 8
        yield data[:middle] + bytes([data[middle] ^ 0x20]) + data[middle + 1 :]
    yield b'{"a":' + ODD["deep"].encode() + b"}"
    if data[:1] == b"{":
        first = json.loads(data.splitlines()[0] if b"}\n{" in data else data)
        yield from (text + b"\n" for text in odd_values(first))
    elif KEY.encode() in data:
        length = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + length])
        numbers = json.loads(header["__metadata__"][KEY])
        configs = odd_values(numbers.get("config", {}))
        inner = (json.dumps(numbers | {"config": "@"}).encode().replace(b'"@"', c) for c in configs)
        for text in [*odd_values(numbers), *inner]:
            header["__metadata__"][KEY] = text.decode()
            yield with_header(json.dumps(header).encode(), data[8 + length :])
        yield with_header(b'{"a":' + ODD["deep"].encode() + b"}", data[8 + length :])
        yield with_header(b'{"__metadata__":[' + b"[]," * 1_000_000 + b"[]]}", data[8 + length :])


def odd_values(known):
    """Yield the JSON object with an odd value in place of each, and with odd names."""
    for number, key in enumerate(known):
        for kind, odd in enumerate(ODD.values()):
            if number and (number + kind) % 5:  # the first in all ways, the others in a few
                continue
            yield json.dumps(known | {key: "@"}).replace('"@"', odd).encode()
    yield json.dumps(known | {"\ud800": 1, "x" * 50_000: 1}).encode()


def with_header(header, rest):
    """Return a safetensors file."""
    return len(header).to_bytes(8, "little") + header + rest


def all_answers(studio, do, watched, pairs):
    """Call everything that lists or shows runs; return the answers."""
    names = ["good", "bad"]
    compared = [do["compare"]({"runs": pair}) for pair in (names, names[::-1])]
    polls = [watched.poll({"who": ME, "show": name}) for name in (*names, "")]
    frames = watched.frames({"run": "bad", "steps": [0, 10]})
    listed = do["listed"]({"who": ME})
    menu = choices(studio)
    assert "good" in listed["names"] and listed["cards"]["good"]["state"] == "can be resumed"
    assert all("error" not in poll for poll in polls if poll["cursor"]["run"] == "good")
    assert "run:good" in dict(map(reversed, menu))
    for step in ("", "@10"):
        try:
            studio.generator("", f"run:bad{step}")
        except ModelError as error:
            compared.append(str(error))
    return [compared, polls, frames, listed, menu, pairs.poll({"who": ME})]


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_harms_no_list(trained, tmp_path, name):
    root = shutil.copytree(trained, tmp_path / "runs")
    studio = Studio(Settings(runs=root, models=tmp_path, public=True))
    path, do = root / "bad" / name, functions(panel.build, studio)
    try:
        for content in damages(path.read_bytes()):
            path.unlink() if path.is_file() else path.rmdir()
            path.mkdir() if content is None else path.write_bytes(content)
            answers = all_answers(studio, do, Progress(studio), Pairs(studio))
            assert json.loads(orjson.dumps(answers))  # as Gradio sends them
    finally:
        studio.close()


def test_odd_names_harm_no_list(trained, tmp_path):
    root = shutil.copytree(trained, tmp_path / "runs")
    for name in ("\u00b2" * 8, "\u0665" * 8, "9" * 200, "-0000001", "0000001\n"):
        (root / "bad" / "snapshots" / f"{name}.png").write_bytes(b"x")
        (root / "bad" / "milestones" / f"{name}.safetensors").write_bytes(b"x")
    for name in (b"\xff\xfe", b"a\nb", b"\xe7\x8c\xab"):
        shutil.copytree(root / "bad", os.fsdecode(os.fsencode(root / "c") + name))
    studio = Studio(Settings(runs=root, models=tmp_path, public=True))
    do = functions(panel.build, studio)
    answers = all_answers(studio, do, Progress(studio), Pairs(studio))
    studio.close()
    assert json.loads(orjson.dumps(answers))
    assert sorted(answers[3]["names"]) == ["bad", "c\u732b", "good"]
