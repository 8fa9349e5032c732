"""What visitors do: one method for each kind of work that bench/load.py repeats."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from bench.clients.http_calls import Call, send
from bench.clients.visitor import Visitor, images_zip, until
from tests.clips import CLIP
from tests.recipes import PLAIN

POLLS = (("train", "progress"), ("train-form", "status"), ("runs", "listed"), ("images", "images"))
LATENTS = [[0.01 * (row + column) for column in range(64)] for row in range(16)]


class Work:
    """The kinds of work by name, as methods; each does one request, or a few that belong together.

    requests, errors and refused are counted by kind, `took` has the seconds of each piece of work.
    """

    def __init__(self, port: int, config: dict[str, Any]) -> None:
        self.requests, self.refused = Counter[str](), Counter[str]()
        self.errors: dict[str, list[str]] = defaultdict(list)
        self.took: dict[str, list[float]] = defaultdict(list)
        self.flying = Counter[str]()
        self._port = port
        parts = {p["props"].get("elem_id"): p["id"] for p in config["components"]}
        self._events = {each["api_name"]: each["id"] for each in config["dependencies"]}
        self.visitors = [Visitor(port, parts) for _ in range(20)]
        self.headers = self.visitors[0].headers
        self.run = self.visitors[0].small_run(40, width=16)
        self._zip = self._get(f"/studio/runs/{self.run}.zip")
        self._images, self._turn = images_zip(7), 0

    def kinds(self) -> dict[str, Callable[[], Any]]:
        """Return the kinds of work by name."""
        first = self.visitors[0]
        run = f"run:{self.run}"
        return {
            "draw": lambda: first.call("explore", "draw", model="mnist", z=LATENTS),
            "describe": lambda: first.call("explore", "describe", model=run),
            "moments": lambda: first.call(
                "explore", "moments", model=run, steps=[20, 40], z=[[0.5] * 8], labels=[3]
            ),
            "find": self.find,
            "estimate": lambda: first.call("interpolate", "estimate", **CLIP | {"frames": 200}),
            "gif": lambda: self.export("export_clip", CLIP | {"frames": 120, "scale": 8}),
            "mp4": lambda: self.export("export_clip", CLIP | {"frames": 600, "format": "mp4"}),
            "film": lambda: self.export("save_film", {"show": self.run}, "webm", "small"),
            "zip": lambda: self._get(f"/studio/runs/{self.run}.zip"),
            "upload": self.upload,
            "images": self.images,
            "recipe": self.recipe,
            "page": lambda: [self._get(path) for path in ("/", "/config", "/theme.css")],
            "polls": self.polls,
        }

    def heavy(self) -> dict[str, Callable[[], Any]]:
        """Return single requests that give the server much to do, and that it may refuse."""
        row = '{"step": %d, "loss_g": 1.23456, "loss_d": 0.98765, "elapsed_s": %f}\n'
        rows = "".join(row % (step, step / 30) for step in range(400_000))
        history = repacked(self._zip, "history.jsonl", rows.encode())
        picture, pictures = io.BytesIO(), io.BytesIO()
        Image.new("L", (9_900, 9_900)).save(picture, "PNG")
        with zipfile.ZipFile(pictures, "w") as packed:
            for number in range(10):
                packed.writestr(f"{number}.png", picture.getvalue())
        clip = CLIP | {"frames": 3_000, "format": "mp4"}
        visitor = self.visitors[4]
        return {
            "long_history": lambda: refusable(lambda: visitor.upload("/studio/runs", history)),
            "large_pictures": lambda: refusable(
                lambda: visitor.upload("/studio/images?size=128", pictures.getvalue())
            ),
            "long_clip": lambda: refusable(lambda: self.export("export_clip", clip, stay_s=4)),
        }

    def do(self, kind: str, work: Callable[[], Any]) -> None:
        """Do one piece of work and count it."""
        self.requests[kind] += 1
        self.flying[kind] += 1
        begun = time.perf_counter()
        try:
            work()
        except (RuntimeError, OSError, ValueError, LookupError) as error:
            if "{'refused'" in str(error):  # busy, or full
                self.refused[kind] += 1
                time.sleep(0.5)
            else:
                self.errors[kind].append(str(error)[:300])
        self.flying[kind] -= 1
        self.took[kind].append(time.perf_counter() - begun)

    def find(self) -> None:
        """Project a picture until the search has ended."""
        digit = np.zeros((28, 28), np.uint8)
        digit[6:22, 13:16] = 255
        picture = base64.b64encode(digit.tobytes()).decode()
        given: dict[str, Any] = {"picture": picture, "h": 28, "w": 28, "c": 1}
        done = False
        while not done:
            found = self.visitors[1].call("explore", "find", model="mnist", **given)
            given, done = {"state": found["state"]}, found["done"]

    def export(self, event: str, *data: Any, stay_s: float = 120) -> None:
        """Write a file as the page does, and download it."""
        self._turn += 1
        session = f"load{event}{self._turn}"
        body = {"data": data, "fn_index": self._events[event], "session_hash": session}
        self._ask(
            Call(event, "POST", "/gradio_api/queue/join", json.dumps(body).encode(), self.headers)
        )
        follow = Call(event, "GET", f"/gradio_api/queue/data?session_hash={session}")
        text = send(self._port, follow, stream_s=stay_s).body.decode()
        if '"msg":"process_completed"' not in text or '"success":true' not in text:
            raise RuntimeError(f"{event}: {text[-300:]}")
        path = text.rpartition('"path":"')[2].partition('"')[0]
        self._get(f"/gradio_api/file={path}")

    def upload(self) -> None:
        """Upload a run, look at it and delete it."""
        visitor = self.visitors[2]
        name = visitor.upload("/studio/runs", self._zip)["run"]
        visitor.call("train", "progress", show=name)
        visitor.call("runs", "compare", runs=[name, self.run])
        visitor.call("runs", "delete", run=name)

    def images(self) -> None:
        """Upload images, look at them and delete them."""
        visitor = self.visitors[3]
        visitor.upload("/studio/images?name=load.zip&size=32", self._images)
        until(lambda: visitor.call("images", "images")["collections"], "the images")
        for one in visitor.call("images", "images")["collections"]:
            visitor.call("images", "preview", id=one["id"])
            visitor.call("images", "delete", id=one["id"])

    def recipe(self) -> None:
        """Open a link."""
        for kind, plain in (("recipe", PLAIN), ("clip", CLIP)):
            text = base64.urlsafe_b64encode(json.dumps(plain).encode()).rstrip(b"=")
            self._ask(Call("recipe", "POST", "/studio/recipe", f"#{kind}=".encode() + text))

    def polls(self) -> None:
        """Ask what the pages of twenty visitors ask in a second."""
        for visitor in self.visitors:
            for panel, name in POLLS:
                visitor.call(panel, name)

    def _get(self, path: str) -> bytes:
        return self._ask(Call(path, "GET", path))

    def _ask(self, call: Call) -> bytes:
        answer = send(self._port, call)
        if answer.status != 200:
            raise RuntimeError(f"{call.target}: {answer.status} {answer.body[:200]!r}")
        return answer.body


def repacked(packed: bytes, name: str, data: bytes) -> bytes:
    """Return the zip of a run with other content of one file."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(made, "w", 8) as new:
        for one in old.namelist():
            new.writestr(one, data if one.endswith("/" + name) else old.read(one))
    return made.getvalue()


def refusable(work: Callable[[], Any]) -> None:
    """Do what the server may refuse."""
    with contextlib.suppress(RuntimeError):
        work()
