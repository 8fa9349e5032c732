"""Paths as properties: closed, on the sphere, through their keys, and never nan."""

import numpy as np
import pytest

from gan.paths import (
    PATHS,
    circle_loop,
    label_weights,
    make_path,
    seam_ratio,
    slerp,
    slerp_loop,
    spline_loop,
)

DIMENSIONS = (2, 64, 100)


def draw(count: int, d: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, d)).astype(np.float32)


def rescaled(keys: np.ndarray) -> np.ndarray:
    return keys * np.sqrt(keys.shape[1]) / np.linalg.norm(keys, axis=1, keepdims=True)


def keys_for(name: str, d: int, seed: int = 0) -> np.ndarray:
    return draw(2 if name == "circle" else 5, d, seed)


@pytest.mark.parametrize("d", DIMENSIONS)
def test_slerp_ends_where_it_is_told_with_norm_in_between(d):
    a, b = draw(2, d)
    path = slerp(a, b, np.linspace(0, 1, 11))
    assert path.dtype == np.float32 and path.shape == (11, d)
    np.testing.assert_allclose(path[[0, -1]], [a, b], atol=1e-5)
    norms = np.linalg.norm(path, axis=1)
    np.testing.assert_allclose(norms, np.linspace(norms[0], norms[-1], 11), rtol=1e-5)
    assert slerp(a, b, 0.3).shape == (d,)
    np.testing.assert_allclose(slerp(a, b, 0.3), path[3], atol=1e-5)


@pytest.mark.parametrize("d", DIMENSIONS)
@pytest.mark.parametrize("factor", [1.0, 2.0, 1 + 1e-7, -1.0, -1 - 1e-7])
def test_slerp_is_stable_for_vectors_in_one_line(d, factor):
    a = draw(1, d)[0].astype(np.float64)
    path = slerp(a, factor * a, np.linspace(0, 1, 9))
    assert np.isfinite(path).all()
    np.testing.assert_allclose(path[[0, -1]], [a, factor * a], atol=1e-5)
    norms = np.linspace(1, abs(factor), 9) * np.linalg.norm(a)
    np.testing.assert_allclose(np.linalg.norm(path, axis=1), norms, rtol=1e-5)


def test_slerp_turns_at_constant_speed_and_survives_zero():
    path = slerp([1.0, 0.0], [0.0, 1.0], np.linspace(0, 1, 4))
    angles = np.degrees(np.arctan2(path[:, 1], path[:, 0]))
    np.testing.assert_allclose(angles, [0, 30, 60, 90], atol=1e-4)
    np.testing.assert_allclose(slerp([0.0, 0.0], [0.0, 2.0], 0.5), [0.0, 1.0])
    with pytest.raises(ValueError, match="one length"):
        slerp([1.0, 0.0], [1.0, 0.0, 0.0], 0.5)


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("d", DIMENSIONS)
@pytest.mark.parametrize("frames", [2, 3, 7, 240])
def test_every_path_has_the_frames_asked_for(name, d, frames):
    path = make_path(name, keys_for(name, d), frames)
    assert path.shape == (frames, d) and path.dtype == np.float32
    assert np.isfinite(path).all()


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("d", [64, 100])
def test_loops_close_without_a_visible_seam(name, d, seed):
    path = make_path(name, rescaled(keys_for(name, d, seed)), 240)
    # A slerp chain keeps time with its keys, so its last segment may be a longer way to go.
    assert seam_ratio(path) <= (1.35 if name == "slerp" else 1.1)
    assert not np.allclose(path[0], path[-1])


def test_slerp_loop_through_evenly_spread_keys_has_no_seam():
    assert seam_ratio(make_path("slerp", 8.0 * np.eye(64)[:5], 240)) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("d", DIMENSIONS)
def test_norm_stays_near_what_the_generator_has_seen(name, d):
    # In the plane, random keys do make a curve cross zero, about one time in fifty.
    for seed in range(10 if d > 2 else 1):
        keys = keys_for(name, d, seed)
        path = make_path(name, keys, 240)
        norms = np.linalg.norm(path, axis=1) / np.sqrt(d)
        if name != "slerp":
            np.testing.assert_allclose(norms, 1.0, rtol=1e-5)
        elif d > 2:
            assert norms.min() > 0.75 and norms.max() < 1.25
            sphere = make_path(name, rescaled(keys), 240)
            np.testing.assert_allclose(np.linalg.norm(sphere, axis=1), np.sqrt(d), rtol=1e-5)


@pytest.mark.parametrize("d", DIMENSIONS)
@pytest.mark.parametrize("count", [2, 3, 5, 64])
def test_paths_pass_through_their_keys(d, count):
    keys = draw(count, d, seed=3)
    np.testing.assert_allclose(slerp_loop(keys, 8 * count)[::8], keys, atol=1e-5)
    np.testing.assert_allclose(spline_loop(keys, 8 * count)[::8], rescaled(keys), atol=1e-5)


