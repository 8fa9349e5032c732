"""Visitors of a server, who use it as the page does."""

from __future__ import annotations

import io
import json
import secrets
import time
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from bench.clients.http_calls import Call, send

JSON = {"content-type": "application/json"}
SMALL = {"width": 4, "batch_size": 4, "z_dim": 8}
CLASSES = ("quokkas", "numbats")


def images_zip(color: int) -> bytes:
    """Return a zip of small pictures in two folders."""
    out, rng = io.BytesIO(), np.random.default_rng(color)
    with zipfile.ZipFile(out, "w") as packed:
        for number in range(24):
            picture = Image.fromarray(rng.integers(0, 255, (32, 32, 3), np.uint8))
            file = io.BytesIO()
            picture.save(file, "PNG")
            packed.writestr(f"{CLASSES[number % 2]}/{number}.png", file.getvalue())
    return out.getvalue()


class Visitor:
    """A visitor with a token, who calls server functions as the page does."""

    def __init__(self, port: int, components: dict[str, int]) -> None:
        self.token = secrets.token_hex(16)
        self.headers = JSON | {"x-studio-who": self.token}
        self._port, self._components = port, components

    def call(self, panel: str, name: str, **payload: Any) -> dict[str, Any]:
        """Call a server function; raise RuntimeError if it fails or refuses."""
        body = {
            "data": {"who": self.token} | payload,
            "component_id": self._components[panel],
            "fn_name": name,
            "session_hash": "s" + self.token[:10],
        }
        path = "/gradio_api/component_server/"
        return self._ask(Call(name, "POST", path, json.dumps(body).encode(), self.headers))

    def upload(self, path: str, body: bytes) -> dict[str, Any]:
        """Upload to one of our own routes."""
        return self._ask(Call(path, "POST", path, body, {"x-studio-who": self.token}))

    def small_run(self, steps: int, **settings: Any) -> str:
        """Train a tiny run to its end; return its name."""
        made = self.call("train-form", "start", settings=SMALL | {"steps": steps} | settings)
        until(lambda: self.standing()["state"] == "done", "a small run")
        return made["run"]

    def standing(self) -> dict[str, Any]:
        """Return what the form says of the current run."""
        return self.call("train-form", "status")

    def _ask(self, call: Call) -> dict[str, Any]:
        answer = send(self._port, call)
        found = json.loads(answer.body) if answer.status == 200 else {"error": answer.status}
        if "error" in found or "refused" in found:
            raise RuntimeError(f"{call.target}: {found}")
        return found


def until(good: Callable[[], Any], what: str, seconds: float = 60) -> None:
    """Wait; raise TimeoutError if it does not happen."""
    end = time.monotonic() + seconds
    while not good():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come within {seconds:.0f} s")
        time.sleep(0.1)
