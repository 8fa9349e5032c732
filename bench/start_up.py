"""How soon the server answers and the page shows something, and the memory they take.

    python bench/start_up.py [--starts 5] [--train-s 60]

Starts `python app.py` again and again, the disk's caches warm, and times it from the start of the
process to the first answered request; in a headless Chromium, from there to the page's first paint
and to Explore's picture. Then the imports, by `-X importtime`, the heaviest packages first. Then
the resident memory of the server and all its processes, while the page is open and a default run
goes on: the most there was, and the median of the last ten seconds. The last line is one JSON
object; `memory_mb` is the most.
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
SETTLED = 20  # looks, two a second
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
PICTURE = """() => { const hero = document.querySelector("#explore .ls-hero");
  return hero && hero.getContext("2d").getImageData(0, 0, hero.width, hero.height)
    .data.some((value, i) => i % 4 < 3 && value > 128); }"""


def start(browser: Browser) -> dict[str, float]:
    """One start of the app: seconds until it answers, until the page paints, and its memory."""
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
    """Seconds that all imports of the app take, and those of each package's own modules."""
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
    """MB while a default run goes on with the page open."""
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
    """Measure all of it and print it."""
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