@pytest.mark.parametrize("d", DIMENSIONS)
def test_circle_starts_at_the_first_key_and_passes_the_second(d):
    keys = draw(2, d)
    path = circle_loop(keys, 3600)
    np.testing.assert_allclose(path[0], rescaled(keys)[0], atol=1e-5)
    nearest = np.linalg.norm(path - rescaled(keys)[1], axis=1).min()
    assert nearest <= np.linalg.norm(path[1] - path[0])
    np.testing.assert_allclose(path[1800], -path[0], atol=1e-4)


def test_spline_is_smooth_where_slerp_has_corners():
    def sharpest_turn(path):
        step = np.roll(path, -1, axis=0) - path
        step /= np.linalg.norm(step, axis=1, keepdims=True)
        cosine = np.sum(step * np.roll(step, -1, axis=0), axis=1)
        return np.degrees(np.arccos(np.clip(cosine, -1, 1))).max()

    keys = draw(5, 100)
    assert sharpest_turn(spline_loop(keys, 240)) < 6
    assert sharpest_turn(slerp_loop(keys, 240)) > 60


@pytest.mark.parametrize("d", DIMENSIONS)
@pytest.mark.parametrize("factor", [1.0, -1.0, 1 + 1e-6, -1 - 1e-6])
@pytest.mark.parametrize("name", PATHS)
def test_keys_in_one_line_give_finite_frames_or_a_sentence(name, d, factor):
    key = draw(1, d)[0]
    try:
        path = make_path(name, [key, factor * key], 61)
    except ValueError as error:
        assert str(error).endswith(".") and "keyframes" in str(error)
    else:
        assert np.isfinite(path).all()
        steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
        assert steps.max() <= 0.2 * np.linalg.norm(key)


@pytest.mark.parametrize("frames", [7, 60, 61, 240])
def test_spline_refuses_a_curve_through_zero_rather_than_jump(frames):
    key = draw(1, 64)[0]
    with pytest.raises(ValueError, match="crosses zero"):
        make_path("spline", [key, -key], frames)
    with pytest.raises(ValueError, match="crosses zero"):
        make_path("spline", [key, key, -key], frames)


def test_spline_allows_opposite_keys_when_others_bend_it_round():
    a, b = np.eye(2, 64)
    assert np.isfinite(make_path("spline", [a, b, -a, -b], 240)).all()


@pytest.mark.parametrize(
    ("name", "keys", "frames", "sentence"),
    [
        ("zigzag", np.ones((3, 4)), 10, "spline, slerp, circle"),
        ("spline", np.ones((1, 4)), 10, "2 to 64 keyframes, not 1"),
        ("spline", np.ones((65, 4)), 10, "2 to 64 keyframes, not 65"),
        ("spline", np.ones(4), 10, "shape"),
        ("spline", np.ones((3, 1)), 10, "d >= 2"),
        ("spline", [[1.0, 2.0], [1.0]], 10, "one length"),
        ("spline", [[1.0, 2.0], [np.nan, 1.0]], 10, "Keyframe 2 .* not finite"),
        ("slerp", [[1.0, 2.0], [np.inf, 1.0]], 10, "Keyframe 2 .* not finite"),
        ("spline", [[1.0, 2.0], [0.0, 0.0]], 10, "only zeros"),
        ("circle", np.eye(3, 4), 10, "exactly 2"),
        ("circle", np.ones((2, 4)), 10, "different directions"),
        ("spline", np.eye(3, 4), 1, "2 to 100000"),
        ("spline", np.eye(3, 4), 100_001, "2 to 100000"),
        ("spline", np.eye(3, 4), 24.0, "whole number"),
    ],
)
def test_errors_are_sentences(name, keys, frames, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        make_path(name, keys, frames)
    message = str(caught.value)
    assert message[0].isupper() and message.endswith(".")


def test_label_weights_are_convex_and_meet_each_key():
    weights = label_weights([3, 1, 1, 9], 40, 10)
    assert weights.shape == (40, 10) and weights.dtype == np.float32
    assert weights.min() >= 0
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(weights[::10].argmax(axis=1), [3, 1, 1, 9])
    np.testing.assert_array_equal(weights[::10].max(axis=1), 1)
    np.testing.assert_array_equal(weights[10:21, 1], 1)
    np.testing.assert_allclose(weights[35, [9, 3]], 0.5)
    assert np.abs(np.diff(weights, axis=0, append=weights[:1])).max() <= 0.1 + 1e-6


@pytest.mark.parametrize("labels", [[0, 10], [-1, 2], [0.5, 1.0], [], [[1, 2]]])
def test_label_weights_refuse_what_is_not_a_class(labels):
    with pytest.raises(ValueError, match="Labels must"):
        label_weights(labels, 10, 10)


def test_seam_ratio_reads_as_documented():
    line = np.linspace([1.0, 0.0], [2.0, 0.0], 11)
    assert seam_ratio(line) == pytest.approx(10)
    assert seam_ratio(np.ones((5, 2))) == 0.0
    assert seam_ratio([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]) == float("inf")
