"""Measure the latency from a slider move to its image, and what the page loads.

    python bench/slider_latency.py

Opens the app in a headless Chromium and drags a direction's slider step by step. Each step is timed
from the slider's `input` event to the first animation frame that finds changed pixels in the main
image: below 16.7 ms, the image is drawn within the same frame of the screen. Measured idle, with
100 ms of added network latency, and during training; beside it the same drag done the usual Gradio
way (bench/support/gradio_slider.py). The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from bench.support.serving import quantile, serve
from tests.browser import chromium

GATE = "#explore .ls-gate"
# moves the first slider as soon as it exists and waits for changed pixels
FIRST = """
const begin = () => {
  const hero = document.querySelector("#explore .ls-hero");
  const gate = document.querySelector("#explore .ls-gate");
  if (!hero || !gate) return requestAnimationFrame(begin);
  const look = () => hero.getContext("2d").getImageData(0, 0, hero.width, hero.height).data.join();
  const before = look();
  gate.value = 2.5;
  gate.dispatchEvent(new Event("input", {bubbles: true}));
  const wait = () => {
    if (look() === before) return requestAnimationFrame(wait);
    const [page] = performance.getEntriesByType("navigation");
    window.firstInteractiveMs = performance.now() - page.responseEnd;
  };
  wait();
};
begin();
"""
# times every `input` event until the value of `look` changes
WATCH = """look => {
  const see = new Function("return " + look);
  window.taken = [];
  let [begun, before] = [null, see()];
  document.addEventListener("input", event => { begun ??= event.timeStamp; }, true);
  const frame = () => {
    const now = see();
    if (now !== before) {
      if (begun !== null) window.taken.push(performance.now() - begun);
      [begun, before] = [null, now];
    }
    requestAnimationFrame(frame);
  };
  frame();
}"""
SEE_CANVAS = """(() => { const c = document.querySelector("#explore .ls-hero");
  return c.getContext("2d").getImageData(0, 0, c.width, c.height).data.join(); })()"""
SEE_IMAGE = """(() => { const i = document.querySelector("#picture img");
  return i && i.complete ? i.src : window.lastSeen; })()"""
GRID = """async times => {
  const map = document.querySelector("#explore .ls-map canvas");
  const other = document.querySelector("#explore .ls-map-row button");
  const look = () => map.getContext("2d").getImageData(0, 0, map.width, map.height).data.join();
  const taken = [];
  for (let i = 0; i < times; i++) {
    await new Promise(done => setTimeout(done, 300));
    const before = look();
    const start = performance.now();
    other.click();
    while (look() === before) await new Promise(requestAnimationFrame);
    taken.push(performance.now() - start);
  }
  return taken;
}"""


def drag(page: Page, slider: str, see: str, steps: int) -> list[float]:
    """Drag a slider; return the milliseconds from each of `steps` events to changed pixels."""
    page.evaluate(WATCH, see)
    box = page.locator(slider).first.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    for step in range(steps):
        # back and forth over the middle of the slider, never to the same position twice
        share = 0.5 + 0.3 * (1 if step % 2 else -1) * (0.4 + 0.6 * random.random())
        done = page.evaluate("taken.length")
        page.mouse.move(box["x"] + box["width"] * share, y)
        page.wait_for_function(f"taken.length > {done}", polling=50, timeout=20_000)
        page.wait_for_timeout(random.random() * 30)
    page.mouse.up()
    return page.evaluate("taken")[-steps:]


def report(name: str, taken: list[float]) -> dict[str, float]:
    """Print one line; return the rounded quantiles."""
    p50, p95 = statistics.median(taken), quantile(taken, 0.95)
    print(f"{name:44} p50 {p50:6.1f} ms   p95 {p95:6.1f} ms   of {len(taken)}", flush=True)
    return {"p50": round(p50, 1), "p95": round(p95, 1)}


class Traffic:
    """The requests of a page and their sizes in bytes."""

    def __init__(self, session: CDPSession) -> None:
        self.addresses: dict[str, str] = {}
        self.bytes: dict[str, int] = {}
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._came)

    def _asked(self, event: dict[str, Any]) -> None:
        self.addresses[event["requestId"]] = event["request"]["url"]

    def _came(self, event: dict[str, Any]) -> None:
        self.bytes[event["requestId"]] = event["encodedDataLength"]

    def panel(self) -> int:
        """Return the bytes of our static files and server functions."""
        ours = ("/studio/static/", "component_server")
        return sum(
            size
            for request, size in self.bytes.items()
            if any(part in self.addresses.get(request, "") for part in ours)
        )


def value_size(page: Page) -> int:
    """Return the bytes of the panel's value inside the HTML."""
    return page.evaluate(
        """() => gradio_config.components.filter(c => c.props.elem_id === "explore")
            .reduce((sum, c) => sum + JSON.stringify(c.props).length, 0)"""
    )


