"""What visitors who drag a slider all at once cost the server.

    python bench/visitors.py --visitors 100 --pages 10

Some of the visitors are real pages of a headless Chromium, each with a cache of its own; the others
fetch all that such a page fetched when it came, at the same time. (Gradio keeps a page's processor
at 4 % while nothing happens, so a hundred real ones are too many for one machine.) Then the real
ones move a slider at every frame for ten seconds: the requests they make, none, are what a
visitor's drag costs, and the server's processor time is compared with as long a time in which
nobody does anything. The last line is one JSON object.
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
    """Seconds of processor time that a process has used (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(pages: list[Page], pid: int, visits: list[list], seconds: float) -> dict[str, float]:
    """The server's cost of a while of nothing, and of the same while of everybody's drag."""
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
    """Open the page as a visitor does; every request it makes, as (address, body)."""
    asked: list[tuple[str, str | None]] = []
    page.on("request", lambda request: asked.append((request.url, request.post_data)))
    page.goto(address, timeout=120_000)
    page.get_by_text("drawn in your browser").wait_for(timeout=120_000)
    page.wait_for_timeout(2000)
    return asked


def fetch(visit: list[tuple[str, str | None]]) -> int:
    """The same requests without a browser; gives the bytes that came."""
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
    """Start the app, let everybody in, measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=100)
    parser.add_argument("--pages", type=int, default=10, help="how many of them are real pages")
    parser.add_argument("--seconds", type=float, default=10)
    wish = parser.parse_args()
    with sync_playwright() as playwright, serve() as (address, pid):
        browser = playwright.chromium.launch(executable_path=chromium.find())
        pages = [
            browser.new_context(viewport={"width": 800, "height": 600}).new_page()
            for _ in range(wish.pages)
        ]
        visits = [enter(page, address) for page in pages]
        before, begun = processor_s(pid), time.monotonic()
        others = wish.visitors - wish.pages
        with ThreadPoolExecutor(others) as crowd:
            sizes = list(crowd.map(fetch, [visits[0]] * others))
        figures = {
            "visitors": wish.visitors,
            "all_others_in_after_s": round(time.monotonic() - begun, 1),
            "kb_a_visit": round(statistics.median(sizes) / 1000),
            "server_cpu_s_a_visit": round((processor_s(pid) - before) / others, 3),
        }
        print(f"{wish.visitors} visitors have come: {figures}", flush=True)
        figures |= measure(pages, pid, visits, wish.seconds)
        browser.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
