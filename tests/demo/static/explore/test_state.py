"""The state of the Explore tab without a browser: latents, locks, undo and blended classes."""

import pytest

from tests.node import run_node

START = """
const v = await import("./latent/vectors.js");
const { LatentStore, fitted, fitsClasses } = await import("./explore/state.js");
const c = await import("./latent/class_weights.js");
const { latent } = await import("./latent/latents.js");
let now = 0;
performance.now = () => now;
const store = new LatentStore(() => {});
const begin = () => store.begin({ seed: 1, z: latent(1, 64), classes: 3, scale: 1 });
begin();
const unit = (seed) => v.times(1 / v.norm(latent(seed, 64)), latent(seed, 64));
const [a, b, d] = [unit(11), unit(12), unit(13)];
const at = (axis) => v.dot(axis, store.state.z);
const near = (x, y, room = 1e-4) => Math.abs(x - y) < room;
const same = (x, y) => x.every((value, i) => value === y[i]);
const facts = {};
"""


@pytest.fixture
def facts(tmp_path):
    """Run a script that imports the modules; all values of its `facts` must be true."""

    def run(script):
        found = run_node(tmp_path, f"{START}{script}\ngive(facts);")
        assert found and all(value is True for value in found.values()), found

    return run


def test_a_slide_sets_its_coordinate_and_moves_nothing_across(facts):
    facts("""
    const across = v.without(b, v.basis([a]));
    const before = v.dot(across, store.state.z);
    store.slide(a, 2.5, "a");
    facts.reaches = near(at(a), 2.5);
    facts.across = near(v.dot(across, store.state.z), before);
    facts.edited = store.moved();
    """)


def test_locked_directions_stay_in_slides_and_new_samples(facts):
    facts("""
    store.lock([a, b]);
    const held = [at(a), at(b)];
    const stays = () => near(at(a), held[0]) && near(at(b), held[1]);
    store.slide(d, -2, "d");
    facts.slides = near(at(d), -2) && stays();
    const seen = new Set();
    for (let seed = 0; seed < 20; seed += 1) {
      store.setSeed(seed);
      facts[`sown ${seed}`] = stays() && store.state.seed === seed;
      seen.add(Math.round(1000 * at(d)));
    }
    facts.moves = seen.size > 15;
    const { state } = store;
    store.slide(a, 3, "a"); // itself
    const both = v.blend(1, a, 1, b);
    store.slide(v.times(1 / v.norm(both), both), 3, "both");
    facts.unmoved = same(store.state.z, state.z);
    store.lock([a, a, v.times(-1, a)]); // the same one thrice
    store.slide(b, 1, "b");
    facts.once = near(at(b), 1) && near(at(a), held[0]);
    store.lock([]);
    store.setSeed(5);
    facts.free = same(store.state.z, latent(5, 64)) && !store.moved();
    """)


def test_undo_goes_back_move_by_move_and_a_drag_is_one(facts):
    facts("""
    const first = store.state;
    for (let i = 0; i < 30; i += 1) {
      now += 50;
      store.slide(a, i / 10, "a");
    }
    const dragged = store.state;
    now += 50;
    store.slide(b, 1, "b"); // another direction is another move
    const second = store.state;
    now += 5000;
    store.slide(b, 2, "b"); // and so is the same one after a rest
    const third = store.state;
    store.undo();
    facts.rest = store.state === second;
    store.undo();
    facts.other = store.state === dragged;
    store.undo();
    facts.drag = store.state === first;
    store.undo();
    facts.end = store.state === first;
    for (let i = 0; i < 5; i += 1) store.redo();
    facts.redo = store.state === third;
    store.undo();
    store.slide(d, 1, "d");
    const forked = store.state;
    store.redo();
    facts.fork = store.state === forked;
    for (let i = 0; i < 1000; i += 1) store.setSeed(i);
    facts.bounded = store.past.length <= 500;
    begin();
    store.undo();
    facts.begun = same(store.state.z, latent(1, 64));
    """)


