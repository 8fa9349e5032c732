"""Side by side in a real page: one click starts both, and the last pair outlives the page."""

import json

import pytest

from tests.browser.app import tab
from tests.browser.site import open_page


def side_by_side(visit, **options):
    """A visitor's page with that view open."""
    page = visit(**options)
    tab(page, "Train")
    tab(page, "Side by side")
    page.locator("#train-compare .du-list").wait_for(state="attached")
    return page


def button(page, name):
    return page.locator("#train-compare").get_by_role("button", name=name, exact=True)


def stop_what_goes_on(page):
    stop = button(page, "Stop")
    if stop.is_visible() and stop.is_enabled():
        stop.click()
    page.wait_for_function(
        "!/Training|Paused/.test(document.querySelector('.du-status').innerText)"
    )


def status(page, word):
    page.locator("#train-compare .du-status b", has_text=word).wait_for()


ARENA = """async ([sides, goal]) => {
    const { arena } = await import("./train/compare/arena.js");
    const { fill } = await import("./core/dom.js");
    const say = (key, values) => fill(words[key], values ?? {});
    const pair = { names: ["a", "b"], goal, images: [1, 1] };
    const server = { frames: async () => ({ frames: {} }) };
    const shown = arena(document.body, {
        names: ["A", "B"], pair, server, words, at: null, onStep: () => {}, say });
    await shown.update({ sides, outcome: null });
    const label = document.querySelector(".du-film output").textContent;
    const row = [...document.querySelectorAll("tr")].find((one) => /^Measured/.test(one.innerText));
    return [label, ...[...row.querySelectorAll("td")].map((one) => one.textContent)];
}"""


@pytest.mark.parametrize(
    ("early", "goal", "told"),
    [
        # in step: measured at the same step, though one was measured again since
        ({}, 3000, ["step 120", "step 100", "step 100"]),
        ({"error": "Not finite."}, 3000, ["steps 90 and 120", "step 50", "step 120"]),
        ({}, 120, ["steps 90 and 120", "step 50", "step 120"]),  # ended early, without an error
    ],
)
def test_a_run_is_shown_at_its_newest_step_though_the_other_ended_early(browser, early, goal, told):
    def side(step, *measured):
        signs = [[step, 1, 1, 1, 1, 1, 0, 1, 1, [10] * 10] for step in measured]
        return {"state": "running", "step": step, "reset": True, "vitals": signs, "picture": ""}

    steps = (120, 100) if told[1] == "step 100" else (90, 50)
    page = open_page(browser)
    sides = [side(*steps) | early, side(120, 50, 100, 120)]
    assert page.evaluate(ARENA, [sides, goal]) == told
    page.close()


@pytest.mark.slow
def test_two_runs_are_started_watched_held_and_compared(visit, app):
    page = side_by_side(visit)
    try:
        button(page, "Start both: Tutorial MLP and convolutional network").click()
        status(page, "Training")
        # both have pictures, and figures of their own
        page.wait_for_function(
            "[...document.querySelectorAll('.du-plate')].every(p => p.dataset.empty === 'no')"
            " && [...document.querySelectorAll('#train-compare table tr:nth-child(3) td')]"
            ".every(td => Number(td.innerText.replace(/,/g, '')) > 0)"
        )
        button(page, "Pause").click()
        status(page, "Paused")

        watcher = side_by_side(visit, width=390, height=844)
        status(watcher, "Paused")
        assert button(watcher, "Stop").is_disabled()
        assert watcher.evaluate("document.documentElement.scrollWidth") == 390

        page.reload()
        tab(page, "Train")
        tab(page, "Side by side")
        status(page, "Paused")
        seen = page.locator("#train-compare table tr:nth-child(3) td").all_inner_texts()
        steps = [int(images.replace(",", "")) for images in seen]
        assert steps[0] == 4 * steps[1] > 0  # the article's batch is four times ours: in step
        button(page, "Stop").click()
        status(page, "Stopped")
        page.locator("#train-compare .du-outcome", has_text="One run each").wait_for()
    finally:
        stop_what_goes_on(page)
    folders = sorted((app._folder / "runs").glob("*/pair.json"))
    assert len(folders) >= 2 and json.loads(folders[0].read_text())["first"] is True
    assert button(page, "Resume").is_enabled()
