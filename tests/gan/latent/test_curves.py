"""Properties of curves: near the prior, through their keyframes, closed or open, finite."""

import numpy as np
import pytest

from gan.latent.curves import KEYS_MAX, PATH_KEYS, blend, make_curve

DIMENSIONS = (16, 64, 100)
EVERY = [(path, closed) for path in PATH_KEYS for closed in (True, False)]


def draw(count: int, d: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, d)).astype(np.float32)


def keys_for(path: str, d: int, seed: int = 0) -> np.ndarray:
    return draw(2 if path == "circle" else 5, d, seed)


def shares(z: np.ndarray) -> np.ndarray:
    return np.linalg.norm(z, axis=-1) / np.sqrt(z.shape[-1])


@pytest.mark.parametrize(("path", "closed"), EVERY)
@pytest.mark.parametrize("d", DIMENSIONS)
def test_curves_pass_through_their_keyframes(path, closed, d):
    keys = keys_for(path, d)
    curve = make_curve(path, keys, closed)
    np.testing.assert_allclose(curve.at(np.arange(len(keys))), curve.anchors, atol=1e-9)
    cosine = np.sum(curve.anchors * keys, axis=1)
    norms = np.linalg.norm(curve.anchors, axis=1) * np.linalg.norm(keys, axis=1)
    np.testing.assert_allclose(cosine, norms, rtol=1e-6)  # in the keys' own directions


@pytest.mark.parametrize(("path", "closed"), EVERY)
def test_closed_curves_are_periodic_and_open_ones_are_clipped(path, closed):
    keys = keys_for(path, 64)
    curve = make_curve(path, keys, closed)
    assert curve.closed is (closed or path in ("circle", "walk"))
    assert curve.segments == len(keys) - (not curve.closed)
    u = np.linspace(0, curve.segments, 50)
    if curve.closed:
        np.testing.assert_allclose(curve.at(u), curve.at(u + curve.segments), atol=1e-9)
    ends = curve.at(np.array([0.0, curve.segments]))
    last = 0 if curve.closed else -1
    np.testing.assert_allclose(ends, curve.anchors[[0, last]], atol=1e-9)
    # no jump anywhere: ten times finer, the largest step is ten times smaller
    steps = [
        np.linalg.norm(np.diff(curve.at(np.linspace(0, curve.segments, n)), axis=0), axis=1).max()
        for n in (2001, 20001)
    ]
    assert steps[1] == pytest.approx(steps[0] / 10, rel=0.05)


@pytest.mark.parametrize("path", PATH_KEYS)
def test_curves_stay_on_the_prior(path):
    rng = np.random.default_rng(1)
    for _ in range(40):
        count = 2 if path == "circle" else int(rng.integers(2, 13))
        keys = rng.standard_normal((count, int(rng.integers(16, 129)))) * rng.uniform(0.2, 3)
        curve = make_curve(path, keys, wander=int(rng.integers(2**32)))
        norms = shares(curve.at(np.linspace(0, curve.segments, 200)))
        if path == "slerp":
            assert norms.min() >= 0.85 - 1e-9 and norms.max() <= 1.15 + 1e-9
        else:
            np.testing.assert_allclose(norms, 1, rtol=1e-9)


def test_slerp_keeps_norms_within_the_shell():
    keys = draw(3, 64) * [[0.1], [1.0], [5.0]]
    norms = shares(make_curve("slerp", keys).anchors)
    np.testing.assert_allclose(norms, [0.85, shares(keys)[1], 1.15], rtol=1e-6)


def test_slerp_and_circle_have_constant_angular_speed():
    a, b = draw(2, 64)
    for path in ("slerp", "circle"):
        units = make_curve(path, [a, b]).at(np.linspace(0, 1, 21))
        units /= np.linalg.norm(units, axis=1, keepdims=True)
        turns = np.arccos(np.sum(units[1:] * units[:-1], axis=1))
        np.testing.assert_allclose(turns, turns[0], rtol=1e-6)


def test_the_circle_continues_around_the_far_side():
    curve = make_curve("circle", draw(2, 64), closed=False)
    z = curve.at(np.linspace(0, 2, 2000))
    assert np.linalg.norm(z + curve.anchors[0], axis=1).min() < 0.05
    assert np.linalg.matrix_rank(z, tol=1e-6) == 2


