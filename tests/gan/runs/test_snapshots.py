"""Snapshots: contact sheets with their weights, thinned, and checked for truncation."""

from __future__ import annotations

import numpy as np
import pytest

from gan.models.generator import Generator, ModelError
from gan.monitor.compare import best_step
from gan.presets import preset
from gan.runs import run as runs
from gan.runs.run import Run
from gan.runs.snapshots import (
    MAX_SNAPSHOTS,
    drop_after,
    fixed_latents,
    kept_steps,
    snapshot_steps,
    thin,
    thin_snapshots,
)
from gan.storage.layout import snapshot_picture_path, snapshot_weights_path

TINY = preset("default", width=4, batch_size=4, steps=10_000)


@pytest.fixture
def run(monkeypatch, tiny_data, tmp_path):
    """A run at step 4 with snapshots of steps 0 and 4."""
    monkeypatch.setattr(runs.image_set, "load", lambda *_, **__: tiny_data)
    made = Run.create(TINY, tmp_path)
    made.keep_snapshot()
    while made.step < 4:
        made.advance()
    made.keep_snapshot()
    return made


def test_a_snapshot_draws_its_contact_sheet(run):
    shown = run.preview.images().astype(int)
    while run.step < 8:
        run.advance()
    assert kept_steps(run.folder) == [0, 4]
    z, classes = fixed_latents(TINY), np.arange(60) % 10
    drawn = Generator.load(run.folder, 4).sample(z, classes).astype(int)
    assert np.abs(drawn - shown).max() <= 2
    early = Generator.load(run.folder, 0).sample(z, classes).astype(int)
    assert np.abs(early - shown).max() > 2


def test_a_row_has_one_latent_per_pass_through_the_classes():
    few = preset("own-images", data="own-0123456789ab", image_size=32, image_channels=3,
                 image_classes=4)  # fmt: skip
    for config, span in ((TINY, 10), (few, 4), (preset("unconditional"), 1)):
        rows = fixed_latents(config).reshape(6, 10, -1)
        for row in rows:
            first = [int((row == z).all(1).argmax()) for z in row]
            assert first == [k // span * span for k in range(10)]
        assert len({row.tobytes() for row in rows}) == 6


@pytest.mark.parametrize("data", [b"", b"cut", None, bytes(1000)])
def test_truncated_weights_raise_model_error(run, data):
    path = snapshot_weights_path(run.folder, 4)
    path.write_bytes(path.read_bytes()[:-5] if data is None else data)
    with pytest.raises(ModelError, match="cannot be used"):
        Generator.load(run.folder, 4)
    path.unlink()
    assert kept_steps(run.folder) == [0] and snapshot_steps(run.folder) == [0, 4]
    with pytest.raises(ModelError, match="missing"):
        Generator.load(run.folder, 4)


def test_thinning_and_dropping_remove_the_weights_too(run):
    for step in range(5, 5 + MAX_SNAPSHOTS):
        snapshot_picture_path(run.folder, step).write_bytes(b"x")
        snapshot_weights_path(run.folder, step).write_bytes(b"x")
    snapshot_weights_path(run.folder, 999).write_bytes(b"of a picture never written")
    thin_snapshots(run.folder, best=66)
    kept = kept_steps(run.folder)
    assert len(kept) == MAX_SNAPSHOTS and not snapshot_weights_path(run.folder, 999).exists()
    assert {0, 66, 4 + MAX_SNAPSHOTS} <= set(kept)
    drop_after(run.folder, 4)
    assert kept_steps(run.folder) == snapshot_steps(run.folder) == [0, 4]
    assert len(list((run.folder / "snapshots").iterdir())) == 4


def test_resume_removes_snapshots_truncated_by_a_power_cut(run):
    while run.step < 6:
        run.advance()
    run.keep_snapshot()
    run.save()
    for path in (snapshot_picture_path(run.folder, 0), snapshot_weights_path(run.folder, 4)):
        path.write_bytes(path.read_bytes()[:-7])
    Run.resume(run.folder)
    assert snapshot_steps(run.folder) == [4, 6] and kept_steps(run.folder) == [6]


def test_the_first_the_last_and_the_best_are_never_removed():
    kept: list[int] = []
    for step in range(0, 40_000, 37):
        kept.append(step)
        dropped = thin(kept, 16, {370} if step >= 370 else ())
        kept = [each for each in kept if each not in dropped]
        assert kept[0] == 0 and kept[-1] == step and (step < 370 or 370 in kept)
        assert len(kept) <= 16
    gaps = np.diff(np.log(np.array(kept) + 50.0))
    assert gaps.max() < 8 * np.median(gaps)  # about evenly spaced on a logarithmic scale


def test_the_best_step_has_the_lowest_distance_among_the_snapshots():
    rows = [{"step": s, "frechet": f} for s, f in ((10, 9.0), (20, 3.0), (30, 2.0), (40, 5.0))]
    assert best_step(rows, {10, 20, 40}) == 20
    assert best_step([{"step": 10}, {"step": 20, "frechet": None}], {10, 20}) is None
