"""The browser's latents are Python's."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from gan.latents import SEED_MAX, latent

MODULE = Path(__file__).parents[2] / "demo/static/latents.js"
CASES = [(seed, z_dim) for seed in (0, 1, 42, 2**31, SEED_MAX) for z_dim in (2, 7, 64, 100, 512)]


@pytest.mark.skipif(not shutil.which("node"), reason="no node on this machine to run the module")
def test_a_seed_gives_the_same_latent_in_javascript(tmp_path):
    # a copy that node takes for a module whatever its version
    module = tmp_path / "latents.mjs"
    module.write_text(MODULE.read_text())
    script = (
        f'import {{ latent }} from "{module.as_uri()}";'
        f"const cases = {json.dumps(CASES)};"
        "console.log(JSON.stringify(cases.map(([s, d]) => Array.from(latent(s, d)))));"
    )
    command = ["node", "--input-type=module", "-e", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    for (seed, z_dim), found in zip(CASES, json.loads(done.stdout), strict=True):
        np.testing.assert_allclose(found, latent(seed, z_dim), atol=1e-6, rtol=0)
