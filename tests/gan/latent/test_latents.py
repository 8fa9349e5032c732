"""Latents of seeds: reproducible, normal, independent."""

import numpy as np
import pytest

from gan.latent.latents import SEED_MAX, latent, latents


def test_same_seed_same_latent():
    assert latent(7, 64).dtype == np.float32
    assert latent(7, 63).shape == (63,)
    np.testing.assert_array_equal(latents([3, 7], 64)[1], latent(7, 64))


def test_a_seed_means_the_same_in_every_version():
    # shared links and saved recipes hold seeds: these numbers must never change
    first = [-1.0242047, 0.00040714, 0.17446387, -0.88881302]
    last = [2.7076161, 0.20296037, -0.49604842, -0.8584162]
    np.testing.assert_allclose(latents([0, SEED_MAX], 4), [first, last], atol=1e-6)


def test_latents_are_standard_normal():
    z = latents(range(2000), 64).astype(np.float64).ravel()
    error = 1 / np.sqrt(z.size)
    assert abs(z.mean()) < 4 * error
    assert abs(z.var() - 1) < 4 * np.sqrt(2) * error
    assert abs((z**3).mean()) < 4 * np.sqrt(15) * error
    assert abs((z**4).mean() - 3) < 4 * np.sqrt(96) * error
    within = [(np.abs(z) < width).mean() for width in (1, 2, 3)]
    np.testing.assert_allclose(within, [0.6827, 0.9545, 0.9973], atol=4e-3)


def test_coordinates_do_not_follow_each_other():
    z = latents(range(4000), 32).astype(np.float64)
    off = np.corrcoef(z.T) - np.eye(32)
    assert np.abs(off).max() < 5 / np.sqrt(len(z))


@pytest.mark.parametrize("apart", [1, 2, 16, 1 << 16, 1 << 31])
def test_neighbouring_seeds_are_unrelated(apart):
    seeds = np.arange(1000)
    here = latents(seeds.tolist(), 64)
    there = latents((seeds + apart).tolist(), 64)
    correlation = (here * there).mean(1)  # of each pair; N(0, 1/64)
    assert abs(correlation.mean()) < 4 / np.sqrt(64 * 1000)
    assert np.abs(correlation).max() < 5 / 8


def test_the_largest_latents_are_finite():
    assert np.isfinite(latents([0, 1, 0x5BD1E995, SEED_MAX], 512)).all()


@pytest.mark.parametrize("seed", [-1, SEED_MAX + 1, 1.0, "1", None, True])
def test_invalid_seeds_raise_a_message_with_the_range(seed):
    with pytest.raises(ValueError, match="whole number from 0 to 4294967295"):
        latent(seed, 64)