def test_a_search_is_one_move_however_long_it_takes(facts):
    facts("""
    const first = store.state;
    for (let i = 0; i < 5; i += 1) {
      now += 3000;
      store.go({ z: latent(i, 64) }, "find:1");
    }
    store.undo();
    facts.back = store.state === first;
    """)


def test_interpolated_latents_keep_the_norm(facts):
    facts("""
    const [p, q, r] = [latent(1, 64), latent(2, 64), v.times(1.2, latent(3, 64))];
    const gap = (x, y) => v.norm(v.blend(1, x, -1, y));
    facts.ends = near(gap(v.arc(p, q, 0), p), 0) && near(gap(v.arc(p, q, 1), q), 0);
    const level = v.times(v.norm(p) / v.norm(q), q);
    for (const t of [0.1, 0.3, 0.5, 0.9]) {
      facts[`length ${t}`] = near(v.norm(v.arc(p, level, t)), v.norm(p));
    }
    facts.twins = same(v.arc(p, p, 0.5), p);
    const opposite = v.arc(p, v.times(-1, p), 0.5);
    facts.finite = opposite.every(Number.isFinite);
    const corners = [[0, 0, p], [1, 0, q], [0, 1, r]];
    facts.corners = corners.every(([u, w, at]) => near(gap(v.onPlane([p, q, r], u, w), at), 0));
    const lengths = [p, q, r].map(v.norm);
    for (const [u, w] of [[0.5, 0], [0.3, 0.3], [0.5, 0.5], [-0.4, 0.4], [-1, -1]]) {
      const length = v.norm(v.onPlane([p, q, r], u, w));
      facts[`plane ${u} ${w}`] =
        length > 0.99 * Math.min(...lengths) && length < 1.01 * Math.max(...lengths);
    }
    const span = v.basis([a, b, v.blend(0.5, a, -2, b), d]);
    facts.rank = span.length === 3;
    facts.orthonormal = span.every((x, i) =>
      span.every((y, k) => near(v.dot(x, y), Number(i === k))));
    """)


def test_blends_are_single_classes_at_their_ends(facts):
    facts("""
    facts.ends = c.mixed(3, 8, 0, 10) === 3 && c.mixed(3, 8, 1, 10) === 8;
    facts.one = c.mixed(3, 3, 0.5, 10) === 3;
    const mix = c.mixed(3, 8, 0.3, 10);
    facts.shares = mix.length === 10 && near(mix[3], 0.7) && near(mix[8], 0.3);
    facts.sum = near(mix.reduce((x, y) => x + y), 1);
    const { a: first, b: second, t } = c.parts(mix);
    facts.parts = first === 3 && second === 8 && near(t, 0.3);
    const again = c.tidy(c.weightsOf(mix, 10));
    facts.tidy = c.tidy(c.weightsOf(4, 10)) === 4 && again.every((w, i) => near(w, mix[i]));
    facts.not = Array.isArray(c.tidy([1, 0.5, 0])) && Array.isArray(c.tidy([0.5, 0, 0]));
    facts.fits = fitsClasses(9, 10) && fitsClasses(0, 0) && fitsClasses(mix, 10);
    facts.wrong = ![10, -1, 1.5, null, "3", [1, 2]].some((odd) => fitsClasses(odd, 10));
    """)


def test_another_model_keeps_what_fits_it(facts):
    facts("""
    const model = { z_dim: 64, classes: 10, first: { seed: 7 } };
    const fresh = fitted(model, null, null);
    facts.fresh = fresh.seed === 7 && same(fresh.z, latent(7, 64)) && fresh.scale === 1;
    const kept = { seed: 5, z: a, classes: 9, scale: 0.5 };
    facts.all = fitted(model, kept, null).z === a && fitted(model, null, kept).scale === 0.5;
    const small = fitted({ z_dim: 8, classes: 3, first: { seed: 7 } }, null, kept);
    facts.small = same(small.z, latent(5, 8)) && small.classes === 0;
    """)