def measure_ours(browser: Browser, address: str, steps: int) -> dict[str, float]:
    """Measure the app."""
    first, figures = [], {}
    for _ in range(5):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.add_init_script(FIRST)
        page.goto(address)
        page.wait_for_function("window.firstInteractiveMs", timeout=60_000)
        first.append(page.evaluate("firstInteractiveMs") / 1000)
        page.close()
    print(f"first interactive image after the HTML: {', '.join(f'{s:.2f}' for s in first)} s")
    page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
    session = page.context.new_cdp_session(page)
    traffic = Traffic(session)
    page.goto(address)
    page.get_by_text("generated in your browser").wait_for()
    page.wait_for_timeout(1500)
    loaded, inside = traffic.panel(), value_size(page)
    requests, size = len(traffic.addresses), sum(traffic.bytes.values())
    print(f"the first tab costs {requests} requests and {size / 1000:.0f} kB, compressed")
    print(f"the panel fetches {loaded / 1000:.0f} kB; {inside / 1000:.0f} kB came with the page")
    idle = report("drag, idle", drag(page, GATE, SEE_CANVAS, steps))
    asked = len(traffic.addresses)
    conditions = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.emulateNetworkConditions", {**conditions, "latency": 100})
    delayed = report("drag, 100 ms of added latency", drag(page, GATE, SEE_CANVAS, steps))
    print(f"requests to the server during that drag: {len(traffic.addresses) - asked}")
    session.send("Network.emulateNetworkConditions", {**conditions, "latency": 0})
    grid = page.evaluate(GRID, 20)
    print(f"5 x 5 neighbours: p50 {statistics.median(grid):.1f} ms, {quantile(grid, 0.95):.1f} p95")
    page.get_by_role("tab", name="Train").click()
    page.locator("input[type=number]:visible").first.fill("100000")
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_text("images/s").wait_for(timeout=60_000)
    page.wait_for_timeout(5000)
    page.get_by_role("tab", name="Explore").click()
    page.wait_for_timeout(2000)
    training = report("drag, while training", drag(page, GATE, SEE_CANVAS, steps))
    page.get_by_role("tab", name="Train").click()
    page.get_by_role("button", name="Stop", exact=True).click()
    figures = {
        "drag_p50_ms": idle["p50"],
        "drag_p95_ms": idle["p95"],
        "training_p50_ms": training["p50"],
        "training_p95_ms": training["p95"],
        "delay100_p50_ms": delayed["p50"],
        "grid25_ms": round(statistics.median(grid), 1),
        "first_interactive_s": round(statistics.median(first), 2),
        "panel_kb": round((loaded + inside) / 1000, 1),
        "first_tab_requests": requests,
        "first_tab_kb": round(size / 1000),
    }
    page.close()
    return figures


def main() -> None:
    """Measure both ways in one browser."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=200, help="moves per drag")
    steps = parser.parse_args().steps
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find())
        with serve() as (address, _):
            figures = measure_ours(browser, address, steps)
        with serve("bench/support/gradio_slider.py") as (address, _):
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(address)
            page.locator("#picture img").wait_for()
            page.wait_for_timeout(1000)
            usual = report(
                "the usual Gradio way", drag(page, "input[type=range]", SEE_IMAGE, steps)
            )
        browser.close()
    print(json.dumps(figures | {"gradio_p50_ms": usual["p50"], "gradio_p95_ms": usual["p95"]}))


if __name__ == "__main__":
    main()
