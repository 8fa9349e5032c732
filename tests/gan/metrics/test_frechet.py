"""The Frechet distance equals its closed forms and torch-fidelity's; the estimate is unbiased."""

import numpy as np
import pytest
from torch_fidelity.metric_fid import fid_statistics_to_metric

from gan.metrics.frechet import (
    FeatureStatistics,
    FrechetDistance,
    feature_statistics,
    frechet_distance,
)

D, N = 24, 200
MIX = np.random.default_rng(1).standard_normal((D, D)) / 5


def draw(rng: np.random.Generator, count: int, shift: float = 0.0) -> np.ndarray:
    return rng.standard_normal((count, D)) @ MIX + shift


@pytest.fixture(scope="module")
def real():
    return feature_statistics(draw(np.random.default_rng(2), 50_000))


# plain


def gaussian(rng: np.random.Generator, d: int = 6) -> FeatureStatistics:
    factor = rng.normal(size=(d, d))
    return FeatureStatistics(rng.normal(size=d), factor @ factor.T)


def test_it_equals_torch_fidelity():
    rng = np.random.default_rng(5)
    for d in (2, 40):
        a, b = gaussian(rng, d), gaussian(rng, d)
        both = ({"mu": m.mean, "sigma": m.covariance} for m in (a, b))
        wanted = fid_statistics_to_metric(*both, verbose=False)["frechet_inception_distance"]
        assert frechet_distance(a, b) == pytest.approx(wanted, rel=1e-6)


def test_equal_covariances_leave_the_squared_distance_of_the_means():
    a = gaussian(np.random.default_rng(0))
    shift = np.array([3.0, 4, 0, 0, 0, 0])
    assert frechet_distance(a, FeatureStatistics(a.mean + shift, a.covariance)) == pytest.approx(25)


def test_diagonal_covariances_compare_standard_deviations():
    zero = np.zeros(3)
    a, b = (
        FeatureStatistics(zero, np.diag([1.0, 4, 9])),
        FeatureStatistics(zero, np.diag([4.0, 4, 0])),
    )
    assert frechet_distance(a, b) == pytest.approx((1 - 2) ** 2 + 0 + 3**2)


def test_two_by_two_covariances_have_a_closed_form():
    # tr((AB)^(1/2)) = sqrt(tr(AB) + 2 sqrt(det(AB))) for 2x2
    rng = np.random.default_rng(1)
    a, b = gaussian(rng, 2), gaussian(rng, 2)
    product = a.covariance @ b.covariance
    overlap = np.sqrt(np.trace(product) + 2 * np.sqrt(np.linalg.det(product)))
    wanted = ((a.mean - b.mean) ** 2).sum() + np.trace(a.covariance + b.covariance) - 2 * overlap
    assert frechet_distance(a, b) == pytest.approx(wanted)


def test_it_is_symmetric_and_invariant_under_rotation():
    rng = np.random.default_rng(2)
    a, b = gaussian(rng), gaussian(rng)
    turn = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    turned = [FeatureStatistics(turn @ m.mean, turn @ m.covariance @ turn.T) for m in (a, b)]
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a))
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(*turned))


@pytest.mark.parametrize("count", [500, 20], ids=["full rank", "fewer samples than features"])
def test_identical_sets_have_a_distance_of_zero(count):
    features = np.random.default_rng(3).normal(size=(count, 64)).astype(np.float32)
    assert frechet_distance(
        feature_statistics(features), feature_statistics(features)
    ) == pytest.approx(0, abs=1e-5)


# of few samples


@pytest.mark.parametrize("shift", [0.1, 0.3])
def test_the_estimate_of_few_samples_is_nearly_unbiased(real, shift):
    rng = np.random.default_rng(4)
    truth = frechet_distance(feature_statistics(draw(rng, 50_000, shift)), real)
    few = [draw(rng, N, shift) for _ in range(60)]
    plain = np.mean([frechet_distance(feature_statistics(one), real) for one in few]) - truth
    found = [FrechetDistance(real).estimate(one) for one in few]
    values = np.array([one.value for one in found])
    assert abs(values.mean() - truth) < plain / 2
    errors = np.array([one.error for one in found])
    assert 0.6 < errors.mean() / values.std() < 1.7


def test_a_repeated_image_has_a_distance_without_error(real):
    value, error = FrechetDistance(real).estimate(np.ones((N, D)))
    assert value == pytest.approx(
        ((1 - real.mean) ** 2).sum() + np.trace(real.covariance), rel=1e-3
    )
    assert error == pytest.approx(0, abs=1e-6)


def test_too_few_samples_are_refused(real):
    with pytest.raises(ValueError, match="at least 40"):
        FrechetDistance(real).estimate(np.ones((39, D)))
