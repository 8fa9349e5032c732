"""The plans of JavaScript equal those of Python: latents, timing, tiles and refused clips."""

import numpy as np
import pytest
import torch

from demo.text import catalogue
from gan.latent.curves import ALWAYS_CLOSED, PATH_KEYS
from gan.latent.plan import plan_clip
from gan.latent.tiles import tile
from gan.latent.timing import EASINGS
from gan.models.motion import Motion
from tests.loop_metrics import metrics_of
from tests.node import run_node

START = """
const { PlanError } = await import("./latent/curves.js");
const { Plan } = await import("./latent/plan.js");
const keysOf = ({ z, weights, holds, lengths }) => z.map((row, i) => ({
  z: Float32Array.from(row), classes: weights && Float32Array.from(weights[i]),
  hold: holds[i], length: lengths[i],
}));
"""


def recipes(seed=0):
    """Random ones of all paths, easings, closed, back, tiles and with and without classes."""
    rng = np.random.default_rng(seed)
    for path in PATH_KEYS:
        for easing in EASINGS:
            for index in range(6):
                count = 2 if path == "circle" else int(rng.integers(1 + (path != "walk"), 13))
                d = int(rng.integers(4 if path == "slerp" else 16, 65))
                z = rng.standard_normal((count, d)).astype(np.float32)
                if count > 2 and index in (1, 4):
                    z[1] = z[0] + 0.05 * z[1]  # near keys, whose segment gets its least time
                weights = rng.uniform(-1, 1, (count, 3)).astype(np.float32)
                yield {
                    "z": z,
                    "weights": weights if index % 3 else None,
                    "path": path,
                    "easing": easing,
                    "closed": bool(index & 1),
                    "back": bool(index & 2),
                    "tiles": 1 + index % 3,
                    "even": index > 2,
                    "wander": int(rng.integers(2**32)),
                    "frames": int(rng.integers(2, 60)),
                    "holds": rng.choice([0, 0, 0.7, 8], count).tolist(),
                    "lengths": rng.uniform(0.1, 3, count).tolist(),
                }


def drawn(recipe, motion=None):
    """The plan, and the pictures it was timed by, in the order of the page's probes."""
    given = {name: value for name, value in recipe.items() if name not in ("z", "even")}
    weights = given.pop("weights")
    calls = []

    def draw(z, _):
        pictures = np.clip(128 + 60 * z[:, :4], 0, 255).astype(np.uint8).reshape(-1, 2, 2, 1)
        calls.append((z, pictures))
        return pictures

    plan = plan_clip(
        recipe["z"], weights, draw=draw if recipe["even"] else None, motion=motion, **given
    )
    loops = recipe["tiles"] ** 2
    chunks = [calls[i : i + loops] for i in range(0, len(calls), loops)]
    both = [
        np.concatenate([np.stack([call[part] for call in chunk], axis=1) for chunk in chunks])
        if chunks
        else np.zeros((0, 1))
        for part in (0, 1)
    ]
    return plan, both[0].reshape(-1, recipe["z"].shape[1]), both[1].ravel()


def plain(recipe):
    arrays = ("z", "weights")
    return {k: v.tolist() if k in arrays and v is not None else v for k, v in recipe.items()}


