"""The real app in a process of its own, and what tests do with its page."""

from __future__ import annotations

import base64
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest

from tests.fake_hub import FakeHub

ROOT = Path(__file__).parents[2]
HERO = ".ls-hero"
BADGE = ".ls-badge"
LOOP = "#interpolate .ls-plate canvas"


class App:
    """A server at `address` that keeps its runs in `folder`; it can go away and come back.

    `hub` is the Hub that it knows; `settings` are further environment variables.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = str(probe.getsockname()[1])
        self.address = f"http://127.0.0.1:{self._port}"
        self._folder, self._settings = folder, settings
        self._temporary = folder / "tmp"
        self._temporary.mkdir()
        self.hub, self.hub_cache = FakeHub(), folder / "hub"
        self.start()

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        env = {
            **os.environ,
            "GRADIO_SERVER_PORT": self._port,
            "LATENT_STUDIO_RUNS": str(self._folder / "runs"),
            "LATENT_STUDIO_HUB_CACHE": str(self.hub_cache),
            "LATENT_STUDIO_FIRST_MODEL": "mnist",  # smaller and known: most tests are not about it
            "TMPDIR": str(self._temporary),
            "HF_ENDPOINT": self.hub.address,
            "HF_HOME": str(self._folder / "hf"),
            **self._settings,
        }
        log = self._folder / "app.log"
        with open(log, "wb") as out:
            self._server = subprocess.Popen(
                [sys.executable, "app.py"], cwd=ROOT, env=env, stdout=out, stderr=out
            )
        for _ in range(600):
            try:
                urllib.request.urlopen(self.address, timeout=5).close()
                return
            except OSError:
                assert self._server.poll() is None, log.read_text()
                time.sleep(0.2)
        pytest.fail("the app did not start: " + log.read_text())

    def kill(self) -> None:
        """End the server as a power cut would."""
        self._server.kill()
        self._server.wait(60)

    def left_over(self) -> list[Path]:
        """What its exports have not cleared away (yet)."""
        return list(self._temporary.glob("latent-studio-*/latent-studio-*"))

    def stop(self) -> None:
        """Stop the server as whoever runs it would."""
        self._server.terminate()
        self._server.wait(60)


def pixels(page, selector=HERO):
    """What a canvas shows, as an array (h,w,4)."""
    width, height, data = page.eval_on_selector(
        selector,
        """c => {
            const { data } = c.getContext("2d").getImageData(0, 0, c.width, c.height);
            const text = Array.from(data, (byte) => String.fromCharCode(byte)).join("");
            return [c.width, c.height, btoa(text)];
        }""",
    )
    return np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width, 4)


def changes(page, selector, before, timeout_s=30):
    """Wait until a canvas shows other pixels, and return them."""
    return _wait(page, selector, timeout_s, "never changed", lambda now: not same(now, before))


def painted(page, selector=HERO, timeout_s=30):
    """Wait until a canvas shows more than one colour."""
    page.wait_for_selector(selector)
    _wait(page, selector, timeout_s, "stayed blank", lambda now: now[..., :3].std() > 5)


def still(page, selector=HERO, timeout_s=30):
    """Wait until a canvas has shown the same for a fifth of a second, and return its pixels."""
    seen = [np.zeros(0)] * 4

    def stays(now):
        seen[:] = [*seen[1:], now]
        return all(same(now, one) for one in seen)

    return _wait(page, selector, timeout_s, "never came to rest", stays)


def moved(page, before):
    """What the big picture shows once it has changed and come to rest."""
    changes(page, HERO, before)
    return still(page)


def _wait(page, selector, timeout_s, trouble, enough):
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        now = pixels(page, selector)
        if enough(now):
            return now
        time.sleep(0.05)
    pytest.fail(f"{selector} {trouble}")


def same(one, other):
    """Whether two pictures are equal in every pixel."""
    return one.shape == other.shape and bool((one == other).all())


def close(one, other):
    """Whether they differ by one level at most: the server's last bit may not be the browser's."""
    return one.shape == other.shape and np.abs(one.astype(int) - other).max() <= 1


def tab(page, name):
    """Open a tab."""
    page.get_by_role("tab", name=name).click()


def drag(page, locator, *points):
    """Press the mouse at the first of some points (x, y: shares of the box), go on, let go."""
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    for number, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        if number == 0:
            page.mouse.down()
    page.mouse.up()


def explore(visit, where="browser", **options):
    """A visitor's page whose Explore tab has its first picture, drawn where it says it is."""
    page = visit(**options)
    page.locator(f"{BADGE}[data-where={where}]").wait_for()
    painted(page)
    still(page)
    return page


def row(page, name):
    """The row of the direction with this name, and the gate that slides on its strip."""
    gate = page.get_by_role("slider", name=name, exact=True)
    return page.locator(".ls-dir", has=gate), gate


def press(page, name):
    """Push a button of the Explore tab."""
    page.locator("#explore").get_by_role("button", name=name, exact=True).click()


def seed(page):
    """The seed shown."""
    return page.get_by_label("Seed", exact=True).first.input_value()


def interpolate(visit, **options):
    """A visitor's page whose Interpolate tab plays its loop."""
    page = visit(**options)
    tab(page, "Interpolate")
    painted(page, LOOP)
    return page
