"""What Explore sends becomes keyframes of Interpolate's loop, now or when that is opened."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from tests.browser.site import open_page

SEND = """async ([model, key]) => {
    const { sendKey } = await import("/core/keyframe_store.js");
    sendKey(model, key);
}"""
# the panel on its own, with a server that draws black
MOUNT = """async () => {
    document.body.innerHTML = '<div id="at"></div><div class="lc-form"></div>';
    window.wishes = [];
    const labels = Array.from({ length: 10 }, (_, i) => String(i));
    const about = { model_id: "0123456789ab", z_dim: 4, classes: 10, labels, shape: [4, 4, 1] };
    const server = {
        describe: async ({ model }) => ({ model, ...about }),
        weights: async () => ({ model_id: about.model_id, fixed: true, portable: false }),
        draw: async ({ z }) => ({ h: 4, w: 4, c: 1, count: z.length, model_id: about.model_id,
            pixels: btoa("\\0".repeat(z.length * 16)) }),
        estimate: async (wish) => {
            wishes.push(wish);
            return { bytes: 1000, seconds: 1, wait_s: 0 };
        },
    };
    window.props = { value: { model: "mnist" }, max_frames: 300, max_side: 1024, limits };
    const watch = (name, changed) => {
        window.choose = (model) => { props.value = { ...props.value, model }; changed(); };
    };
    const { mount } = await import("/interpolate/index.js");
    const element = document.querySelector("#at");
    await mount({ element, props, trigger: () => {}, watch, server, words });
}"""
FORBID = """for (const name of ["getItem", "setItem"]) {
    Storage.prototype[name] = () => { throw new DOMException("no", "SecurityError"); };
}"""
KEYS = "document.querySelectorAll('.lc-key').length"
BLEND = {"seed": 5, "label": 3, "z": [1, 2, 3, 4], "weights": [0, 0, 0, 0.6, 0, 0, 0, 0, 0.4, 0]}


@pytest.fixture
def context(browser):
    made = browser.new_context()
    yield made
    made.close()


def keys(page):
    return page.locator(".lc-key span").all_inner_texts()


@pytest.mark.parametrize("before", ["", FORBID])
def test_a_key_waits_for_the_panel_and_is_drawn_blended(context, before):
    page = open_page(context, before)
    page.evaluate(SEND, ["mnist", BLEND])
    page.evaluate(MOUNT)
    assert keys(page)[1] == "3+8 · custom" and len(keys(page)) == 6
    assert page.locator(".lc-key").nth(1).get_attribute("aria-selected") == "true"
    page.wait_for_function("wishes.length > 0")
    sent = page.evaluate("wishes.at(-1).keys[1]")
    assert (sent["seed"], sent["class"]) == (BLEND["seed"], BLEND["weights"])
    assert np.frombuffer(base64.b64decode(sent["z"]), "<f4").tolist() == BLEND["z"]
    page.locator(".lc-class select").select_option("7")  # a plain class instead
    assert keys(page)[1] == "7 · custom"
    page.evaluate(MOUNT)
    assert len(keys(page)) == 6  # it came once


def test_a_key_arrives_at_once_and_can_be_undone(context):
    page = open_page(context)
    page.evaluate(MOUNT)
    page.evaluate(SEND, ["mnist", {"seed": 77, "label": 1}])
    assert keys(page)[1] == "1 · 77"
    page.wait_for_function("wishes.at(-1)?.keys.length === 6")
    page.locator("[data-do=undo]").click()
    assert len(keys(page)) == 5


def test_a_key_for_another_model_waits_for_it(context):
    page = open_page(context)
    page.evaluate(MOUNT)
    page.evaluate(SEND, ["other", {"seed": 77, "label": 1}])
    assert len(keys(page)) == 5
    page.evaluate("choose('other')")
    page.get_by_text("1 · 77").wait_for()


def test_a_full_loop_says_what_did_not_fit(context):
    page = open_page(context)
    for seed in range(62):
        page.evaluate(SEND, ["mnist", {"seed": seed, "label": 1}])
    page.evaluate(MOUNT)
    assert page.evaluate(KEYS) == 64
    said = page.locator(".lc-key-error").inner_text()
    assert "at most 64 keyframes; 3 were not added" in said


def test_damaged_keys_are_left_out(context):
    page = open_page(context)
    for key in (None, 7, {}, {"seed": 1}, {"label": 1}, {"seed": 1, "label": 1, "weights": ["x"]}):
        page.evaluate(SEND, ["mnist", key])
    page.evaluate(MOUNT)
    assert len(keys(page)) == 6 and keys(page)[1] == "1 · 1"
    for inbox in ("{", "7", "[null]"):
        page.evaluate("t => sessionStorage.setItem('latent-studio.interpolate.inbox', t)", inbox)
        page.evaluate(SEND, ["mnist", {"seed": 2, "label": 2}])
    assert len(keys(page)) == 9


@pytest.mark.parametrize(
    ("kept", "key"),
    [
        ({"seed": 1, "z": [1, 2, 3, 4], "label": 2}, {"seed": 1, "label": 2, "z": [1, 2, 3, 4]}),
        (
            {"seed": 1, "z": [1, 2, 3, 4], "classes": [0.2, 0.8], "scale": 0.5},
            {"seed": 1, "label": 1, "weights": [0.2, 0.8], "z": [0.5, 1, 1.5, 2]},
        ),
        ({"seed": 1, "z": [1, 2, 3, 4], "classes": 5, "scale": "x"}, None),
        ({"seed": 1, "z": [1, None], "classes": 5}, None),
        (None, None),
    ],
)
def test_what_explore_remembers_becomes_a_key(context, kept, key):
    page = open_page(context)
    found = page.evaluate(
        """async (kept) => {
            localStorage.setItem("latent-studio.explore.mnist", JSON.stringify(kept));
            const { exploring } = await import("/core/keyframe_store.js");
            const { latent } = await import("/latent/latents.js");
            return exploring("mnist", latent, limits);
        }""",
        kept,
    )
    assert found == key