def test_every_frame_is_pythons(tmp_path):
    made = [(recipe, *drawn(recipe)) for recipe in recipes()]
    given = [plain(recipe) | {"pixels": pixels.tolist()} for recipe, _, _, pixels in made]
    found = run_node(tmp_path, START + """
    give(given.map((recipe) => {
      let plan = new Plan({ ...recipe, keys: keysOf(recipe) });
      const { zs, weights } = plan.probes();
      if (zs.length) {
        const pixels = Uint8Array.from(recipe.pixels);
        plan = plan.retime({ h: 2, w: 2, c: 1, count: zs.length, pixels });
      }
      const last = recipe.tiles ** 2 - 1;
      const frames = Array.from({ length: plan.count }, (_, i) => i);
      return {
        probes: zs.map((z) => Array.from(z)), weighted: weights.length,
        u: Array.from(plan.u), anchors: plan.anchors.map((z) => Array.from(z)),
        z: frames.map((i) => Array.from(plan.z(i))),
        last: frames.map((i) => Array.from(plan.z(i, last))),
        weights: frames.map((i) => plan.weights(i) && Array.from(plan.weights(i))),
        figures: plan.figures(), starts: plan.keyTimes, closes: plan.closes,
      };
    }));
    """, given)  # fmt: skip
    assert len(found) == len(made) == 72
    for (recipe, plan, probes, _), js in zip(made, found, strict=True):
        assert len(js["u"]) == recipe["frames"] and js["closes"] is plan.closes
        np.testing.assert_allclose(js["u"], plan.u, atol=1e-5, rtol=0)
        np.testing.assert_allclose(js["z"], plan.z, atol=1e-5, rtol=0)
        other = tile(plan.z, recipe["tiles"] ** 2 - 1)
        np.testing.assert_allclose(js["last"], other, atol=1e-5, rtol=0)
        np.testing.assert_allclose(js["anchors"], plan.anchors, atol=1e-5, rtol=0)
        if plan.weights is None:
            assert js["weights"] == [None] * len(plan.u) and js["weighted"] == 0
        else:
            np.testing.assert_allclose(js["weights"], plan.weights, atol=1e-5, rtol=0)
            assert js["weighted"] == len(probes)
        assert len(js["probes"]) == len(probes)
        if recipe["even"]:
            np.testing.assert_allclose(js["probes"], probes, atol=1e-5, rtol=0)
        for name, value in metrics_of(plan)._asdict().items():
            same = js["figures"][name]
            assert same is value is None or same == pytest.approx(value, rel=1e-3), name
        starts = np.array(js["starts"])
        assert starts[0] == 0 and (np.diff(starts) > 0).all() and starts[-1] <= 1


def test_the_motion_of_every_frame_is_pythons(tmp_path):
    torch.manual_seed(0)
    motion, size, made = Motion(9), 9, []
    for recipe in [one for one in recipes(1) if one["z"].shape[1] > 12]:
        if len(made) % 5 == 0:
            recipe |= {"z": recipe["z"][:1], "weights": None, "holds": [0.5], "lengths": [2]}
        z, pace, frames = recipe["z"], 0.3 * (len(made) % 4), recipe["frames"]
        closes = recipe["closed"] or recipe["back"] or len(z) == 1
        closes = closes or recipe["path"] in ALWAYS_CLOSED
        with torch.no_grad():
            times = pace * torch.arange(frames, dtype=torch.float64)[None]
            period = pace * frames if closes and pace else None
            moved = motion(torch.from_numpy(z[:1]), times, period)[0, :, -size:].float().numpy()
        made.append((recipe, pace, *drawn(recipe, moved)))
    given = [
        plain(recipe) | {"pixels": pixels.tolist(), "motion": motion.layers(), "pace": pace}
        for recipe, pace, _, _, pixels in made
    ]
    found = run_node(tmp_path, START + """
    give(given.map((recipe) => {
      let plan = new Plan({ ...recipe, keys: keysOf(recipe) });
      const { zs } = plan.probes();
      if (zs.length) {
        const pixels = Uint8Array.from(recipe.pixels);
        plan = plan.retime({ h: 2, w: 2, c: 1, count: zs.length, pixels });
      }
      const rows = (index) => Array.from({ length: plan.count }, (_, i) => [...plan.z(i, index)]);
      return {
        probes: zs.map((z) => [...z]), anchors: plan.anchors.map((z) => [...z]),
        z: rows(0), last: rows(recipe.tiles ** 2 - 1),
      };
    }));
    """, given)  # fmt: skip
    assert len(found) == len(made) > 50
    for (recipe, _, plan, probes, _), js in zip(made, found, strict=True):
        close = {"atol": 1e-5, "rtol": 0}
        np.testing.assert_allclose(js["z"], plan.z, **close)
        other = tile(plan.z, recipe["tiles"] ** 2 - 1, plan.content)
        np.testing.assert_allclose(js["last"], other, **close)
        np.testing.assert_allclose(js["anchors"], plan.anchors, **close)
        assert len(js["probes"]) == len(probes)
        if len(probes):
            np.testing.assert_allclose(js["probes"], probes, **close)


