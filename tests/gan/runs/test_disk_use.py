"""The disk space of a run is bounded, and known before it starts."""

import pytest

from gan.config import preset
from gan.runs import disk_use, snapshots
from gan.runs import run as runs
from gan.runs.disk_use import TEXT_BYTES, most_bytes
from gan.runs.run import Run
from gan.system.disk import used_bytes


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
