"""Directions have their effect on new latents too, and exist for every kind of generator."""

import dataclasses
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch.nn.functional import leaky_relu

import gan.explore.sampling
from gan.data.image_set import ASSETS
from gan.explore.direction import ridge
from gan.explore.directions import REACH, directions, pca, sefa
from gan.explore.measured_directions import DISTINCT, R2, choose, measured, purified
from gan.explore.sampling import LEAST, Sampler, SampleSizes
from gan.explore.traits import TRAITS, measure
from gan.metrics.judge import Judge
from gan.models.generator import Generator
from gan.models.networks import SLOPE, make_generator
from gan.presets import preset
from tests.models import randomised

MNIST = ASSETS / "models/mnist"
FEW = SampleSizes(fit=200, held=60, ends=20, features=200, effect=2, pca=4, sefa=8)


def untrained(name="default", **changes) -> Generator:
    torch.manual_seed(0)
    config = preset(name, **changes)
    return Generator(config, make_generator(config))


@pytest.fixture(scope="module")
def bundled() -> Generator:
    return Generator.load(MNIST)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.load("mnist")


@pytest.fixture(scope="module")
def found(bundled, judge):
    return directions(bundled, judge)


@pytest.fixture
def few(monkeypatch):
    """Few samples, for tests that do not depend on the values."""
    monkeypatch.setattr(gan.explore.sampling, "_sizes", lambda generator: FEW)


def of_kind(found, kind):
    return [direction for direction in found if direction.kind == kind]


KINDS = {
    "default": {},
    "article": {"name": "article"},
    "unconditional": {"name": "unconditional"},
    "clips": {"name": "video"},
    "colour": {"data": "cifar10"},
    "two latents": {"z_dim": 2},
    "one channel wide, 64 px": {"image_size": 64, "width": 4},
}


@pytest.mark.parametrize("changes", KINDS.values(), ids=KINDS)
def test_every_generator_has_sorted_directions(changes, few):
    generator = untrained(**changes)
    found = directions(generator)
    kinds = [direction.kind for direction in found]
    assert kinds == sorted(kinds, key=["measured", "content", "motion", "pca", "sefa"].index)
    for kind in ("content", "motion") if generator.moves else ("pca",):
        assert kinds.count(kind) == min(4, generator.z_dim)
    assert kinds.count("sefa") == min(8, generator.z_dim)
    assert len({direction.name for direction in found}) == len(found)
    for direction in found:
        assert direction.axis.shape == (generator.z_dim,) and direction.axis.dtype == np.float32
        assert np.linalg.norm(direction.axis) == pytest.approx(1, abs=1e-5)
        assert math.isfinite(direction.effect) and direction.effect >= 0
        assert (direction.trait is None) == (direction.kind != "measured")
        assert direction.keeps is None
    for kind in set(kinds):
        effects = [direction.effect for direction in of_kind(found, kind)]
        assert effects == sorted(effects, reverse=True)


def test_the_same_weights_have_the_same_directions(few, judge):
    one, other = (directions(Generator.load(MNIST), judge) for _ in range(2))
    assert len(one) == len(other) > 12
    for a, b in zip(one, other, strict=True):
        assert a.axis.tobytes() == b.axis.tobytes()
        assert {**vars(a), "axis": 0} == {**vars(b), "axis": 0}


def test_it_is_thread_safe(few, bundled):
    wanted = directions(bundled)
    with ThreadPoolExecutor(3) as pool:
        for found in pool.map(directions, [bundled] * 3):
            assert [d.name for d in found] == [d.name for d in wanted]
            for a, b in zip(found, wanted, strict=True):
                np.testing.assert_allclose(a.axis, b.axis, atol=1e-4)


def test_the_generator_is_unchanged(few, bundled):
    before = {name: value.clone() for name, value in bundled.network.state_dict().items()}
    images = bundled.sample(np.ones((3, 64)))
    directions(bundled)
    after = bundled.network.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    np.testing.assert_array_equal(images, bundled.sample(np.ones((3, 64))))


def test_the_effect_is_the_rms_change_of_pixels(found, bundled):
    sampler = Sampler(bundled)
    count = sampler.sizes.effect
    z, labels = sampler.z[:count].astype(np.float64), sampler.labels[:count]
    for direction in (found[0], found[7], found[-1]):
        axis = direction.axis.astype(np.float64)
        rest = z - np.outer(z @ axis, axis)
        low, high = (bundled.sample(rest + s * axis, labels).astype(float) for s in (-2, 2))
        effect = np.sqrt(((high - low) ** 2).mean())
        assert direction.effect == pytest.approx(effect, abs=0.2)


def test_sliders_of_unnamed_directions_are_equally_visible(found, bundled):
    sampler = Sampler(bundled, seed=1)  # latents they were not calibrated on
    for kind in ("pca", "sefa"):
        chosen = [d for d in of_kind(found, kind) if d.reach < REACH[1]]
        axes, reach = np.stack([d.axis for d in chosen]), np.array([d.reach for d in chosen])
        after = sampler.effects(axes, reach)
        assert len(chosen) >= 8 and after.max() < 1.4 * after.min()


