"""Side by side in a real page: one click starts both, and the last pair outlives the page."""

import json

import pytest

from tests.browser.app import tab


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
