"""The disk space of a run is bounded, and known before it starts."""

import subprocess
import sys
from pathlib import Path

import pytest

from gan.presets import preset
from gan.runs import disk_use, snapshots
from gan.runs import run as runs
from gan.runs.disk_use import TEXT_BYTES, most_bytes
from gan.runs.run import Run
from gan.system.disk import used_bytes

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", ["default", "article"])
def test_a_run_never_takes_more_than_estimated(tmp_path, monkeypatch, tiny_data, name):
    monkeypatch.setattr(runs.image_set, "load", lambda *_, **__: tiny_data)
    for module in (disk_use, snapshots):
        monkeypatch.setattr(module, "MAX_SNAPSHOTS", 6)
    config, used = preset(name, width=8, batch_size=4), []
    run = Run.create(config, tmp_path / "run")
    for _ in range(11):
        run.advance()
        run.keep_snapshot()
        run.save()
        used.append(used_bytes(tmp_path))
    most = most_bytes(config)
    assert 0.5 * (most - TEXT_BYTES) < used[-1] < most
    assert used[-1] < 1.25 * used[8]  # from then on files are replaced


def test_the_estimate_loads_no_compiler():
    """Else the first start of a run would take seconds more, and 160 MB."""
    code = "import sys; from gan.config import Config; from gan.runs.disk_use import most_bytes; "
    code += "import torch; before = torch.get_rng_state().tolist(); most_bytes(Config()); "
    code += "assert torch.get_rng_state().tolist() == before; print('sympy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