def test_the_bundled_model_has_the_directions_that_the_page_names(found):
    names = {direction.name for direction in of_kind(found, "measured")}
    assert names == {"thicker", "slanted", "wider", "taller", "top-heavy"}


@pytest.fixture(scope="module")
def moved(found, bundled):
    """Traits of 200 new samples at both ends of each measured direction, and before, (n,5)."""
    chosen = of_kind(found, "measured")
    known = [TRAITS[direction.trait] for direction in chosen]
    z, labels = np.random.default_rng(2026).standard_normal((200, 64)), np.arange(200) % 10
    ends = {}
    for direction in chosen:
        rest = z - np.outer(z @ direction.axis, direction.axis)
        ends[direction.trait] = [
            measure(bundled.sample(rest + s * direction.axis, labels), known) for s in (-3, 3)
        ]
    return chosen, measure(bundled.sample(z, labels), known), ends, labels


LEAST_MOVE = {"stroke": 2.0, "slant": 40, "width": 7, "height": 3, "top": 8}


def test_a_measured_direction_moves_its_trait_on_new_images(moved):
    chosen, _, ends, _ = moved
    for k, direction in enumerate(chosen):
        low, high = (end[:, k] for end in ends[direction.trait])
        assert high.mean() - low.mean() > LEAST_MOVE[direction.trait]
        assert np.mean(high > low) > 0.95  # nearly every image, not only their mean
        assert direction.low == pytest.approx(low.mean(), abs=0.2 * (direction.high - low.mean()))
        assert direction.high == pytest.approx(high.mean(), abs=0.2 * (high.mean() - direction.low))


def test_a_measured_direction_leaves_the_other_traits_alone(moved):
    chosen, before, ends, labels = moved
    spread = np.sqrt(np.mean([before[labels == label].var(0) for label in range(10)], 0))
    for k, direction in enumerate(chosen):
        low, high = (end.mean(0) for end in ends[direction.trait])
        change = np.abs(high - low) / spread
        others = np.delete(change, k)
        assert change[k] > 2.5 and others.max() < 0.6


def test_digits_keep_their_class(found):
    for direction in of_kind(found, "measured"):
        assert direction.keeps > 0.9 and R2 < direction.r2 < 1


def test_directions_do_not_depend_on_the_judge(found, bundled):
    for with_judge, without in zip(of_kind(found, "measured"), measured(bundled), strict=True):
        np.testing.assert_array_equal(with_judge.axis, without.axis)
        assert without.keeps is None and without.low == with_judge.low


def test_a_judge_of_other_images_is_ignored(few, judge, bundled):
    assert all(d.keeps is not None for d in measured(bundled, judge))
    config = dataclasses.replace(bundled.config, data="fashion-mnist")
    found = measured(Generator(config, bundled.network), judge)
    assert found and all(d.keeps is None for d in found)
    for changes in ({"data": "cifar10"}, {"image_size": 32}):
        assert directions(untrained(**changes), judge)  # it could not read their images


def test_a_model_without_classes_uses_the_judge(few, judge, bundled):
    """The bundled model with a fixed embedding of class 3."""
    same = {"width": bundled.config.width, "upsample": bundled.config.upsample}
    config = preset("unconditional", **same)
    network = make_generator(config)
    weights = dict(bundled.network.state_dict())
    embedded = weights.pop("embed.weight")[:, 3]
    weights["fc.bias"] = weights["fc.bias"] + weights["fc.weight"][:, 64:] @ embedded
    weights["fc.weight"] = weights["fc.weight"][:, :64]
    network.load_state_dict(weights)
    found = measured(Generator(config, network), judge)
    assert {"thicker", "slanted"} <= {direction.name for direction in found}
    assert all(0.5 < direction.keeps <= 1 for direction in found)


def collapse(generator: Generator) -> Generator:
    """Make every latent give the same image."""
    first = generator.network.fc
    first = first[0] if isinstance(first, torch.nn.ModuleList) else first
    first.weight[:, : generator.z_dim] = 0
    return generator


def dim(generator: Generator) -> Generator:
    """Make the image constant, while the features still vary."""
    last = generator.network.ups[-1].conv
    last.weight.zero_()
    last.bias.zero_()
    return generator


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("name", "harm"),
    [("default", collapse), ("article", collapse), ("unconditional", collapse), ("default", dim)],
)
def test_a_collapsed_generator_has_no_measured_directions(few, judge, name, harm):
    found = directions(harm(untrained(name)), judge)
    assert not of_kind(found, "measured") and of_kind(found, "sefa")
    for direction in found:
        assert direction.effect == 0 and np.isfinite(direction.axis).all()


