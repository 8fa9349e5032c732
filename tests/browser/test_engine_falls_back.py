"""What fails in the browser is drawn elsewhere, and nobody who asked is told."""

from __future__ import annotations

import pytest

from tests.browser.engine import offer


@pytest.fixture
def page(engine_page):
    return engine_page


def crash(how):
    """The worker's handler, with something else in the place of the second drawing."""
    return (
        "let drawn = 0;\n"
        "self.onmessage = async ({ data }) => {\n"
        f'  if (data.do === "draw" && ++drawn === 2) {{ {how} }}\n'
    )


@pytest.mark.parametrize(
    "how",
    [
        'setTimeout(() => { throw new Error("boom"); }); return;',
        'self.postMessage({ id: data.id, error: "boom" }); return;',
        "self.close(); return;",
    ],
)
def test_a_worker_that_dies_in_the_middle_loses_no_request(page, site, small, how):
    site.change("engine/worker.js", "self.onmessage = async ({ data }) => {\n", crash(how))
    site.change("engine/weights.js", "draw: 10,", "draw: 0.5,")
    offer(page, small[1])
    found = page.evaluate(
        """async () => {
            const engine = await start();
            await settle(engine);
            const [strip, hero] = await Promise.all([
                engine.draw("m", rows(100), [], "strip"), engine.draw("m", rows(1), [3]),
            ]);
            const after = await engine.draw("m", rows(1), [3]);
            return [strip.count, [...new Set(strip.pixels)], after.model_id, engine.places,
                server.draws.map((one) => one.z.length).filter((n) => n > 1)];
        }"""
    )
    assert found == [100, [7], "s", ["server", "browser", "server"], [60, 40]]


@pytest.mark.parametrize(
    "lack",
    [
        "no Worker",
        "no worker.js",
        "broken worker.js",
        "no kernels.js",
        "no WASM",
        "refused",
        "large",
    ],
)
def test_what_is_missing_leaves_the_drawing_to_the_server(page, site, small, lack):
    if lack == "no Worker":
        page.evaluate("() => { delete window.Worker; }")
    if lack == "no worker.js":
        site.files["engine/worker.js"] = None
    if lack == "broken worker.js":
        site.files["engine/worker.js"] = b"this is no script"
    if lack == "no kernels.js":  # in the worker: the page has its own
        site.change("engine/worker.js", "./kernels.js", "./gone.js")
        site.files["engine/gone.js"] = None
    if lack == "no WASM":
        site.files["engine/kernels.wasm"] = b"no module at all"
    if lack == "large":
        offer(page, {"model_id": "aa", "live": False, "portable": False})
    elif lack != "refused":
        offer(page, small[1])
    places = page.evaluate(
        """async () => {
            const engine = await start();
            for (let i = 0; i < 30; i += 1) {
                const { model_id } = await engine.draw("m", rows(1), [3]);
                if (model_id !== "s") throw new Error("who?");
                await new Promise((next) => setTimeout(next, 10));
            }
            return engine.places;
        }"""
    )
    assert places == ["server"]


def test_an_offline_server_is_told_from_a_refusal_and_the_browser_draws_on(page, small):
    offer(page, small[1])
    found = page.evaluate(
        """async () => {
            const engine = await start();
            await settle(engine);
            server.offline = true;
            const image = await engine.draw("m", rows(1), [3]);
            const code = await engine.draw("other", rows(1), [3]).catch((error) => error.code);
            return [image.model_id, code];
        }"""
    )
    assert found == [small[0].model_id, "offline"]
