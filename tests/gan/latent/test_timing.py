"""Properties of the timing: exact frame counts, constant speed, holds."""

import numpy as np
import pytest

from gan.latent.curves import PATH_KEYS, make_curve
from gan.latent.timing import EASINGS, PARTS, arcs, calm_seam, latent_steps, positions


def curve_of(path="spline", closed=True, seed=0, count=5, d=64):
    keys = np.random.default_rng(seed).standard_normal((2 if path == "circle" else count, d))
    return make_curve(path, keys, closed, wander=seed)


def timed(curve, frames, lengths=None, holds=None, easing="none", back=False):
    count = len(curve.anchors)
    lengths = np.ones(count) if lengths is None else lengths
    holds = np.zeros(count) if holds is None else holds
    return positions(frames, arcs(curve), lengths, holds, easing, curve.closed, back)


EVERY = [
    (path, closed, easing, back)
    for path in PATH_KEYS
    for closed in (True, False)
    for easing in EASINGS
    for back in (False, True)
]


@pytest.mark.parametrize(("path", "closed", "easing", "back"), EVERY)
def test_the_frame_count_is_exact_and_the_whole_curve_is_covered(path, closed, easing, back):
    curve = curve_of(path, closed)
    for frames in (2, 3, 7, 24, 125, 3000):
        u = timed(curve, frames, holds=np.linspace(0, 1, len(curve.anchors)), easing=easing,
                  back=back)  # fmt: skip
        assert u.shape == (frames,) and np.isfinite(u).all()
        assert u[0] == 0 and u.min() == 0 and u.max() <= curve.segments
        if back:
            np.testing.assert_array_equal(u[1:], u[:0:-1])  # as it went, so it comes
        else:
            assert (np.diff(u) >= 0).all()
        if not curve.closed and (frames % 2 == 0 or not back):
            assert u[frames // 2 if back else -1] == pytest.approx(curve.segments)
    assert curve.closed or u.max() > curve.segments - 0.1


@pytest.mark.parametrize("path", PATH_KEYS)
@pytest.mark.parametrize("closed", [True, False])
def test_the_speed_is_constant(path, closed):
    curve = curve_of(path, closed)
    z = curve.at(timed(curve, 1200))
    steps = latent_steps(z, None, curve.closed)
    median = np.median(steps)
    assert steps.max() < 1.03 * median
    # a step across a corner of slerp is a short cut
    slow = np.count_nonzero(steps < 0.97 * median)
    assert slow <= (len(curve.anchors) if path == "slerp" else 0)


def test_the_steps_add_up_to_the_length_of_the_curve():
    curve = curve_of()
    fine = np.linalg.norm(np.diff(curve.at(np.linspace(0, 5, 100_001)), axis=0), axis=1).sum()
    table = arcs(curve)
    assert table.shape == (5, PARTS) and table.sum() == pytest.approx(fine, rel=1e-3)
    classes = np.eye(10)[[0, 1, 2, 3, 4]]
    assert 1 < arcs(curve, classes).sum() / table.sum() < 1.02
    still = make_curve("spline", np.repeat(curve.anchors[:1], 5, axis=0))
    assert arcs(still).sum() == pytest.approx(0, abs=1e-6) and arcs(still, classes).min() > 0


def test_holds_rest_at_their_keyframes():
    curve = curve_of()
    holds = [0.5, 0, 2, 0, 0]
    u = timed(curve, 7500, holds=holds)  # 7.5 segments: 1000 frames each
    resting = [np.count_nonzero(u == key) for key in range(5)]
    np.testing.assert_allclose(resting, [500, 1, 2000, 1, 1], atol=2)
    assert (u[:500] == 0).all() and u[-1] > 4.9
    held = timed(curve, 7500, easing="hold")
    resting = [np.count_nonzero(np.abs(held - key) < 1e-9) for key in range(5)]
    assert min(resting) >= 500  # easing "hold" rests half a segment at every key
    open_ended = timed(curve_of(closed=False), 6000, holds=[0, 0, 0, 0, 2])
    assert np.count_nonzero(open_ended == 4) == pytest.approx(2000, abs=2)


def test_lengths_stretch_their_segments():
    curve = curve_of("slerp", count=4)
    shares = []
    for length in (1, 4):
        u = timed(curve, 4000, lengths=[1, length, 1, 1])
        shares.append(np.count_nonzero((u >= 1) & (u < 2)))
    assert shares[1] / (4000 - shares[1]) == pytest.approx(4 * shares[0] / (4000 - shares[0]), 0.01)


@pytest.mark.parametrize("easing", ["smooth", "hold"])
def test_easing_slows_down_at_the_keyframes_and_reaches_them(easing):
    curve = curve_of()
    u = timed(curve, 3000, easing=easing)
    steps = np.linalg.norm(np.diff(curve.at(u), axis=0), axis=1)
    near = np.abs(u[1:] - np.round(u[1:])) < 0.01
    far = np.abs(u[1:] - np.round(u[1:])) > 0.4
    assert steps[near].max() < 0.3 * steps[far].min()


def test_similar_and_equal_keyframes_have_a_least_duration():
    keys = np.random.default_rng(0).standard_normal((4, 64))
    keys[1] = keys[0] + 1e-3 * keys[1]
    u = timed(make_curve("slerp", keys), 1000)
    assert np.count_nonzero(u < 1) >= 50
    for closed in (True, False):
        u = timed(make_curve("spline", np.ones((3, 64)), closed), 300)
        assert np.isfinite(u).all() and np.ptp(u) > 1.9


@pytest.mark.parametrize("closed", [True, False])
def test_a_spline_through_zero_is_refused(closed):
    key = np.random.default_rng(0).standard_normal(64)
    for keys in ([key, -key], [key, -key - 1e-6]):
        with pytest.raises(ValueError, match="crosses zero"):
            arcs(make_curve("spline", keys, closed))
    a, b = np.eye(2, 64)
    assert np.isfinite(arcs(make_curve("spline", [a, b, -a, -b], closed))).all()


def test_calm_seam_limits_the_latent_speed_next_to_the_seam():
    latent = np.ones((4, 64))
    steps = np.ones((4, 64))
    np.testing.assert_array_equal(calm_seam(steps, latent, False), steps)  # nothing to mend
    steps[-1, 32:] = 0.25  # four times as fast in latent space as the rest
    calm = calm_seam(steps, latent, False)
    np.testing.assert_array_equal(calm[:3], steps[:3])
    np.testing.assert_allclose(calm[-1, -32:], 1)
    mirrored = calm_seam(steps.ravel()[::-1].reshape(4, 64), latent, True)
    np.testing.assert_allclose(mirrored.ravel()[::-1], calm.ravel())
    assert (calm_seam(steps, np.zeros((4, 64)), False) == steps).all()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"frames": 1}, "2 to 100,000"),
        ({"frames": 0}, "2 to 100,000"),
        ({"frames": 100_001}, "2 to 100,000"),
        ({"frames": 24.0}, "whole number"),
        ({"frames": True}, "whole number"),
        ({"easing": "bounce"}, "none, smooth, hold"),
        ({"holds": [0, 9, 0, 0, 0]}, "hold of keyframe 2 .* 0 to 8"),
        ({"holds": [-1, 0, 0, 0, 0]}, "hold of keyframe 1"),
        ({"lengths": [1, 1, 0, 1, 1]}, "length of keyframe 3 .* 0.1 to 10"),
        ({"lengths": [1, 1, np.nan, 1, 1]}, "length of keyframe 3"),
        ({"lengths": [1, 1]}, "one length for each of the 5"),
        ({"lengths": ["long"] * 5}, "one length for each"),
    ],
)
def test_invalid_arguments_raise_a_message(changes, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        timed(curve_of(), **{"frames": 100} | changes)
    message = str(caught.value)
    assert message[0].isupper() and message.endswith(".")


def test_limits_are_inclusive():
    curve = curve_of()
    u = timed(curve, 100_000, lengths=[0.1, 10, 1, 1, 1], holds=[0, 8, 0, 0, 0])
    assert u.shape == (100_000,) and np.isfinite(u).all()
