"""Measure server memory and slider latency while the app trains with its page open.

    python bench/long_run.py --minutes 10

Opens the app in a headless Chromium and times slider moves, from the input event to changed pixels
of the main image, before training. Then starts a run, and every half minute reads the server's
resident memory and times slider moves. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from bench.support.serving import serve
from tests.browser import chromium

TIME_MOVES = """async moves => {
    const hero = document.querySelector(".ls-hero");
    const slider = document.querySelector("#explore .ls-gate");
    const look = () => hero.getContext("2d").getImageData(0, 0, hero.width, hero.height).data;
    const taken = [];
    for (let i = 0; i < moves; i++) {
        await new Promise(done => setTimeout(done, 250));
        const before = look();
        slider.value = i % 2 ? -2.5 : 2.5;
        const start = performance.now();
        slider.dispatchEvent(new Event("input", {bubbles: true}));
        while (look().every((x, k) => x === before[k])) {
            if (performance.now() - start > 10000) return null;
            await new Promise(requestAnimationFrame);
        }
        taken.push(performance.now() - start);
    }
    return taken;
}"""


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process in MB (Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1000
    raise ValueError("The server has ended.")


def slider_ms(page: Page, moves: int = 12) -> list[float]:
    """Return the milliseconds from each slider event to changed pixels."""
    page.get_by_role("tab", name="Explore").click()
    page.wait_for_timeout(1000)
    taken = page.evaluate(TIME_MOVES, moves)
    page.get_by_role("tab", name="Train").click()
    if taken is None:
        raise RuntimeError("The image did not change within 10 s.")
    return taken


def measure(address: str, pid: int, minutes: float) -> dict[str, float]:
    """Drive the page and return the metrics."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find())
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
        page.goto(address)
        page.wait_for_selector(".ls-hero")
        idle, busy, memory = slider_ms(page), [], []
        page.get_by_role("button", name="Steps", exact=True).click()  # longer than the time offered
        page.locator("input[name=steps]").fill("100000")
        page.get_by_role("button", name="Start", exact=True).click()
        page.get_by_text("images/s").wait_for(timeout=60_000)
        begun = time.monotonic()
        while time.monotonic() - begun < minutes * 60:
            page.wait_for_timeout(30_000)
            taken = slider_ms(page)
            busy += taken
            memory.append(resident_mb(pid))
            status = page.locator(".tr-status").inner_text().replace("\n", " ")
            print(
                f"{time.monotonic() - begun:4.0f} s  {memory[-1]:6.1f} MB  "
                f"slider {statistics.median(taken):5.1f} ms  {status}",
                flush=True,
            )
        browser.close()
    return {
        "memory_first_mb": memory[0],
        "memory_last_mb": memory[-1],
        "memory_max_mb": max(memory),
        "slider_idle_p50_ms": round(statistics.median(idle), 1),
        "slider_training_p50_ms": round(statistics.median(busy), 1),
        "slider_training_p95_ms": round(sorted(busy)[int(len(busy) * 0.95)], 1),
    }


def main() -> None:
    """Start the app, measure, stop it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    minutes = parser.parse_args().minutes
    with serve() as (address, pid):
        figures = measure(address, pid, minutes)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
