"""Who draws, and when: lanes, replaced wishes, and answers that come late."""

from __future__ import annotations

import numpy as np
import pytest

from tests.browser.engine import offer


@pytest.fixture
def page(engine_page):
    return engine_page


def test_the_server_draws_until_the_weights_are_there_then_the_browser(page, small):
    generator, answer = small
    offer(page, answer)
    z = np.linspace(-1, 1, 5 * 64).reshape(5, 64)
    found = page.evaluate(
        """async (z) => {
            window.engine = await start();
            const first = await engine.draw("m", rows(2), [1, 2]);
            await settle(engine);
            const draws = server.draws.length;
            const images = [];
            for (const labels of [[0, 1, 2, 3, 9], [], z.map(() => Array(10).fill(0.1))]) {
                images.push(await engine.draw("m", z, labels));
            }
            return {
                first: [...first.pixels], places: engine.places, wishes: server.wishes,
                more: server.draws.length - draws, workers,
                images: images.map((one) => ({ ...one, pixels: [...one.pixels] })),
            };
        }""",
        z.tolist(),
    )
    assert found["first"] == [7] * 2 * 784
    assert found["places"] == ["server", "browser"]
    assert found["wishes"] == [{"model": "m", "have": None, "file": True}]
    assert (found["more"], found["workers"]) == (0, 1)
    for image, labels in zip(
        found["images"], (np.array([0, 1, 2, 3, 9]), None, np.full((5, 10), 0.1)), strict=True
    ):
        assert [image[k] for k in ("h", "w", "c", "count")] == [28, 28, 1, 5]
        assert image["model_id"] == generator.model_id
        wanted = generator.sample(z, labels).ravel().astype(int)
        assert np.abs(np.array(image["pixels"]) - wanted).max() <= 1


def test_pictures_wait_a_moment_for_weights_whose_file_is_known(page, site, small):
    site.change("engine/weights.js", "const SOON_MS = 500;", "const SOON_MS = 60000;")
    offer(page, small[1])
    found = page.evaluate(
        """async () => {
            const engine = await start();
            engine.fetch("m", server.answers.m);
            await engine.draw("m", rows(3), [1, 2, 3]);
            const waited = [engine.places, server.draws.length, server.wishes.length];
            engine.fetch("gone", { model_id: "aa", file: "data:;base64,AAAA" });
            await engine.draw("gone", rows(1), [1]);
            return [...waited, server.draws.length];
        }"""
    )
    assert found == [["browser", "server"], 0, 0, 1]


def test_two_panels_share_one_worker_and_one_copy_of_the_weights(page, small):
    offer(page, small[1])
    found = page.evaluate(
        """async () => {
            const [one, other] = [await start(), await start()];
            await Promise.all([settle(one), settle(other)]);
            return [workers, server.wishes.length];
        }"""
    )
    assert found == [1, 1]


def test_the_newest_wins_and_now_goes_first(page, small):
    offer(page, small[1])
    found = page.evaluate(
        """async () => {
            const engine = await start();
            await settle(engine);
            const order = [];
            const ask = (name, count, lane) => engine.draw("m", rows(count), [], lane)
                .then((image) => order.push(image ? name : `${name} replaced`));
            await Promise.all([
                ask("strips", 2000, "strips"), ask("grid", 300, "grid"), ask("old grid", 9, "grid"),
                ask("new grid", 9, "grid"), ask("hero 1", 2, "now"), ask("hero 2", 2, "now"),
            ]);
            return order;
        }"""
    )
    # strips are under way; of those that wait, the newest of each lane is left, in their order
    replaced = [one for one in found if one.endswith("replaced")]
    assert sorted(replaced) == ["grid replaced", "hero 1 replaced", "old grid replaced"]
    assert [one for one in found if one not in replaced] == ["hero 2", "strips", "new grid"]


def test_one_picture_of_a_quick_model_is_there_within_the_frame(page, small):
    offer(page, small[1])
    found = page.evaluate(
        """async () => {
            const engine = await start();
            await settle(engine);
            const strips = engine.draw("m", rows(2000), [], "strips");
            let image = null;
            engine.draw("m", rows(1), [3]).then((drawn) => { image = drawn; });
            for (let i = 0; i < 5; i += 1) await null; // no message can come in between
            return [image?.model_id, image?.count, (await strips).count];
        }"""
    )
    assert found == [small[0].model_id, 1, 2000]


@pytest.mark.parametrize("sentence", [None, "No."])
def test_a_late_answer_of_the_server_does_not_undo_a_newer_picture(page, small, sentence):
    offer(page, small[1])
    found = page.evaluate(
        """async (sentence) => {
            const engine = await start();
            let release;
            server.hold = new Promise((done) => { release = done; });
            const late = engine.draw("m", rows(1), [3]);
            let newer = null;
            const ask = () => engine.draw("m", rows(1), [3]).then((image) => { newer ??= image; });
            await until(() => (ask(), newer));
            server.sentence = sentence;
            release();
            return [await late, newer.model_id, server.draws.length];
        }""",
        sentence,
    )
    assert found == [None, small[0].model_id, 1]


def test_requests_that_make_no_sense_get_the_servers_words(page, small):
    offer(page, small[1])
    found = page.evaluate(
        """async () => {
            const engine = await start();
            await settle(engine);
            server.sentence = "Each latent must be 64 finite numbers.";
            const words = [];
            for (const [z, labels] of [
                [[[1, 2]], [3]], [[], []], [rows(1, NaN), [3]], [rows(1), [10]], [rows(1), [0.5]],
                [rows(1), [[1, 2]]], [rows(2), [3]], [rows(1), [[...Array(9).fill(0), NaN]]],
            ]) {
                await engine.draw("m", z, labels).catch((e) => words.push([e.message, e.code]));
            }
            server.sentence = null;
            return [words, (await engine.draw("m", rows(1), [3])).model_id];
        }"""
    )
    assert found[0] == [["Each latent must be 64 finite numbers.", None]] * 8
    assert found[1] == small[0].model_id
