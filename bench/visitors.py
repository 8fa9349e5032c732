"""Measure a server that a hundred visitors come to, while one of them trains.

    python bench/visitors.py [--visitors 100] [--pages 5] [--within 60]

One visitor trains the default run. The others open the page, one after the other within a minute:
some as pages of a headless Chromium, each with its own cache; the rest repeat the requests that
such a page makes before its first picture, over six connections, and then watch the run, as the
Watch tab does, until all are there. (A hundred pages are too many for one machine: an idle Gradio
page takes 4 % of a core.) At last the pages move a slider at every frame for ten seconds, for which
they need no server. The last line is one JSON object:

- `first_picture_p95_s`: of a page until its picture is painted, of the others until they have all
  that it needs. `page_first_picture_s`: of the pages alone, the slowest.
- `failures`: requests that failed, pages without a picture, and a run that did not go on.
- `server_cpu_share`: of all cores, what the server used while they came, without the training
  itself, which is `training_cpu_share`. `server_rss_mb`: its memory at most.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Error, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from bench.clients.crowd import Crowd, Request
from bench.clients.http_calls import Call, send
from bench.clients.visitor import Visitor, until
from bench.start_up import PICTURE
from bench.support.memory import Memory
from bench.support.serving import quantile, serve
from gan.system.priority import TRAINING
from tests.browser import chromium

DRAG_S = 10
DRAG = """seconds => {
  const gate = document.querySelector("#explore .ls-gate");
  const hero = document.querySelector("#explore .ls-hero");
  const look = () => hero.getContext("2d").getImageData(0, 0, hero.width, hero.height).data.join();
  const end = performance.now() + 1000 * seconds;
  let before = look();
  window.changes = 0;
  const move = () => {
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


def processor_s(pid: int) -> tuple[float, float]:
    """Return the CPU seconds of a process without its training threads, and of these (Linux)."""
    ticks, training = _ticks(Path(f"/proc/{pid}/stat"))[0], 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        used, nice = _ticks(task / "stat")
        training += used if nice >= TRAINING else 0
    second = os.sysconf("SC_CLK_TCK")
    return (ticks - training) / second, training / second


def _ticks(stat: Path) -> tuple[int, int]:
    try:
        fields = stat.read_text().rsplit(")", 1)[1].split()
    except OSError:  # the thread has ended
        return 0, 0
    return int(fields[11]) + int(fields[12]), int(fields[16])


def first_picture(browser: Browser, address: str) -> tuple[Page, float, list[Request]]:
    """Open the page; return it, the seconds to its picture, and the requests until then."""
    page = browser.new_context(viewport={"width": 800, "height": 600}).new_page()
    asked: list[Any] = []
    answered: set[Any] = set()
    page.on("request", lambda request: asked.append(request))
    page.on("requestfinished", lambda request: answered.add(request))
    begun = time.monotonic()
    page.goto(address, timeout=60_000)
    page.wait_for_function(PICTURE, timeout=60_000)
    took, needed = time.monotonic() - begun, []
    for request in [one for one in asked if one in answered]:
        url = urlsplit(request.url)
        path = url.path + (f"?{url.query}" if url.query else "")
        # no streams that stay open
        if url.scheme == "http" and "/queue/" not in path and "/heartbeat" not in path:
            needed.append(Request(path, request.post_data or ""))
    return page, took, needed


def drag(pages: list[Page]) -> dict[str, int]:
    """Move a slider on all pages at once; return the requests this made and the pictures drawn."""
    asked: list[str] = []
    for page in pages:
        page.on("request", lambda request: asked.append(request.url))
        page.evaluate(DRAG, DRAG_S)
    pages[0].wait_for_timeout(1000 * DRAG_S)
    changes = [page.evaluate("changes") for page in pages]
    return {"requests_during_drag": len(asked), "fewest_pictures_of_a_page": min(changes)}


def main() -> None:
    """Start the app, let the visitors come and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=100)
    parser.add_argument("--pages", type=int, default=5, help="how many of them are browser pages")
    parser.add_argument("--within", type=float, default=60, help="seconds in which they come")
    options = parser.parse_args()
    failures = Counter[str]()
    with sync_playwright() as playwright, serve() as (address, pid):
        browser = playwright.chromium.launch(executable_path=chromium.find())
        port = urlsplit(address).port
        config = json.loads(send(port, Call("config", "GET", "/config")).body)
        parts = {each["props"].get("elem_id"): each["id"] for each in config["components"]}
        page, _, needed = first_picture(browser, address)
        page.context.close()
        owner = Visitor(port, parts)
        owner.call("train-form", "start", settings={"steps": 100_000})
        until(lambda: owner.standing()["state"] == "running", "training")
        crowd = Crowd(port, needed, parts["train"])
        begun, before = time.monotonic(), processor_s(pid)
        arrivals = [begun + options.within * n / options.visitors for n in range(options.visitors)]
        of_pages = arrivals[:: max(1, options.visitors // options.pages)][: options.pages]
        others, end = sorted(set(arrivals) - set(of_pages)), begun + options.within
        threads = [threading.Thread(target=crowd.come, args=(at, end)) for at in others]
        pages: list[Page] = []
        pages_s: list[float] = []
        with Memory(pid) as memory:
            for thread in threads:
                thread.start()
            for at in of_pages:
                time.sleep(max(0.0, at - time.monotonic()))
                try:
                    page, took, _ = first_picture(browser, address)
                    pages.append(page)
                    pages_s.append(took)
                except Error as error:
                    failures[f"a page: {error.message.splitlines()[0]}"] += 1
            for thread in threads:
                thread.join()
        took_s, after = time.monotonic() - begun, processor_s(pid)
        standing = owner.standing()
        if standing["state"] != "running":
            failures[f"the run: {standing['state']}"] += 1
        failures += crowd.failures
        cores = took_s * (os.cpu_count() or 1)
        for why, count in failures.most_common():
            print(f"{count} failures: {why}")
        figures = {
            "visitors": options.visitors,
            "first_picture_p95_s": round(quantile([*pages_s, *crowd.pictures_s], 0.95), 2),
            "failures": failures.total(),
            "server_cpu_share": round((after[0] - before[0]) / cores, 3),
            "server_rss_mb": round(max(memory.seen)),
            "training_cpu_share": round((after[1] - before[1]) / cores, 3),
            "first_picture_median_s": round(quantile([*pages_s, *crowd.pictures_s], 0.5), 2),
            "page_first_picture_s": round(max(pages_s), 2),
            "pages": len(pages),
            "requests_a_visit": len(needed),
            "polls": crowd.polls,
            "steps_trained": standing["step"],
            "within_s": round(took_s, 1),
        }
        figures |= drag(pages)
        browser.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
