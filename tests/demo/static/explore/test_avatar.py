"""Avatars without a browser: the latents near a picture's, and pictures of any size."""

import math

import numpy as np
import pytest

from gan.latent.latents import latent
from gan.latent.plan import plan_clip
from tests.node import run_node

NEAR = """
const { loopAround, variationsOf } = await import("./explore/avatar/neighbours.js");
const z = Float32Array.from(given);
give([loopAround(z), variationsOf(z)].map((zs) => zs.map((one) => Array.from(one))));
"""
RESIZE = """
const { resized } = await import("./explore/avatar/resize.js");
const { pixels, side, to, c } = given;
const made = resized({ h: side, w: side, c, pixels: Uint8Array.from(pixels) }, to);
give({ ...made, pixels: Array.from(made.pixels) });
"""


def steps(zs):
    """The distances from each of some latents to the next, and from the last to the first."""
    return np.linalg.norm(np.roll(zs, -1, axis=0) - zs, axis=1)


@pytest.mark.parametrize("z_dim", [2, 3, 64, 512])
def test_a_loop_starts_at_its_latent_and_stays_near_it_and_as_long(tmp_path, z_dim):
    z = latent(7, z_dim) * 0.9
    loop = np.array(run_node(tmp_path, NEAR, z.tolist())[0])
    length = np.linalg.norm(z)
    assert np.allclose(loop[0], z, atol=1e-5)
    assert (loop @ z).min() > math.cos(math.radians(30.1)) * length**2 or z_dim == 2
    if z_dim > 2:  # a circle on the sphere
        assert np.allclose(np.linalg.norm(loop, axis=1), length, rtol=1e-5)
        assert np.allclose(steps(loop), steps(loop)[0], rtol=1e-4)


@pytest.mark.parametrize("z_dim", [2, 5, 64])
def test_a_sheet_has_twelve_variations_and_each_is_a_frame(tmp_path, z_dim):
    z = latent(7, z_dim)
    sheet = np.array(run_node(tmp_path, NEAR, z.tolist())[1])
    length = np.linalg.norm(z)
    assert sheet.shape == (12, z_dim)
    assert np.allclose(sheet @ z, math.cos(math.radians(30)) * length**2, rtol=1e-4)
    assert np.allclose(steps(sheet), steps(sheet)[0], rtol=1e-4)
    if z_dim == 64:
        assert (
            np.linalg.norm(sheet[:, None] - sheet[None], axis=2)[~np.eye(12, dtype=bool)].min() > 1
        )
        plan = plan_clip(sheet, frames=12, path="slerp")
        assert np.allclose(plan.z, sheet, atol=1e-3)


@pytest.mark.parametrize(
    ("side", "to", "c"),
    [(28, 64, 1), (28, 28, 1), (32, 64, 3), (16, 48, 3), (64, 32, 3), (12, 8, 1)],
)
def test_each_pixel_is_the_mean_of_what_it_covers(tmp_path, side, to, c):
    picture = np.random.default_rng(0).integers(0, 256, (side, side, c), np.uint8)
    given = {"pixels": picture.ravel().tolist(), "side": side, "to": to, "c": c}
    made = run_node(tmp_path, RESIZE, given)
    assert (made["h"], made["w"], made["c"]) == (to, to, c)
    found = np.array(made["pixels"]).reshape(to, to, c)
    # exact: enlarged to a common multiple, then the mean of blocks
    common = math.lcm(side, to)
    large = picture.repeat(common // side, axis=0).repeat(common // side, axis=1)
    block = common // to
    mean = large.reshape(to, block, to, block, c).mean(axis=(1, 3))
    assert np.abs(found - mean).max() <= 0.5 + 1e-9
    if to % side == 0:
        assert np.array_equal(found, picture.repeat(to // side, 0).repeat(to // side, 1))
