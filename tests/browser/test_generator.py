"""What the browser draws by itself is what PyTorch draws, and whatever fails, pictures come."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from gan.config import PRESETS, preset
from gan.generator import Generator
from gan.networks import make_generator
from gan.portable import portable
from gan.trainer import Trainer
from tests.browser.site import Site

MODELS = Path(__file__).parents[2] / "assets/models"
BUNDLED = sorted(path.parent.name for path in MODELS.glob("*/model.safetensors"))
COUNT = 256

TRAINED = list(PRESETS)
RANDOM = {
    "colour-32": preset("default", data="cifar10"),
    "colour-32-unconditional": preset("unconditional", data="cifar10", z_dim=7),
    "colour-64": preset("default", data="cifar10", image_size=64),
    "grey-64": preset("default", image_size=64, width=8),
    "odd-width": preset("default", width=5, z_dim=3),
    "colour-mlp": preset("article", data="cifar10"),
}


def trained(name, data):
    """A preset after a few steps, small batches."""
    trainer = Trainer(preset(name, steps=6, batch_size=16), data, torch.device("cpu"))
    for _ in range(6):
        trainer.step()
    return Generator(trainer.config, trainer.ema)


def randomised(config):
    """Any config, with batch norms that do something."""
    torch.manual_seed(1)
    network = make_generator(config)
    for norm in network.modules():
        if isinstance(norm, nn.BatchNorm2d):
            nn.init.normal_(norm.weight, 1, 0.3)
            nn.init.normal_(norm.bias, 0, 0.3)
            norm.running_mean.normal_(0, 0.3)
            norm.running_var.uniform_(0.3, 2)
    return Generator(config, network)


@pytest.fixture(scope="module")
def generators(tiny_data):
    """A function from a name of the lists above to its generator."""

    @cache
    def made(name):
        if name in RANDOM:
            return randomised(RANDOM[name])
        return Generator.load(MODELS / name) if name in BUNDLED else trained(name, tiny_data)

    return made


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def page(page, site):
    """The site's empty page, with a `server` of its own: see SERVER."""
    site.serve(page)
    page.goto(site.address)
    page.evaluate(SERVER)
    return page


DRAW = """async ({file, kind, zs, weights}) => {
    const [{ Generator }, { loadKernels, plain }] =
        await Promise.all(["generator", "kernels"].map((name) => import(`./${name}.js?v=1`)));
    const makeKernels = kind === "plain" ? plain : await loadKernels("./kernels.wasm?v=1");
    if (kind === "wasm" && makeKernels.kind !== kind) throw new Error("no WebAssembly here");
    const bytes = Uint8Array.from(atob(file), (c) => c.charCodeAt(0));
    // the page's own copy of what the worker reads: right only if both are
    const model = Generator.follow(Generator.read(bytes, makeKernels).plan(), makeKernels);
    const size = model.shape.reduce((a, b) => a * b);
    const pixels = new Uint8ClampedArray(zs.length * size);
    zs.forEach((z, i) => {
        model.draw(z, weights[i] ?? [], pixels.subarray(i * size, (i + 1) * size));
    });
    let text = "";
    for (let i = 0; i < pixels.length; i += 4096) {
        text += String.fromCharCode(...pixels.subarray(i, i + 4096));
    }
    return [model.model_id, model.shape, btoa(text)];
}"""


