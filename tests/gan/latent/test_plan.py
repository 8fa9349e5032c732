"""Properties of plans: no visible seam, on the prior, constant speed."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from gan.latent.curves import PATH_KEYS
from gan.latent.latents import latents
from gan.latent.plan import plan_clip
from gan.latent.tiles import tile
from gan.models.generator import Generator
from gan.recipes.clip_recipe import ClipRecipe
from gan.recipes.keyframe import Key
from gan.recipes.render import RenderJob
from tests.loop_metrics import Metrics, image_metrics, image_steps, metrics, metrics_of


@pytest.fixture(scope="module")
def mnist():
    return Generator.load(Path(__file__).parents[3] / "assets/models/mnist")


def key_sets(path, count, seed):
    """Random keys, class weights and seeds of walks, of every size a clip may have."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        keys = 2 if path == "circle" else int(rng.integers(1 if path == "walk" else 2, 13))
        z = rng.standard_normal((keys, int(rng.integers(16, 129)))).astype(np.float32)
        holds = rng.choice([0.0, 0.5, 1.0], keys)
        yield z, np.eye(10, dtype=np.float32)[rng.integers(10, size=keys)], holds, rng


@pytest.mark.parametrize("easing", ["none", "smooth"])
@pytest.mark.parametrize("path", PATH_KEYS)
def test_closed_paths_have_no_visible_seam_and_stay_on_the_prior(path, easing):
    for z, weights, holds, rng in key_sets(path, 25, seed=1):
        wander = int(rng.integers(2**32))
        for back in (False, True):
            plan = plan_clip(z, weights, frames=240, path=path, wander=wander, holds=holds,
                             easing=easing, back=back)  # fmt: skip
            assert plan.z.shape == (240, z.shape[1]) and plan.z.dtype == np.float32
            found = metrics_of(plan)
            assert found.seam <= 1.1 and found.jump < 2
            assert found == metrics(plan.z, plan.weights)
            assert metrics(plan.z).seam <= 1.1  # of the latents alone, too
            if path == "slerp":
                assert found.norm_min >= 0.85 - 1e-6 and found.norm_max <= 1.15 + 1e-6
            else:
                assert (found.norm_min, found.norm_max) == pytest.approx((1, 1), abs=1e-6)


@pytest.mark.parametrize("path", PATH_KEYS)
def test_even_clips_close_in_both_spaces_at_constant_image_speed(path, mnist):
    gain = []
    rng = np.random.default_rng(2)
    for seed in range(6):
        count = 2 if path == "circle" else int(rng.integers(2, 9))
        z = rng.standard_normal((count, mnist.z_dim)).astype(np.float32)
        weights = np.eye(10, dtype=np.float32)[rng.integers(10, size=count)]
        spread = []
        for draw in (None, mnist.sample):
            plan = plan_clip(z, weights, frames=90, path=path, wander=seed, draw=draw)
            pictures = mnist.sample(plan.z, plan.weights)
            if draw:  # timed by latents alone, pictures may change most anywhere, at the end too
                assert image_metrics(pictures).closing <= 1.05
            assert metrics_of(plan).seam <= 1.1
            steps = image_steps(pictures)[:-1]
            spread.append((steps.std() / steps.mean(), steps.max() / np.median(steps)))
        gain.append(spread)
    (uneven, largest), (even, largest_even) = np.median(gain, axis=0)
    assert even < uneven / 2 and largest_even < 1.2 < largest


def make_plan(generator, **changes):
    keys = [Key(1 + i, classes=i, hold=0.5 * (i == 1), length=1.0 + i) for i in range(4)]
    if not generator.classes:
        keys = [replace(key, classes=None) for key in keys]
    fields = {"keys": tuple(keys), "wander": 3, "tiles": 2, "frames": 50} | changes
    return RenderJob(ClipRecipe("mnist", "0" * 12, **fields), generator).plan()


def test_a_plan_follows_the_fields_of_the_recipe(mnist):
    plan = make_plan(mnist)
    assert plan.z.shape == (50, mnist.z_dim) and plan.weights.shape == (50, 10)
    assert plan.tiles == 2 and plan.closes and plan.u.shape == (50,)
    np.testing.assert_allclose(plan.anchors[0], plan.z[0], atol=1e-6)
    np.testing.assert_allclose(plan.weights.sum(axis=1), 1, rtol=1e-6)
    again = make_plan(mnist)
    np.testing.assert_array_equal(plan.z, again.z)
    longer = np.count_nonzero(plan.u >= 3) / np.count_nonzero(plan.u < 1)
    assert longer > 2  # the fourth segment is four times as long as the first
    opened = make_plan(mnist, closed=False, even=False)
    np.testing.assert_allclose(opened.z[[0, -1]], opened.anchors[[0, -1]], atol=1e-6)
    assert not opened.closes and metrics_of(opened).seam is None
    assert make_plan(mnist, closed=False, back=True, even=False).closes


