"""Measure the server load of many visitors who drag a slider at once.

    python bench/visitors.py --visitors 100 --pages 10

Some visitors are pages of a headless Chromium, each with its own cache; the others repeat, all at
once, the requests that such a page makes when it loads. (A hundred pages are too many for one
machine: an idle Gradio page takes 4 % of a core.) Then the pages move a slider at every frame for
ten seconds. Reports the requests during the drag (none) and the server's CPU time, beside that of
an equally long idle time. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from bench.support.serving import serve
from tests.browser import chromium

DRAG = """seconds => {
  const gate = document.querySelector("#explore .ls-gate");
  const hero = document.querySelector("#explore .ls-hero");
  const look = () => hero.getContext("2d").getImageData(0, 0, hero.width, hero.height).data.join();
  const end = performance.now() + 1000 * seconds;
  let before = look();
  window.moves = window.changes = 0;
  const move = () => {
    window.moves += 1;
    gate.value = 2.5 * Math.sin(performance.now() / 300);
    gate.dispatchEvent(new Event("input", {bubbles: true}));
    requestAnimationFrame(() => {
      const now = look();
      window.changes += now !== before;
      before = now;
      if (performance.now() < end) move();
    });
  };
  move();
}"""


def processor_s(pid: int) -> float:
    """Return the CPU seconds that a process has used (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(pages: list[Page], pid: int, visits: list[list], seconds: float) -> dict[str, float]:
    """Measure the server's CPU time while idle, and while all pages drag."""
    start = processor_s(pid)
    pages[0].wait_for_timeout(1000 * seconds)
    idle_s = processor_s(pid) - start
    start, asked = processor_s(pid), sum(map(len, visits))
    begun = time.monotonic()
    for page in pages:
        page.evaluate(DRAG, seconds)
    pages[0].wait_for_timeout(1000 * seconds)
    took = time.monotonic() - begun
    drag_s = processor_s(pid) - start
    moves = [page.evaluate("[moves, changes]") for page in pages]
    return {
        "dragging_pages": len(pages),
        "moves": sum(move for move, _ in moves),
        "pictures": sum(change for _, change in moves),
        "fewest_pictures_of_a_visitor": min(change for _, change in moves),
        "requests_during_drag": sum(map(len, visits)) - asked,
        "server_idle_cpu_percent": round(100 * idle_s / seconds, 1),
        "server_drag_cpu_percent": round(100 * drag_s / took, 1),
    }


def enter(page: Page, address: str) -> list[tuple[str, str | None]]:
    """Open the page; return the growing list of its requests, as (address, body)."""
    asked: list[tuple[str, str | None]] = []
    page.on("request", lambda request: asked.append((request.url, request.post_data)))
    page.goto(address, timeout=120_000)
    page.get_by_text("generated in your browser").wait_for(timeout=120_000)
    page.wait_for_timeout(2000)
    return asked


def fetch(visit: list[tuple[str, str | None]]) -> int:
    """Repeat the requests without a browser; return the bytes received."""
    size = 0
    for address, body in visit:
        if not address.startswith("http") or "/queue/" in address or "/heartbeat" in address:
            continue  # a stream that stays open
        headers = {"Content-Type": "application/json"} if body else {}
        data = body.encode() if body else None
        request = urllib.request.Request(address, data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            size += len(answer.read())
    return size


def main() -> None:
    """Start the app, open the pages and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=100)
    parser.add_argument("--pages", type=int, default=10, help="how many of them are browser pages")
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    with sync_playwright() as playwright, serve() as (address, pid):
        browser = playwright.chromium.launch(executable_path=chromium.find())
        pages = [
            browser.new_context(viewport={"width": 800, "height": 600}).new_page()
            for _ in range(options.pages)
        ]
        visits = [enter(page, address) for page in pages]
        before, begun = processor_s(pid), time.monotonic()
        others = options.visitors - options.pages
        with ThreadPoolExecutor(others) as crowd:
            sizes = list(crowd.map(fetch, [visits[0]] * others))
        figures = {
            "visitors": options.visitors,
            "all_others_in_after_s": round(time.monotonic() - begun, 1),
            "kb_a_visit": round(statistics.median(sizes) / 1000),
            "server_cpu_s_a_visit": round((processor_s(pid) - before) / others, 3),
        }
        print(f"{options.visitors} visitors have loaded the page: {figures}", flush=True)
        figures |= measure(pages, pid, visits, options.seconds)
        browser.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