def test_weights_that_are_not_finite_have_no_directions(few):
    generator = untrained()
    generator.network.fc.weight[0, 0] = float("nan")
    assert directions(generator) == []


@pytest.mark.parametrize("name", ["default", "article", "video"])
def test_sefa_is_orthonormal_sorted_and_has_a_fixed_sign(name):
    # an untrained G of clips ignores the motion
    generator = randomised(preset("video", width=8)) if name == "video" else untrained(name)
    rows = sefa(generator)
    dim = generator.z_dim
    assert rows.shape == (dim, dim) and rows.dtype == np.float32
    np.testing.assert_allclose(rows @ rows.T, np.eye(dim), atol=1e-5)
    changes = [first_layer_change(generator, row) for row in rows]
    assert all(a >= b - 1e-4 * changes[0] for a, b in zip(changes, changes[1:], strict=False))
    assert changes[0] > 1.2 * changes[-1]
    assert (rows[np.arange(dim), np.abs(rows).argmax(1)] > 0).all()


def first_layer_change(model: Generator, direction: np.ndarray) -> float:
    """How far one unit along a direction moves what the first layer puts out."""
    network, z = model.network, torch.zeros(2, model.z_dim)
    z[1] = torch.from_numpy(direction)
    if model.classes:
        none = torch.zeros(2, model.classes)
        h = network.norms[0](network.first_map(z, none))
    else:
        h = network.fc[0](z)
    return (h[1] - h[0]).norm().item()


def test_pca_moves_the_features_more_than_chance_and_has_a_fixed_sign(bundled):
    axes = pca(bundled, 8)
    assert axes.shape == (8, 64)
    assert (axes[np.arange(8), np.abs(axes).argmax(1)] > 0).all()
    chance = np.random.default_rng(3).standard_normal((8, 64)).astype(np.float32)
    chance /= np.linalg.norm(chance, axis=1, keepdims=True)
    sampler = Sampler(bundled)
    assert sampler.effects(axes).mean() > 1.5 * sampler.effects(chance).mean()
    seeds = pca(bundled, 2, seed=1) @ pca(bundled, 2, seed=2).T
    assert np.diag(seeds).min() > 0.9  # the model's own, not the sample's


@pytest.mark.parametrize("name", ["default", "article", "unconditional"])
def test_the_sampler_returns_the_features_of_the_network(few, name):
    generator, seen = untrained(name), []
    network = generator.network
    layer = network.fc[1] if name == "article" else network.norms[1]
    hook = layer.register_forward_hook(lambda *call: seen.append(leaky_relu(call[2], SLOPE)))
    sampler = Sampler(generator)
    sampler.draw(sampler.z[:200], sampler.labels[:200])
    hook.remove()
    np.testing.assert_allclose(sampler.features(), torch.cat(seen).flatten(1), atol=1e-4)


def test_the_features_of_a_model_of_clips_show_its_motion(few):
    sampler = Sampler(untrained("video"))
    before = sampler.features()
    sampler.z[:, -sampler.generator.config.motion_dim :] += 1
    assert np.abs(sampler.features() - before).max() > 0.01


def test_a_slow_network_gets_fewer_samples():
    small, large = untrained(), untrained(data="cifar10", image_size=64, width=64)
    assert Sampler(small).sizes == SampleSizes()
    sizes = Sampler(large).sizes
    assert LEAST.fit <= sizes.fit < SampleSizes().fit and sizes.sefa < SampleSizes().sefa


def test_purified_directions_move_their_own_trait_only():
    rng = np.random.default_rng(0)
    weights = rng.standard_normal((16, 3))
    weights[:, 1] += weights[:, 0]
    pure = purified(weights)
    crossed = pure.T @ weights
    np.testing.assert_allclose(crossed - np.diag(np.diag(crossed)), 0, atol=1e-9)
    assert np.diag(crossed).min() > 0


def test_the_better_explained_of_two_mixtures_is_chosen():
    first, second = np.eye(8)[0], np.eye(8)[1]
    weights = np.stack([first + 0.1 * second, first, second, np.eye(8)[2]], 1)
    assert choose(weights, np.array([0.5, 0.9, 0.8, R2 / 2]), np.full(4, R2)) == [1, 2]
    assert 0 < DISTINCT < 1


def test_ridge_recovers_the_weights():
    rng = np.random.default_rng(0)
    z, truth = rng.standard_normal((2000, 8)), rng.standard_normal((8, 2))
    np.testing.assert_allclose(ridge(z, z @ truth), truth, atol=0.02)


def test_directions_of_clips_move_the_content_or_the_motion(few):
    model = untrained("video")
    found, still = directions(model), model.z_dim - model.config.motion_dim
    for kind, other in (("content", slice(still, None)), ("motion", slice(still))):
        axes = np.stack([direction.axis for direction in of_kind(found, kind)])
        assert not axes[:, other].any()
        np.testing.assert_allclose(np.linalg.norm(axes, axis=1), 1, atol=1e-5)
    assert not of_kind(found, "pca")
