"""The latents of JavaScript equal those of Python."""

import numpy as np

from gan.latent.latents import SEED_MAX, latent
from tests.node import run_node

CASES = [(seed, z_dim) for seed in (0, 1, 42, 2**31, SEED_MAX) for z_dim in (2, 7, 64, 100, 512)]
SCRIPT = """
const { latent } = await import("./latent/latents.js");
give(given.map(([seed, zDim]) => Array.from(latent(seed, zDim))));
"""


def test_a_seed_gives_the_same_latent_in_javascript(tmp_path):
    found = run_node(tmp_path, SCRIPT, CASES)
    assert len(found) == len(CASES)
    for (seed, z_dim), numbers in zip(CASES, found, strict=True):
        np.testing.assert_allclose(numbers, latent(seed, z_dim), atol=1e-6, rtol=0)
