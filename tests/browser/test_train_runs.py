"""Runs of the server on the page: as files they come and go; they are named, compared, deleted."""

import re

import pytest

from gan.presets import preset
from gan.runs.archive import pack
from gan.runs.run import Run
from gan.runs.unpack import unpack
from tests.browser.app import tab

SMALL = preset("default", width=4, batch_size=8, steps=100_000)


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """The zip of a run of twenty steps, as a file."""
    folder = tmp_path_factory.mktemp("made")
    run = Run.create(SMALL, folder / "20260102-030405-mnist")
    for step in range(20):
        run.advance()
        if step % 10 == 9:
            run.keep_snapshot()
    run.save()
    file = folder / "run.zip"
    file.write_bytes(b"".join(pack(run.folder)))
    return file


def open_runs(visit, **options):
    page = visit(**options)
    tab(page, "Train")
    page.locator(".tr-views").get_by_role("tab", name="Runs").click()
    page.locator(".ru-bar").wait_for()
    return page


def card(page, title):
    return page.get_by_role("article", name=title, exact=True)


def bring(page, file, title):
    """Upload a run and give it a name."""
    page.locator(".ru input[type=file]").set_input_files(file)
    page.locator(".ru-line", has_text="Run uploaded").wait_for()
    unnamed = page.locator(".ru-card").filter(has_text=re.compile(r"MNIST(-\d)?, 2026-01-02"))
    unnamed.get_by_role("button", name="Rename").click()
    page.keyboard.type(title)
    page.keyboard.press("Enter")
    card(page, title).wait_for()


def press(page, title, name):
    card(page, title).get_by_role("button", name=name, exact=True).click()


@pytest.mark.slow
def test_a_run_comes_plays_is_compared_goes_out_and_away(visit, packed, tmp_path):
    page = open_runs(visit)
    page.locator(".ru input[type=file]").set_input_files(
        {"name": "a.zip", "mimeType": "application/zip", "buffer": b"nonsense"}
    )
    page.locator(".ru-line .ls-error", has_text="must be a zip file").wait_for()
    bring(page, packed, "one")
    bring(page, packed, "two")
    picture = card(page, "one").locator("img")
    page.wait_for_function(
        "image => image.complete && image.naturalWidth", arg=picture.element_handle()
    )
    assert picture.evaluate("image => [image.naturalWidth, image.clientWidth]") == [280, 280]

    # whoever comes later sees them, and the titles; on a phone nothing goes beyond the screen
    other = open_runs(visit, width=390, height=844)
    card(other, "two").wait_for()
    assert other.evaluate("document.documentElement.scrollWidth") <= 390
    assert card(other, "one").get_by_text("Stopped at step 20 of 100,000").is_visible()

    for title in ("one", "two"):
        card(page, title).get_by_label("Select").check()
    page.get_by_role("button", name="Compare").click()
    page.get_by_text("The settings are identical.").wait_for()
    assert page.locator(".ru-beside canvas").count() == 2  # the losses: nobody took vital signs
    assert page.locator(".ru-beside thead th").all_inner_texts() == ["A: one", "B: two"]
    page.get_by_role("button", name="Back to the list").click()

    with page.expect_download() as started:
        card(page, "two").get_by_role("link", name="Download").click()
    started.value.save_as(tmp_path / "out.zip")
    again = Run.resume(unpack(tmp_path / "out.zip", tmp_path / "runs", 10**8))
    assert again.step == 20 and [row["step"] for row in again.rows] == [10, 20]

    press(page, "one", "Delete")
    page.get_by_text("“one” deleted.").wait_for()
    card(page, "one").wait_for(state="detached")
    page.get_by_role("button", name="Undo", exact=True).click()
    card(page, "one").wait_for()

    press(page, "one", "Use model")
    page.get_by_text("now use the model “one”.").wait_for()
    press(page, "one", "Watch")
    page.locator("#train canvas").first.wait_for()
    page.locator("#train .tr-at").filter(has_text="20").wait_for()
    tab(page, "Runs")
    press(page, "two", "Watch")
    page.locator("#train .tr-shown", has_text="two").wait_for()
    page.get_by_role("button", name="Use this model").click()  # the one that is shown
    page.get_by_text("now use the model “two”.").wait_for()


@pytest.mark.slow
def test_a_run_is_gone_on_with_and_cannot_be_deleted_meanwhile(visit, packed):
    page = open_runs(visit)
    bring(page, packed, "three")
    press(page, "three", "Resume")
    page.locator("#train .tr-status", has_text="Training").wait_for()
    page.locator(".tr-views").get_by_role("tab", name="Runs").click()
    card(page, "three").get_by_text(re.compile("^Training, step")).wait_for()
    assert card(page, "three").get_by_role("button", name="Delete").is_disabled()
    assert not page.locator("#train-form").is_visible()  # the list has the whole width
    tab(page, "Watch")
    page.locator("#train-form").get_by_role("button", name="Stop", exact=True).click()
    tab(page, "Runs")
    card(page, "three").get_by_text(re.compile("^Stopped at step")).wait_for()
    for title in ("one", "two", "three"):
        if card(page, title).count():
            press(page, title, "Delete")
            card(page, title).wait_for(state="detached")
