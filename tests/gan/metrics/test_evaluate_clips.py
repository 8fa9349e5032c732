"""Measures of motion are worse for shuffled clips than for real ones; those of frames are not."""

import numpy as np
import pytest

from gan.data.image_set import load
from gan.metrics import evaluate_clips
from gan.metrics.evaluate_clips import clip_figures
from gan.presets import preset
from tests.models import randomised

OF_FRAMES = ("frames_frechet", "identity", "elsewhere")
LOWER = ("motion_frechet", "speed", "acceleration")
RULES = {
    # faces move too little for the distance of clips, which is mostly one of contents
    "moving-mnist": ("bounce_violation", "clip_frechet"),
    "moving-faces": ("nod_violation", "eyes", "mouth"),
}
SAME = ("freeze", "freeze_late")  # of clips that never stand still, in any order


@pytest.fixture(scope="module", params=RULES)
def figures(request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluate_clips, "SHORT", 600)
        patch.setattr(evaluate_clips, "LONG", 60)
        config = preset("video", data=request.param, width=4, clip_span=8)
        labels = np.arange(600) % config.classes
        held = load(request.param, train=False)
        found = clip_figures(randomised(config), held, labels, 0, lambda *_: None)
        return request.param, found


def test_the_rules_are_those_of_what_moves(figures):
    data, found = figures
    of_others = {name for other, rules in RULES.items() if other != data for name in rules}
    of_others.discard("clip_frechet")  # of all
    assert set(RULES[data]) <= set(found) and not of_others & set(found)


def test_a_measure_of_motion_is_worse_for_shuffled_clips(figures):
    data, found = figures
    for name in LOWER + RULES[data]:
        assert found[name].shuffled > 1.5 * found[name].floor + 0.01, name


def test_a_measure_of_frames_is_the_same_for_shuffled_clips(figures):
    found = figures[1]
    for name in set(OF_FRAMES) & set(found):
        assert found[name].shuffled == pytest.approx(found[name].floor, rel=0.3), name


def test_real_clips_never_stand_still(figures):
    for name in SAME:
        assert figures[1][name].floor == figures[1][name].shuffled == 0


def test_an_untrained_model_is_worse_than_real_clips(figures):
    for name in ("motion_frechet", "clip_frechet", "speed", "frames_frechet"):
        assert figures[1][name].value > 2 * figures[1][name].floor, name


def test_real_faces_keep_what_does_not_move(figures):
    data, found = figures
    if data == "moving-faces":
        assert found["identity"].floor > 0.95


def test_diversity_is_a_share_of_that_of_all_clips(figures):
    assert 0 < figures[1]["motion_diversity"].value < 1.2


@pytest.mark.parametrize(
    ("data", "side", "kind"),
    [
        ("moving-mnist", 32, "mnist"),
        ("moving-mnist", 64, "mnist"),
        ("moving-mnist-pairs", 64, None),
        ("moving-faces", 32, "faces"),
        ("moving-faces", 64, None),
        ("own-0123456789ab", 32, None),
    ],
)
def test_rules_are_measured_only_where_they_are_known(data, side, kind):
    assert evaluate_clips._moving_kind(data, (side, side, 1)) == kind