def test_a_drag_takes_over_what_still_holds(tmp_path):
    recipe = plain(next(iter(recipes())) | {"frames": 300})
    found = run_node(tmp_path, START + """
    const keys = keysOf(given);
    const base = { ...given, keys, even: true, tiles: 1, path: "walk" };
    const first = new Plan(base);
    const count = first.probes().zs.length;
    const pixels = Uint8Array.from({ length: count * 4 }, (_, i) => (i * 7919) % 251);
    const timed = first.retime({ h: 2, w: 2, c: 1, count, pixels });
    const same = (a, b) => a.u.every((x, i) => x === b.u[i]);
    const longer = keys.map((key, i) => ({ ...key, length: i ? 1 : 5 }));
    const dragged = new Plan({ ...base, keys: longer, before: timed });
    const again = new Plan({ ...base, keys: longer, steps: timed.steps });
    const moved = keys.map((key) => ({ ...key, z: key.z.map((x) => -x) }));
    const other = new Plan({ ...base, keys: moved, before: timed });
    const wide = new Plan({ ...base, tiles: 2, before: timed });
    const plainly = new Plan({ ...base, even: false, before: timed });
    const back = new Plan({ ...base, before: plainly });
    const stale = new Plan({ ...base, steps: new Float64Array(7) });
    give({
      "is timed by pictures": !same(first, timed) && timed.probes().zs.length === 0,
      "keeps its table": dragged.steps === timed.steps && same(dragged, again),
      "moves": !same(dragged, timed),
      "measures other keys anew": other.steps === null && other.probes().zs.length === count,
      "draws other keys": other.z(0).every((x, k) => Math.abs(x + timed.z(0)[k]) < 1e-5),
      "measures other tiles anew": wide.steps === null && wide.probes().zs.length === 4 * count,
      "goes by latents when told to": same(plainly, first) && plainly.probes().zs.length === 0,
      "remembers what was measured": same(back, timed),
      "leaves a table of another curve aside": same(stale, first),
    });
    """, recipe)  # fmt: skip
    assert all(found.values()), found


BAD = {
    "plan.keys": "{ keys: keys(1) }",
    "plan.zero": "{ keys: [...keys(1), { z: new Float32Array(3) }] }",
    "plan.circle_line": '{ keys: [...keys(1), ...keys(1)], path: "circle" }',
    "plan.crosses_zero": "{ keys: [...keys(1), { z: keys(1)[0].z.map((x) => -x) }] }",
    "plan.frames": "{ frames: 1 }",
}


def test_nonsense_is_refused_with_a_sentence(tmp_path):
    script = """
    const { latent } = await import("./latent/latents.js");
    const keys = (n) => Array.from({ length: n }, (_, i) => ({ z: latent(i, 3) }));
    const bad = [{ keys: [] }, { keys: keys(65) }, { frames: 100001 }, { frames: 2.5 },
      { keys: keys(3), path: "circle" }, ITEMS];
    give(bad.map((change) => {
      try {
        new Plan({ keys: keys(2), frames: 10, ...change });
      } catch (error) {
        return error instanceof PlanError ? [error.message, error.values] : String(error);
      }
    }));
    """.replace("ITEMS", ", ".join(BAD.values()))
    found = run_node(tmp_path, START + script)
    keys = ["plan.keys", "plan.keys", "plan.frames", "plan.frames", "plan.keys", *BAD]
    assert [key for key, _ in found] == keys
    for key, values in found:
        names = {"{" + name + "}" for name in values}
        for language in ("en", "zh"):
            assert all(name in catalogue(language)[key] for name in names), key
    assert {key for key in catalogue("en") if key.startswith("plan.")} == set(BAD)
