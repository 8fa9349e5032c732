"""A page with an engine, a server that the test controls, and models to draw with."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from gan.models.portable import portable
from gan.presets import preset
from tests.browser.site import Site
from tests.models import randomised

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
        const { Engine } = await import("./engine/engine.js");
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
            if (i > 6000) throw new Error(`never: ${done}`);
            await new Promise((next) => setTimeout(next, 10));
        }
    };
    // draws until the browser does it
    window.settle = async (engine, model = "m") => {
        for (let i = 0; engine.where !== "browser"; i += 1) {
            if (i > 6000) throw new Error("the browser never drew");
            await engine.draw(model, rows(1), [3]);
            await new Promise((next) => setTimeout(next, 10));
        }
    };
}"""


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def engine_page(page, site):
    """The site's empty page, with a `server` of its own: see SERVER."""
    site.serve(page)
    page.goto(site.address)
    page.evaluate(SERVER)
    return page


@pytest.fixture(scope="module")
def small():
    """A conditional model of 28 px and the answer of `weights` for it."""
    generator = randomised(preset("default", width=8))
    return generator, answer_for(generator)


def answer_for(generator, live=False):
    planes = np.frombuffer(portable(generator), np.uint8).reshape(-1, 2).T.tobytes()
    file = "data:;base64," + base64.b64encode(planes).decode()
    return {"model_id": generator.model_id, "live": live, "file": file}


def offer(page, answer, model="m"):
    page.evaluate("([model, answer]) => { server.answers[model] = answer; }", [model, answer])