@pytest.mark.parametrize("closed", [True, False])
def test_the_spline_is_smooth_and_slerp_has_corners(closed):
    def sharpest(path):
        curve = make_curve(path, draw(5, 100), closed)
        way = np.diff(curve.at(np.linspace(0.5, curve.segments - 0.5, 2000)), axis=0)
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        return np.degrees(np.arccos(np.clip(np.sum(way[1:] * way[:-1], axis=1), -1, 1))).max()

    assert sharpest("spline") < 1 < 60 < sharpest("slerp")


def test_a_walk_depends_on_its_seed_and_leaves_the_direct_path():
    keys = draw(4, 64)
    one, same, other = (make_curve("walk", keys, wander=seed) for seed in (1, 1, 2))
    middle = np.arange(4) + 0.5
    np.testing.assert_array_equal(one.at(middle), same.at(middle))
    apart = np.linalg.norm(one.at(middle) - other.at(middle), axis=1) / 8
    assert apart.min() > 0.5
    straight = make_curve("slerp", one.anchors).at(middle)
    assert (np.linalg.norm(one.at(middle) - straight, axis=1) / 8).min() > 0.5


@pytest.mark.parametrize("count", [1, 2, 12, KEYS_MAX])
def test_a_walk_accepts_one_or_many_keyframes(count):
    curve = make_curve("walk", draw(count, 64), wander=2**32 - 1)
    np.testing.assert_allclose(curve.at(np.arange(count)), curve.anchors, atol=1e-9)
    moved = np.linalg.norm(curve.at(np.linspace(0, count, 100)) - curve.anchors[0], axis=1)
    assert moved.max() > 8


@pytest.mark.parametrize("factor", [1.0, -1.0, 1 + 1e-6, -1 - 1e-6])
@pytest.mark.parametrize(("path", "closed"), EVERY)
def test_collinear_keyframes_give_a_finite_curve_or_an_error(path, closed, factor):
    key = draw(1, 64)[0]
    if path == "circle":
        with pytest.raises(ValueError, match="different directions"):
            make_curve(path, [key, factor * key], closed)
    elif path != "spline":  # whether a spline can be followed is found when it is timed
        curve = make_curve(path, [key, factor * key], closed)
        assert np.isfinite(curve.at(np.linspace(0, 2, 101))).all()


def test_class_weights_are_interpolated_linearly():
    keys = np.eye(3)[[0, 2, 1]]
    u = np.array([0.0, 0.25, 1.0, 1.5, 2.0, 2.75])
    closed = blend(keys, u, True)
    np.testing.assert_allclose(closed.sum(axis=1), 1)
    np.testing.assert_allclose(closed[[0, 2, 4]], keys)
    np.testing.assert_allclose(closed[1], [0.75, 0, 0.25])
    np.testing.assert_allclose(closed[5], [0.75, 0.25, 0])
    np.testing.assert_allclose(blend(keys, u, False)[[0, 4, 5]], keys[[0, 2, 2]])
    np.testing.assert_array_equal(blend(keys[:1], u, True), keys[[0] * 6])


@pytest.mark.parametrize(
    ("path", "keys", "sentence"),
    [
        ("zigzag", np.ones((3, 4)), "spline, slerp, circle"),
        ("spline", [], "2 to 64 keyframes, not 0"),
        ("walk", [], "1 to 64 keyframes, not 0"),
        ("spline", np.ones((1, 4)), "2 to 64 keyframes, not 1"),
        ("slerp", np.ones((65, 4)), "2 to 64 keyframes, not 65"),
        ("spline", np.ones(4), "shape"),
        ("spline", np.ones((3, 1)), "d >= 2"),
        ("spline", [[1.0, 2.0], [1.0]], "one length"),
        ("spline", None, "not 0"),
        ("spline", [[1.0, 2.0], [np.nan, 1.0]], "Keyframe 2 .* not finite"),
        ("walk", [[1.0, 2.0], [np.inf, 1.0]], "Keyframe 2 .* not finite"),
        ("spline", [[1.0, 2.0], [0.0, 0.0]], "Keyframe 2 is only zeros"),
        ("slerp", [[0.0, 0.0], [1.0, 0.0]], "Keyframe 1 is only zeros"),
        ("circle", np.eye(3, 4), "exactly 2 keyframes, not 3"),
        ("circle", np.ones((1, 4)), "exactly 2 keyframes, not 1"),
        ("circle", np.ones((2, 4)), "different directions"),
    ],
)
def test_invalid_arguments_raise_a_message(path, keys, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        make_curve(path, keys)
    message = str(caught.value)
    assert message[0].isupper() and message.endswith(".")
