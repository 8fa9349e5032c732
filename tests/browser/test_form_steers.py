"""The form before a server that the test controls: a run begins, is changed, and goes back."""

import pytest

from demo import text
from demo.settings import Settings
from demo.train import settings_form

MOUNT = """async (given) => {
    for (const sheet of ["core/app", "train/form/form"]) {
        const link = document.createElement("link");
        Object.assign(link, { rel: "stylesheet", href: `${sheet}.css` });
        document.head.append(link);
        await new Promise((done) => { link.onload = done; });
    }
    const element = document.createElement("div");
    element.className = "ls-mount"; // what is hidden takes no room, as on the page
    document.body.replaceChildren(element);
    const { mount } = await import("./train/form/index.js");
    window.run = { state: "idle", run: "", may: "open", place: 0, rewinds: 0, key: "0" };
    const server = {
        status: async () => ({ ...window.run }),
        act: async () => ({ step: 5 }),
        pace: async () => ({ step_s: 0.1, shapes_s: 20, total_s: 180 }),
    };
    const props = { offered: given.offered, limits: { run_s: 300, away_s: 20 } };
    mount({ element, props, trigger() {}, server, words: given.words });
    window.tell = async (values) => {
        Object.assign(window.run, values);
        document.dispatchEvent(new Event("ls:state"));
        await new Promise((next) => setTimeout(next, 50));
    };
    window.tops = () => [...element.children].map((one) => one.getBoundingClientRect().top);
}"""


@pytest.fixture
def form(page, site):
    """The empty page of the site with the form on it; `tell` is what the server says from now."""
    site.serve(page)
    page.goto(site.address)
    mount(page)
    page.get_by_text("about 1,800 steps in 3 min").wait_for()
    return page


def mount(page):
    """Put the form on the page."""
    offered = settings_form.payload(Settings())
    page.evaluate(MOUNT, {"offered": offered, "words": text.catalogue("en")})


def begin(form, **changes):
    config = settings_form.parse({}, Settings()).to_json() | changes
    taken = {"taken": True, "mine": True, "playable": True, "run": "r", "state": "running"}
    form.evaluate("(told) => window.tell(told)", taken | {"config": config, "key": str(changes)})


def test_nothing_moves_when_a_run_begins(form):
    before = form.evaluate("window.tops()")
    begin(form)
    assert form.get_by_role("button", name="Use this model").is_enabled()
    assert form.evaluate("window.tops()") == before


def test_the_time_of_first_shapes_is_shown_before_a_run_and_while_it_begins(form):
    said = form.get_by_text("First shapes after about")
    assert said.inner_text().startswith("First shapes after about 20 s. On this machine")
    begin(form)
    assert not said.is_visible()
    form.evaluate("tell({shapes_s: 141.2})")
    assert said.inner_text() == "First shapes after about 2 min 30 s."
    form.evaluate("tell({shapes_s: null})")
    assert not said.is_visible()
    form.evaluate("tell({taken: false, mine: false, state: 'done'})")
    form.get_by_text("about 1,800 steps in 3 min").wait_for()  # of the next run


def test_a_run_that_goes_back_takes_what_could_be_undone_with_it(form):
    begin(form)
    rate = form.locator(".tf-lr_d input[type=number]")
    rate.fill("0.003")
    rate.press("Enter")
    form.locator(".tf-applied").get_by_text("Learning rate of D: 0.003 from step 5").wait_for()
    undo = form.get_by_role("button", name="Undo")
    begin(form, lr_d=0.003)
    assert undo.is_visible()
    form.evaluate("window.run.rewinds = 1")
    begin(form, lr_d=0.0001)
    assert not undo.is_visible() and rate.input_value() == "0.0001"
    assert form.locator(".tf-applied").inner_text() == ""


def test_what_waits_for_a_step_is_shown_and_can_be_ended_without_saving(form):
    ended = form.get_by_role("button", name="End without saving", exact=True)
    form.evaluate(
        "tell({state: 'running', taken: true, mine: true, stops: true, run: 'a', key: '1'})"
    )
    form.evaluate("tell({requested: '', unsaved: false})")
    assert not ended.is_visible()
    form.evaluate("tell({requested: 'stop'})")
    form.get_by_text("The run stops when the current step ends.").wait_for()
    assert form.get_by_role("button", name="Stop", exact=True).is_disabled()
    assert ended.is_enabled()
    form.evaluate("tell({requested: '', unsaved: true})")  # a full disk
    assert ended.is_visible() and form.get_by_role("button", name="Stop", exact=True).is_enabled()
    ended.click()
    form.evaluate("tell({requested: 'discard'})")
    form.get_by_text("The run ends now, at its last checkpoint.").wait_for()
    assert ended.is_disabled()


def test_help_is_pressed_and_settings_are_basic_or_all_and_by_time_or_by_steps(form):
    about = form.get_by_role("button", name="Seed ?")
    about.click()
    text = form.get_by_role("note", name="The same seed and settings give the same run.")
    assert text.is_visible() and text.evaluate("one => one === document.activeElement")
    form.keyboard.press("Escape")
    assert not text.is_visible() and about.evaluate("one => one === document.activeElement")

    width = form.locator("input[name=width]")
    assert not width.is_visible()
    form.get_by_role("button", name="All", exact=True).click()
    assert width.is_visible()
    form.get_by_label("Preset").select_option("article")  # its networks have a fixed size
    assert not width.is_visible() and form.locator("input[name=z_dim]").is_visible()

    minutes, steps = (form.locator(f"input[name={name}]") for name in ("minutes", "steps"))
    assert minutes.input_value() == "3" and not steps.is_visible()
    minutes.fill("0.5")
    minutes.press("Enter")
    form.get_by_role("button", name="Steps", exact=True).click()
    assert steps.is_visible() and not minutes.is_visible()
    form.get_by_text("10,000 steps in about").wait_for()
    form.get_by_role("button", name="Time", exact=True).click()
    assert minutes.input_value() == "0.5" and not steps.is_visible()

    minutes.fill("61")
    minutes.press("Enter")
    form.get_by_text("Minutes: a number from 0.1 to 60.", exact=True).wait_for()


def test_minutes_and_steps_are_both_remembered(form):
    def press(name):
        form.get_by_role("button", name=name, exact=True).click()

    minutes, steps = (form.locator(f"input[name={name}]") for name in ("minutes", "steps"))
    minutes.fill("20")
    minutes.press("Enter")
    press("Steps")
    steps.fill("700")
    steps.press("Enter")
    form.get_by_text("700 steps in about").wait_for()
    form.reload()
    mount(form)
    assert steps.input_value() == "700" and not minutes.is_visible()
    press("Time")
    assert minutes.input_value() == "20"
    press("Steps")
    assert steps.input_value() == "700"
