"""What visitors who drag a slider all at once cost the server.

    PYTHONPATH=. python bench/visitors.py --visitors 100

Opens the real app in so many pages of a headless Chromium, each with a cache of its own. Then all
of them move a slider at every frame for ten seconds, and the requests they make and the server's
processor time are compared with as long a time in which nobody does anything. The last line is one
JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

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


def measure(pages: list[Page], pid: int, requests: list[str], seconds: float) -> dict[str, float]:
    """The server's cost of a while of nothing, and of the same while of everybody's drag."""
    start, asked = processor_s(pid), len(requests)
    time.sleep(seconds)
    idle_s = processor_s(pid) - start
    start, asked = processor_s(pid), len(requests)
    begun = time.monotonic()
    for page in pages:
        page.evaluate(DRAG, seconds)
    pages[0].wait_for_timeout(1000 * seconds)
    took = time.monotonic() - begun
    drag_s = processor_s(pid) - start
    moves = [page.evaluate("[moves, changes]") for page in pages]
    return {
        "visitors": len(pages),
        "moves": sum(move for move, _ in moves),
        "pictures": sum(change for _, change in moves),
        "fewest_pictures_of_a_visitor": min(change for _, change in moves),
        "requests_during_drag": len(requests) - asked,
        "server_idle_cpu_percent": round(100 * idle_s / seconds, 1),
        "server_drag_cpu_percent": round(100 * drag_s / took, 1),
    }


def main() -> None:
    """Start the app, let everybody in, measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=10)
    wish = parser.parse_args()
    requests: list[str] = []
    with sync_playwright() as playwright, serve() as (address, pid):
        browser = playwright.chromium.launch(executable_path=chromium.find())
        pages, before = [], processor_s(pid)
        for count in range(wish.visitors):
            page = browser.new_context(viewport={"width": 800, "height": 600}).new_page()
            page.on("request", lambda request: requests.append(request.url))
            page.goto(address, timeout=120_000)
            page.get_by_text("drawn in your browser").wait_for(timeout=120_000)
            pages.append(page)
            if count % 10 == 9:
                print(f"{count + 1} visitors have come", flush=True)
        arriving_s = (processor_s(pid) - before) / len(pages)
        pages[0].wait_for_timeout(5000)
        figures = measure(pages, pid, requests, wish.seconds)
        figures["server_cpu_s_per_first_download"] = round(arriving_s, 3)
        browser.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
