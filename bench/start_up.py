"""Measure the start-up time and the memory of the server.

    python bench/start_up.py [--starts 5] [--train-s 60]

Starts `python app.py` several times with warm disk caches and times it from the start of the
process to the first response, then in a headless Chromium to the page's first paint and to the
image of Explore. Then lists the import times (`-X importtime`) by package. Then measures the
resident memory of the server and its child processes while a default run trains with the page open:
the maximum (`memory_mb`) and the median of the last ten seconds. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from bench.support.memory import Memory, resident_mb
from bench.support.serving import ROOT, serve
from tests.browser import chromium

HEAVIEST = 15
SETTLED = 20  # measurements, two per second
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
PICTURE = """() => { const hero = document.querySelector("#explore .ls-hero");
  return hero && hero.getContext("2d").getImageData(0, 0, hero.width, hero.height)
    .data.some((value, i) => i % 4 < 3 && value > 128); }"""


def start(browser: Browser) -> dict[str, float]:
    """Start the app once; return its times in seconds and its idle memory."""
    begun = time.perf_counter()
    with serve() as (address, pid):
        answers_s = time.perf_counter() - begun
        page, opened = (
            browser.new_page(viewport={"width": 1280, "height": 800}),
            time.perf_counter(),
        )
        page.goto(address)
        page.wait_for_function(PICTURE, timeout=60_000)
        picture_s = time.perf_counter() - opened
        paint_s = page.evaluate(PAINTED) / 1000
        memory = resident_mb(pid)
        page.close()
    return {
        "answers_s": answers_s,
        "first_paint_s": paint_s,
        "picture_s": picture_s,
        "idle_memory_mb": memory,
    }


def imports() -> tuple[float, dict[str, float]]:
    """Return the seconds of all imports of the app, and those of the slowest packages."""
    code = "import app, gan.system.machine, demo.settings, demo.server.studio, demo.ui"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    own: Counter[str] = Counter()
    for microseconds, name in re.findall(
        r"^import time:\s+(\d+) \|.*\|\s+(\S+)$", done.stderr, re.M
    ):
        own[name.split(".")[0]] += int(microseconds) / 1e6
    return sum(own.values()), dict(own.most_common(HEAVIEST))


def memory_of_a_run(browser: Browser, seconds: float) -> dict[str, float]:
    """Return the memory in MB while a default run trains with the page open."""
    with serve() as (address, pid), Memory(pid) as memory:
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
        page.goto(address)
        page.get_by_role("tab", name="Train").click()
        page.get_by_role("button", name="Start", exact=True).click()
        page.get_by_text("images/s").wait_for(timeout=60_000)
        page.wait_for_timeout(1000 * seconds)
        page.close()
    settled = statistics.median(memory.seen[-SETTLED:])
    return {"memory_mb": round(max(memory.seen)), "settled_memory_mb": round(settled)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--train-s", type=float, default=60, help="of the run, in seconds")
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find())
        start(browser)  # warms the caches
        starts = [start(browser) for _ in range(options.starts)]
        figures = {
            name: round(statistics.median(each[name] for each in starts), 2) for name in starts[0]
        }
        for name, value in figures.items():
            print(f"{name:18}{value:9.2f}   of {', '.join(f'{s[name]:.2f}' for s in starts)}")
        imports_s, heaviest = imports()
        print(f"\nimports: {imports_s:.2f} s, of which")
        for name, seconds in heaviest.items():
            print(f"  {name:24}{seconds:7.2f} s")
        figures |= {"imports_s": round(imports_s, 2)} | memory_of_a_run(browser, options.train_s)
        browser.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
