"""Stored clips are served at real times, from random starts, and never beyond their frames."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gan.config import Config, ConfigError
from gan.data import image_set
from gan.data.collection import Collection, CollectionStore
from gan.data.frame_clips import FrameClips
from gan.data.image_set import DataError
from gan.metrics.evaluate import evaluate
from gan.models.generator import Generator
from gan.presets import preset, usual_preset
from gan.runs.run import Run
from gan.training.pace import measure
from tests.own_images import ID, collect


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_STUDIO_IMAGES", str(tmp_path / "images"))
    return tmp_path / "images"


def numbered(*lengths):
    """Clips whose pixels are ten times the clip's number, plus the frame's."""
    values = [10 * clip + t for clip, n in enumerate(lengths) for t in range(n)]
    frames = torch.tensor(values, dtype=torch.uint8)[:, None, None, None].expand(-1, 1, 32, 32)
    counts = torch.tensor(lengths)
    return FrameClips(frames, torch.stack([counts.cumsum(0) - counts, counts], 1), 32)


def shown(source, index, times, seed=0):
    rng = torch.Generator().manual_seed(seed)
    clips = source.clips(torch.tensor(index), torch.tensor(times), rng)
    assert clips.dtype == torch.uint8 and clips.shape[2:] == (1, 32, 32)
    return clips[..., 0, 0, 0].tolist()


def test_all_times_fit_from_every_start():
    starts = set()
    for seed in range(99):
        (clip,) = shown(numbered(9, 8), [1], [[0.0, 1.2, 4.9]], seed)
        assert [value - clip[0] for value in clip] == [0, 1, 5] and 10 <= clip[0] <= 12
        starts.add(clip[0])
    assert starts == {10, 11, 12}


def test_a_short_clip_is_played_forth_and_back():
    times = [[float(t) for t in range(9)]]
    for seed in range(20):
        (clip,) = shown(numbered(3, 4), [0], times, seed)
        assert set(clip) == {0, 1, 2}
        assert all(abs(a - b) == 1 for a, b in zip(clip, clip[1:], strict=False))
    assert shown(numbered(1), [0], times) == [[0] * 9]


def test_a_subset_has_the_chosen_clips_at_another_size():
    chosen = replace(numbered(3, 4, 5).subset(torch.tensor([2, 0])), size=64)
    found = chosen.clips(torch.tensor([0, 1]), torch.zeros(2, 1), torch.Generator())
    assert found.shape == (2, 1, 1, 64, 64) and found[0].min() >= 20 and found[1].max() <= 2


def store_clips(root, count=20, length=20, channels=3):
    """Store clips of noise, of which a fifth is held out."""
    store, frames = CollectionStore(root), count * length
    made, rng = store.new_folder(), np.random.default_rng(0)
    np.save(made / "images.npy", rng.integers(0, 256, (frames, channels, 32, 32), dtype=np.uint8))
    clips = np.stack([np.arange(count) * length, np.full(count, length)], 1)
    np.save(made / "clips.npy", clips)
    np.save(made / "labels.npy", np.zeros(count, np.int64))
    held = count // 5
    facts = {"name": "Films", "skipped": (), "noted": {}, "made_s": 1.0, "fit": "crop"}
    facts |= {"classes": (), "counts": (), "frames": frames, "fps": 12.0}
    return store.add(
        made, Collection(ID, size=32, channels=channels, train=count - held, held=held, **facts)
    )


def test_a_run_on_own_clips_trains_draws_and_is_evaluated(root, tmp_path):
    one = store_clips(root)
    assert CollectionStore(root).all() == [one] and one.has_clips
    small = {"width": 4, "batch_size": 4, "z_dim": 32}
    config = preset(usual_preset(ID, one.has_clips), **one.settings(), **small)
    assert config.motion_dim and config.data == ID
    run = Run.create(config, tmp_path / "run")
    run.advance()
    run.save()
    generator = Generator.load(tmp_path / "run")
    assert generator.moves
    report = evaluate(generator, 20, measures=("frechet", "motion", "memorisation"))
    assert np.isfinite(report.figures["motion_frechet"].value)
    assert "bounce_violation" not in report.figures
    assert measure(config, 0.05).step_s > 0


def test_the_images_of_clips_are_one_frame_of_each(root):
    one = store_clips(root)
    train, held = image_set.load(ID), image_set.load(ID, train=False)
    assert (len(train.images), len(held.images)) == (one.train, one.held) == (16, 4)
    frames = np.load(root / ID / "images.npy")
    assert (train.images[0].numpy() == frames[10]).all()
    clips, _ = held.clips(torch.tensor([3]), torch.tensor([[0.0, 19.0]]), torch.Generator())
    assert (clips[0, 1] == torch.from_numpy(frames[-1]) / 127.5 - 1).all()


@pytest.mark.parametrize(("start", "count"), [(-1, 20), (390, 20), (0, 0)])
def test_damaged_clips_are_refused(root, start, count):
    store_clips(root)
    clips = np.load(root / ID / "clips.npy")
    clips[3] = start, count
    np.save(root / ID / "clips.npy", clips)
    with pytest.raises(DataError, match="prepare them again"):
        image_set.load(ID)


def test_images_are_no_clips(root):
    one = collect(root)
    assert not one.has_clips and usual_preset(ID) == "own-images"
    with pytest.raises(DataError, match="has no clips"):
        image_set.load_for(preset("video", **one.settings()))
    with pytest.raises(ConfigError, match="has no clips"):
        Config(motion_dim=24)
