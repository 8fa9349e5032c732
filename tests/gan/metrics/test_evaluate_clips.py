"""Measures of motion are worse for shuffled clips than for real ones; those of frames are not."""

import numpy as np
import pytest

from gan.config import preset
from gan.data.image_set import load
from gan.metrics import evaluate_clips
from gan.metrics.evaluate_clips import clip_figures
from tests.models import randomised

OF_FRAMES = ("frames_frechet",)
LOWER = ("motion_frechet", "clip_frechet", "speed", "acceleration", "bounce_violation")
SAME = ("freeze", "freeze_late")  # of clips that never stand still, in any order


@pytest.fixture(scope="module")
def figures():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluate_clips, "SHORT", 600)
        patch.setattr(evaluate_clips, "LONG", 60)
        generator = randomised(preset("video", width=4, clip_span=8))
        labels = np.arange(600) % 10
        held = load("moving-mnist", train=False)
        return clip_figures(generator, held, labels, 0, lambda *_: None)


@pytest.mark.parametrize("name", LOWER)
def test_a_measure_of_motion_is_worse_for_shuffled_clips(figures, name):
    assert figures[name].shuffled > 1.5 * figures[name].floor + 0.01


@pytest.mark.parametrize("name", OF_FRAMES)
def test_a_measure_of_frames_is_the_same_for_shuffled_clips(figures, name):
    assert figures[name].shuffled == pytest.approx(figures[name].floor, rel=0.3)


@pytest.mark.parametrize("name", SAME)
def test_real_clips_never_stand_still(figures, name):
    assert figures[name].floor == figures[name].shuffled == 0


@pytest.mark.parametrize("name", ["motion_frechet", "clip_frechet", "speed", "frames_frechet"])
def test_an_untrained_model_is_worse_than_real_clips(figures, name):
    assert figures[name].value > 2 * figures[name].floor


def test_diversity_is_a_share_of_that_of_all_clips(figures):
    assert 0 < figures["motion_diversity"].value < 1.2
