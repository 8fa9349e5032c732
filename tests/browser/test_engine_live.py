"""Newer weights of a run are taken over, and models that nobody draws are forgotten."""

from __future__ import annotations

import pytest

from gan.models.generator import Generator
from gan.presets import preset
from tests.browser.engine import answer_for, offer
from tests.models import randomised


@pytest.fixture
def page(engine_page):
    return engine_page


def test_newer_weights_of_a_run_are_taken_over_while_drawing_goes_on(page, site, small):
    site.change("engine/weights.js", "const LIVE_S = 3;", "const LIVE_S = 0.1;")
    site.change("engine/weights.js", "const LOOK_MS = 500;", "const LOOK_MS = 20;")
    newer = randomised(preset("default", width=8, seed=1))
    newer.network.fc.weight.mul_(-1)
    newer = Generator(newer.config, newer.network)
    offer(page, {**small[1], "live": True})
    found = page.evaluate(
        """async (answer) => {
            const engine = await start();
            await settle(engine);
            await until(() => server.wishes.length > 3);
            const draws = server.draws.length;
            const news = engine.news.splice(0);
            server.answers.m = answer;
            const seen = [];
            const end = performance.now() + 10000;
            while (seen.at(-1) !== answer.model_id && performance.now() < end) {
                seen.push((await engine.draw("m", rows(1), [3])).model_id);
                await new Promise((next) => setTimeout(next, 1));
            }
            await until(() => engine.news.length);
            return { seen: [...new Set(seen)], gap: server.draws.length - draws, news,
                later: engine.news, wishes: server.wishes };
        }""",
        answer_for(newer, live=True),
    )
    old, new = small[0].model_id, newer.model_id
    assert (found["seen"], found["gap"]) == ([old, new], 0)
    assert (found["news"], found["later"]) == ([old], [new])  # first what the server had not drawn
    assert found["wishes"][1] == {"model": "m", "have": old, "file": True}
    assert page.evaluate("workers") == 1


def test_a_model_that_does_not_train_is_not_asked_about_again(page, site, small):
    site.change("engine/weights.js", "const LIVE_S = 3;", "const LIVE_S = 0.05;")
    site.change("engine/weights.js", "const LOOK_MS = 500;", "const LOOK_MS = 20;")
    offer(page, small[1])
    asked = page.evaluate(
        """async () => {
            const engine = await start();
            await settle(engine);
            for (let i = 0; i < 30; i += 1) {
                await engine.draw("m", rows(1), [3]);
                await new Promise((next) => setTimeout(next, 10));
            }
            return server.wishes.length;
        }"""
    )
    assert asked == 1


def test_the_worker_keeps_only_a_few_models(page, site):
    site.change("engine/worker.js", "const held = new Map();", COUNTED)
    for index in range(7):
        generator = randomised(preset("default", width=4))
        generator.network.fc.bias.add_(index)
        offer(page, answer_for(Generator(generator.config, generator.network)), f"m{index}")
    found = page.evaluate(
        """async () => {
            const sizes = [];
            new BroadcastChannel("held").onmessage = ({ data }) => sizes.push(data);
            const engine = await start();
            for (let i = 0; i < 7; i += 1) {
                engine.where = null;
                await settle(engine, `m${i}`);
            }
            await until(() => sizes.length === 10);
            return [Math.max(...sizes), sizes.at(-1), server.wishes.length];
        }"""
    )
    assert found == [4, 4, 7]


COUNTED = """
const channel = new BroadcastChannel("held");
const held = new (class extends Map {
    set(...all) { super.set(...all); channel.postMessage(this.size); }
    delete(id) { super.delete(id); channel.postMessage(this.size); }
})();
"""