def test_a_plan_in_latent_space_draws_no_images():
    about = {"z_dim": 8, "classes": 0, "shape": (8, 8, 1), "model_id": "0" * 12, "moves": False}
    blind = SimpleNamespace(**about, sample=None)
    plan = make_plan(blind, even=False)
    assert plan.weights is None and plan.z.shape == (50, 8)


def test_the_loops_of_a_grid_are_measured_together():
    asked = []

    def draw(z, weights):
        asked.append((z, weights))
        return np.zeros((len(z), 2, 2, 1), np.uint8)

    z = latents([1, 2, 3], 16)
    plan = plan_clip(z, None, frames=30, tiles=3, draw=draw)
    drawn = np.concatenate([given for given, _ in asked[::9]])
    assert len(drawn) == plan.steps.size >= 256 and all(weights is None for _, weights in asked)
    for index in range(9):
        np.testing.assert_array_equal(asked[index][0], tile(asked[0][0], index))
    # pictures that do not move leave the timing to the latents
    np.testing.assert_allclose(plan.u, plan_clip(z, None, frames=30).u, atol=0.02)


def test_a_clip_through_classes_only_has_constant_speed(mnist):
    z = np.repeat(latents([7], mnist.z_dim), 10, axis=0)
    for draw in (None, mnist.sample):
        plan = plan_clip(z, np.eye(10, dtype=np.float32), frames=100, draw=draw)
        assert metrics_of(plan).seam <= 1.1
        assert image_metrics(mnist.sample(plan.z, plan.weights)).closing <= 1.1
    assert metrics(plan.z).seam == 0  # of the latents alone: nothing moves


@pytest.mark.parametrize(
    ("keys", "changes", "sentence"),
    [
        (np.ones((1, 16)), {}, "2 to 64 keyframes, not 1"),
        (np.ones((0, 16)), {}, "2 to 64 keyframes, not 0"),
        (np.stack([np.ones(16), -np.ones(16)]), {}, "crosses zero"),
        (np.ones((2, 16)), {"path": "circle"}, "different directions"),
        (np.full((2, 16), np.nan), {}, "Keyframe 1 .* not finite"),
        (np.zeros((2, 16)), {}, "only zeros"),
        (np.eye(2, 16), {"frames": 1}, "2 to 100,000"),
        (np.eye(2, 16), {"frames": 100_001}, "2 to 100,000"),
        (np.eye(2, 16), {"lengths": [0, 1]}, "length of keyframe 1"),
        (np.eye(2, 16), {"holds": [0, "long"]}, "one hold"),
        (np.eye(2, 16), {"tiles": 5}, "1 to 4 loops"),
        (np.eye(2, 16), {"tiles": 2.0}, "1 to 4 loops"),
    ],
)
def test_invalid_arguments_raise_a_message_before_any_image_is_drawn(keys, changes, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        plan_clip(keys, **{"frames": 10, "draw": None} | changes)
    message = str(caught.value)
    assert message[0].isupper() and message.endswith(".")
    with pytest.raises(ValueError, match=sentence):
        plan_clip(keys, **{"frames": 10, "draw": lambda *_: pytest.fail("drawn")} | changes)


def test_metrics_of_known_latents():
    angles = np.radians([0, 10, 20, 20, 30, 60])  # one rest, one step three times as large
    z = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    found = metrics(z)
    assert found.seam == pytest.approx(np.sin(np.radians(30)) / np.sin(np.radians(5)))
    assert found.jump == found.seam
    assert (found.norm_min, found.norm_max) == pytest.approx((0.5**0.5, 0.5**0.5))
    opened = metrics(z, closes=False)
    assert opened.seam is None and opened.jump == pytest.approx(2.97, abs=0.01)
    assert metrics(np.ones((5, 4))) == Metrics(0.0, 0.0, 1.0, 1.0)
    assert metrics(np.ones((5, 4)), closes=False) == Metrics(None, 0.0, 1.0, 1.0)


def test_metrics_of_known_images():
    levels = np.array([10, 11, 12, 12, 13, 15], np.uint8)
    pictures = np.broadcast_to(levels[:, None, None, None], (6, 2, 3, 1))
    assert image_metrics(pictures) == (5.0, 5.0, 2.5)
    assert image_metrics(pictures, closes=False) == (None, 2.0, None)
    assert image_metrics(pictures[:1].repeat(3, axis=0)) == (0.0, 0.0, 0.0)
