"""The motion of JavaScript equals that of Python."""

import numpy as np
import pytest
import torch

from gan.models.motion import Motion
from tests.node import run_node

SCRIPT = """
const { joined, moved } = await import("./latent/motion.js");
const { motion, zs, times, period } = given;
give({
  moved: zs.map((z) => times.map((t) => Array.from(moved(motion, z, t, period)))),
  joined: Array.from(joined(motion, Float32Array.from(zs[0]), Float32Array.from(zs[1]))),
});
"""


@pytest.mark.parametrize("period", [0, 40])
def test_a_latent_moves_alike_in_javascript(tmp_path, period):
    torch.manual_seed(0)
    motion, zs, times = Motion(9), torch.randn(5, 20), [0, 0.5, 7, -3, 100]
    given = {"motion": motion.layers(), "zs": zs.tolist(), "times": times, "period": period}
    found = run_node(tmp_path, SCRIPT, given)
    with torch.no_grad():
        wanted = motion(zs, torch.tensor(times).expand(5, -1), period or None)
    np.testing.assert_allclose(found["moved"], wanted.numpy(), atol=1e-4)
    np.testing.assert_allclose(found["joined"], torch.cat([zs[0, :11], zs[1, 11:]]), atol=1e-6)
