"""Variations of a loop: the same steps, different latents."""

import numpy as np

from gan.latent.tiles import tile


def test_tiles_differ_but_have_the_same_steps():
    z = np.random.default_rng(0).standard_normal((20, 64)).astype(np.float32)
    apart = z @ z.T
    assert tile(z, 0) is z
    seen = [z]
    for index in range(1, 16):
        other = tile(z, index)
        assert other.dtype == np.float32 and other.shape == z.shape
        np.testing.assert_allclose(other @ other.T, apart, atol=1e-4)
        np.testing.assert_array_equal(tile(z[3:4], index)[0], other[3])
        for before in seen:  # as different as two latents that have nothing to do with each other
            cosine = np.sum(before * other, axis=1) / np.sum(z * z, axis=1)
            assert np.abs(cosine).mean() < 0.3
        seen.append(other)


def test_tiles_are_the_same_in_every_version():
    numbers = np.arange(1, 9, dtype=np.float32)[None]
    np.testing.assert_array_equal(tile(numbers, 1)[0], [7, 1, 8, 4, 5, -2, 6, -3])
