"""Digits move at constant speed and bounce; frames can be had at any time, from a seed."""

import pytest
import torch

from gan.data.clips import random_times
from gan.data.image_set import DataError, load
from gan.data.moving_mnist import STEP, draw, random_paths


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def ink_centre(frames):
    """The mean position of the ink of (n,k,1,h,w), as x and y in px: (n,k,2)."""
    ink, at = frames[:, :, 0].float(), torch.arange(frames.shape[-1]) + 0.5
    total = ink.sum((2, 3))
    return torch.stack([(ink.sum(2) * at).sum(2) / total, (ink.sum(3) * at).sum(2) / total], 2)


@pytest.fixture(scope="module")
def moving():
    return load("moving-mnist", train=False)


def test_positions_move_straight_at_constant_speed_and_are_reflected_at_the_edges():
    times = torch.arange(0, 200.0).expand(500, -1)
    paths = random_paths(500, rng())
    positions = paths.at(times)
    assert positions.min() >= 0 and positions.max() <= 1
    steps = positions.diff(dim=1)
    inside = ((positions[:, 1:] > STEP) & (positions[:, 1:] < 1 - STEP)).all(2)
    torch.testing.assert_close(
        steps.norm(dim=2)[inside], torch.full((int(inside.sum()),), STEP), rtol=0, atol=1e-4
    )
    straight = steps.diff(dim=1)[inside[:, 1:] & inside[:, :-1]]
    assert straight.abs().max() < 1e-4
    reversed_often = (steps > 0).any(1) & (steps < 0).any(1)
    assert reversed_often.float().mean() > 0.9


@pytest.mark.parametrize("name", ["moving-mnist", "moving-mnist-64", "moving-mnist-pairs"])
def test_the_drawn_digit_moves_as_its_path_does(name):
    data = load(name, train=False)
    size = data.images.shape[-1]
    assert data.images.shape == (10_000, 1, size, size) and data.images.dtype == torch.uint8
    times = torch.arange(0, 30.0).expand(40, -1)
    clips, labels = data.clips(torch.arange(40), times, rng())
    assert clips.shape == (40, 30, 1, size, size) and clips.min() == -1 and clips.max() <= 1
    assert torch.equal(labels, data.labels[:40])
    if name == "moving-mnist-pairs":
        return
    px = data.source.digits.shape[-1] / 2
    free = size - px
    centres = ink_centre(clips + 1)
    # the same path, seen from the digit's own centre of ink
    path = random_paths(40, rng()).at(times) * free
    offset = centres - path
    assert (offset - offset.mean(1, keepdim=True)).abs().max() < 0.06
    assert (offset > 0).all() and (offset < px).all()


def test_clips_come_from_the_seed_alone_and_another_draw_moves_otherwise(moving):
    index, times = torch.arange(8), torch.arange(0, 5.0).expand(8, -1)
    first, same, other = (moving.clips(index, times, rng(seed))[0] for seed in (1, 1, 2))
    assert torch.equal(first, same) and not torch.equal(first, other)


def test_a_clip_has_frames_between_frames(moving):
    index = torch.arange(8)
    whole, half = (
        moving.clips(index, torch.tensor([t]).expand(8, -1), rng())[0] for t in ([0.0, 1], [0, 0.5])
    )
    assert torch.equal(whole[:, 0], half[:, 0]) and not torch.equal(whole[:, 1], half[:, 1])


def test_a_subset_has_the_clips_of_its_images(moving):
    few = moving.subset(50, 0)
    assert len(few.labels) == 50 and few.labels.bincount().tolist() == [5] * 10
    at = torch.zeros(50, 1)
    ink = (few.clips(torch.arange(50), at, rng())[0] > 0).sum((1, 2, 3, 4))
    alone = (few.images > 127).sum((1, 2, 3))
    assert torch.corrcoef(torch.stack([ink, alone]).float())[0, 1] > 0.95


def test_the_single_frames_are_the_same_every_time_and_spread_over_the_free_range(moving):
    assert torch.equal(moving.images[:100], load("moving-mnist", train=False).images[:100])
    centres = ink_centre(moving.images[:, None])[:, 0]
    assert (centres.std(0) > 2.5).all()  # of 12 px uniformly, 3.5


def test_a_digit_is_drawn_where_its_position_says():
    digit = torch.full((1, 1, 40, 40), 200, dtype=torch.uint8)
    drawn = draw(digit, torch.tensor([[0.25, 0.5]]), 32)
    assert (drawn[:, :, 6:26, 3:23] == 200).all()
    drawn[:, :, 6:26, 3:23] = 0
    assert not drawn.any()


def test_times_ascend_from_zero_and_stay_within_the_span():
    times = random_times(2000, 16, rng())
    assert times.shape == (2000, 3) and (times[:, 0] == 0).all()
    gaps = times.diff(dim=1)
    assert (times[::2] == torch.arange(3)).all() and gaps[1::2].max() > 5
    assert gaps.min() == 1 and times.max() == 15
    assert random_times(3, 3, rng()).tolist() == [[0, 1, 2]] * 3


def test_other_data_sets_have_no_clips(tiny_data):
    with pytest.raises(DataError, match="mnist has no clips"):
        tiny_data.clips(torch.arange(2), torch.zeros(2, 1), rng())
