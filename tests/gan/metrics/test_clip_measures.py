"""Measures of motion tell real clips from shuffled, frozen, looping and wrongly moving ones."""

import numpy as np
import pytest
import torch

from gan.data.image_set import load
from gan.metrics import clip_measures as measures


@pytest.fixture(scope="module")
def clips():
    """100 real clips of 64 frames."""
    data = load("moving-mnist", train=False)
    times = torch.arange(64.0).expand(100, -1)
    drawn = data.source.clips(torch.arange(100), times, torch.Generator().manual_seed(0))
    return drawn.permute(0, 1, 3, 4, 2).numpy()


def test_shuffling_keeps_the_frames_of_each_clip(clips):
    other = measures.shuffled(clips)
    assert (other != clips).any()
    for mine, its in zip(clips[:5], other[:5], strict=True):
        assert sorted(frame.tobytes() for frame in mine) == sorted(f.tobytes() for f in its)


def test_real_digits_move_at_their_speed_and_turn_only_at_the_edges(clips):
    centres = measures.ink_centres(clips)
    assert np.median(measures.speeds(centres)) == pytest.approx(1.2, abs=0.02)
    assert measures.bounce_violations(centres) < 0.001
    assert np.median(measures.accelerations(centres)) < 0.1
    mixed = measures.ink_centres(measures.shuffled(clips))
    assert measures.bounce_violations(mixed) > 0.5
    assert np.median(measures.speeds(mixed)) > 3


def test_a_turn_in_mid_air_is_a_violation():
    t = np.arange(60.0)
    straight = np.stack([np.abs((t * 0.9) % 24 - 12), np.abs((t * 0.7 + 5) % 24 - 12)], 1)[None]
    assert measures.bounce_violations(straight) == 0
    turned = straight.copy()
    turned[:, 5:] += [0, 1]  # a jump
    assert measures.bounce_violations(turned) > 0


def test_frozen_clips_are_found(clips):
    usual = np.median(measures.change(clips))
    assert measures.frozen(clips, usual) == 0
    still = clips.copy()
    still[:30] = still[:30, :1]
    assert measures.frozen(still, usual) == pytest.approx(0.3)


def test_looping_clips_are_found_and_frozen_ones_are_no_loops(clips):
    usual = np.median(measures.change(clips, 8))
    assert measures.looping(clips, usual) < 0.15
    again = clips.copy()
    again[:40] = np.tile(again[:40, :7], (1, 10, 1, 1, 1))[:, :64]
    again[40:50] = again[40:50, :1]
    assert 0.38 < measures.looping(again, usual) < 0.5  # the loops, and a few of the other half


def test_identity_is_the_share_of_frames_that_agree():
    predicted = np.array([[3, 3, 3, 3], [1, 1, 2, 1]])
    assert measures.kept_identity(predicted) == 7 / 8


def test_the_distance_of_distributions_is_in_their_unit():
    numbers = np.random.default_rng(0).normal(size=5000)
    assert measures.distribution_distance(numbers, numbers + 2) == pytest.approx(2)
    assert measures.distribution_distance(numbers, numbers) == 0


def test_the_spread_within_groups_is_a_share_of_that_of_all():
    values = np.random.default_rng(0).normal(size=(200, 10, 3))
    assert measures.spread_within(values) == pytest.approx(1, abs=0.03)
    assert measures.spread_within(values[:, :1].repeat(10, 1)) == pytest.approx(0)