def latents_and_weights(generator, count=COUNT):
    rng = np.random.default_rng(0)
    z = rng.standard_normal((count, generator.z_dim)).astype(np.float32)
    if not generator.classes:
        return z, None
    weights = np.eye(generator.classes, dtype=np.float32)[np.arange(count) % generator.classes]
    blended = rng.dirichlet(np.ones(generator.classes) * 0.3, count // 2)
    weights[::2] = blended.astype(np.float32)
    return z, weights


@pytest.mark.parametrize("name", [*BUNDLED, *TRAINED, *RANDOM])
def test_the_browser_draws_what_pytorch_draws(page, generators, name):
    generator = generators(name)
    file = base64.b64encode(portable(generator)).decode()
    z, weights = latents_and_weights(generator)
    wanted = generator.sample(z, weights)
    assert wanted.std() > 1  # a grey nothing would agree with anything
    # plain JavaScript takes ten times as long
    for kind, count in (("wasm", COUNT), ("plain", COUNT // 8)):
        wish = {
            "file": file,
            "kind": kind,
            "zs": z[:count].tolist(),
            "weights": [] if weights is None else weights[:count].tolist(),
        }
        model_id, shape, drawn = page.evaluate(DRAW, wish)
        assert (model_id, tuple(shape)) == (generator.model_id, generator.shape)
        drawn = np.frombuffer(base64.b64decode(drawn), np.uint8).reshape(count, *shape)
        assert np.abs(drawn.astype(int) - wanted[:count]).max() <= 1, kind


# --- the engine ---------------------------------------------------------------------------------

SERVER = """() => {
    // draws one grey level, `level`, in pictures of `side`; each answer waits for `server.hold`
    window.server = {
        side: 28, level: 7, hold: null, draws: [], wishes: [], answers: {},
        async draw(payload) {
            this.draws.push(payload);
            await this.hold;
            if (this.offline) throw new Error("connection lost");
            if (this.sentence) return { error: this.sentence };
            const bytes = String.fromCharCode(this.level).repeat(this.side ** 2 * payload.z.length);
            const count = payload.z.length;
            return { h: this.side, w: this.side, c: 1, count, pixels: btoa(bytes), model_id: "s" };
        },
        async weights(payload) {
            this.wishes.push(payload);
            const answer = { ...this.answers[payload.model] };
            if (answer.model_id === payload.have || payload.file === false) delete answer.file;
            if (!answer.model_id) return { error: "There is no such model." };
            return answer;
        },
    };
    window.workers = 0;
    if (window.Worker) {
        const Real = window.Worker;
        window.Worker = class extends Real {
            constructor(...all) { super(...all); window.workers += 1; }
        };
    }
    window.start = async () => {
        const { Engine } = await import("./engine.js?v=1");
        const engine = new Engine(server);
        engine.places = [];
        engine.news = [];
        engine.onwhere = (where) => engine.places.push(where);
        engine.onweights = (id) => engine.news.push(id);
        return engine;
    };
    window.rows = (count, value = 0.5) => Array(count).fill(Array(64).fill(value));
    window.until = async (done) => {
        for (let i = 0; !done(); i += 1) {
            if (i > 500) throw new Error(`never: ${done}`);
            await new Promise((next) => setTimeout(next, 10));
        }
    };
    // draws until the browser does it
    window.settle = async (engine, model = "m") => {
        for (let i = 0; engine.where !== "browser"; i += 1) {
            if (i > 500) throw new Error("the browser never drew");
            await engine.draw(model, rows(1), [3]);
            await new Promise((next) => setTimeout(next, 10));
        }
    };
}"""


@pytest.fixture(scope="module")
def small():
    """A conditional model of 28 px and the answer of `weights` for it."""
    generator = randomised(preset("default", width=8))
    return generator, answer_for(generator)


def answer_for(generator, live=False):
    file = base64.b64encode(portable(generator)).decode()
    return {"model_id": generator.model_id, "live": live, "file": file}


def offer(page, answer, model="m"):
    page.evaluate("([model, answer]) => { server.answers[model] = answer; }", [model, answer])


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


def crash(how):
    """The worker's handler, with something else in the place of the fourth drawing."""
    return (
        "let drawn = 0;\n"
        "self.onmessage = async ({ data }) => {\n"
        f'  if (data.do === "draw" && ++drawn === 4) {{ {how} }}\n'
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
    site.change("worker.js", "self.onmessage = async ({ data }) => {\n", crash(how))
    site.change("weights.js", "draw: 10,", "draw: 0.5,")
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
    "lack", ["no Worker", "no worker.js", "broken worker.js", "no kernels.js", "refused", "large"]
)
def test_what_is_missing_leaves_the_drawing_to_the_server(page, site, small, lack):
    if lack == "no Worker":
        page.evaluate("() => { delete window.Worker; }")
    if lack == "no worker.js":
        site.files["worker.js"] = None
    if lack == "broken worker.js":
        site.files["worker.js"] = b"this is no script"
    if lack == "no kernels.js":
        site.files["kernels.js"] = None
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


def test_without_webassembly_plain_javascript_draws(page, site, small):
    generator, answer = small
    site.files["kernels.wasm"] = b"no module at all"
    site.change("kernels.js", "export function plain(floats) {", TOLD)
    offer(page, answer)
    image = page.evaluate(
        """async () => {
            let plain = 0;
            new BroadcastChannel("plain").onmessage = () => { plain += 1; };
            const engine = await start();
            await settle(engine);
            const image = await engine.draw("m", rows(1), [3]);
            await until(() => plain);
            return { ...image, pixels: [...image.pixels] };
        }"""
    )
    wanted = generator.sample(np.full((1, 64), 0.5), 3).ravel().astype(int)
    assert np.abs(np.array(image["pixels"]) - wanted).max() <= 1


TOLD = """export function plain(floats) {
  new BroadcastChannel("plain").postMessage("");
"""


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


def test_newer_weights_of_a_run_are_taken_over_while_drawing_goes_on(page, site, small):
    site.change("weights.js", "const LIVE_S = 3;", "const LIVE_S = 0.1;")
    site.change("weights.js", "this.look(), 500)", "this.look(), 20)")
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
    site.change("weights.js", "const LIVE_S = 3;", "const LIVE_S = 0.05;")
    site.change("weights.js", "this.look(), 500)", "this.look(), 20)")
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
    site.change("worker.js", "const held = new Map();", COUNTED)
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
