"""The Frechet distance of few samples: hardly biased, and its error bar tells the truth."""

import numpy as np
import pytest
import torch

from gan.evaluate import frechet_distance, moments
from gan.frechet import Frechet

D, N = 24, 200
MIX = np.random.default_rng(1).standard_normal((D, D)) / 5


def draw(rng: np.random.Generator, count: int, shift: float = 0.0) -> np.ndarray:
    return rng.standard_normal((count, D)) @ MIX + shift


@pytest.fixture(scope="module")
def real():
    return moments(draw(np.random.default_rng(2), 50_000))


def test_all_samples_together_are_the_plain_distance(real):
    found = draw(np.random.default_rng(3), N)
    mine = moments(found)
    both = (torch.from_numpy(part)[None] for part in mine)
    assert float(Frechet(real).distances(*both)) == pytest.approx(
        frechet_distance(mine, real), rel=1e-6
    )


@pytest.mark.parametrize("shift", [0.1, 0.3])
def test_few_samples_give_the_distance_of_many(real, shift):
    rng = np.random.default_rng(4)
    truth = frechet_distance(moments(draw(rng, 50_000, shift)), real)
    few = [draw(rng, N, shift) for _ in range(60)]
    plain = np.mean([frechet_distance(moments(one), real) for one in few]) - truth
    found = [Frechet(real).estimate(one) for one in few]
    values = np.array([one.value for one in found])
    assert abs(values.mean() - truth) < plain / 2
    errors = np.array([one.error for one in found])
    assert 0.6 < errors.mean() / values.std() < 1.7


def test_the_same_image_again_and_again_is_a_distance_too(real):
    value, error = Frechet(real).estimate(np.ones((N, D)))
    assert value == pytest.approx(
        ((1 - real.mean) ** 2).sum() + np.trace(real.covariance), rel=1e-3
    )
    assert error == pytest.approx(0, abs=1e-6)


def test_too_few_samples_are_refused(real):
    with pytest.raises(ValueError, match="at least 40"):
        Frechet(real).estimate(np.ones((39, D)))
