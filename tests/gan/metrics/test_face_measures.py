"""The state of a moving face is seen in its frames."""

import numpy as np
import pytest
import torch

from gan.data.image_set import load
from gan.data.moving_faces import random_rhythms
from gan.metrics import clip_measures, face_measures
from gan.metrics.face_measures import FaceStates

COUNT, FRAMES = 40, 64
TIMES = torch.arange(float(FRAMES)).expand(COUNT, -1)


@pytest.fixture(scope="module")
def clips():
    source = load("moving-faces", train=False).source
    drawn = source.clips(torch.arange(COUNT), TIMES, torch.Generator().manual_seed(0))
    return drawn.permute(0, 1, 3, 4, 2).numpy()


@pytest.fixture(scope="module")
def seen(clips):
    return FaceStates.seen(clips)


@pytest.fixture(scope="module")
def shuffled(clips):
    return FaceStates.seen(clip_measures.shuffled(clips))


@pytest.fixture(scope="module")
def true():
    state = random_rhythms(COUNT, torch.Generator().manual_seed(0)).at(TIMES)
    return {name: values.numpy() for name, values in state._asdict().items()}


def test_nods_are_seen_to_a_fifth_of_a_px(seen, true):
    error = seen.nod - (true["nod"] - true["nod"].mean(1, keepdims=True))
    assert np.median(np.sqrt(np.square(error).mean(1))) < 0.1
    assert np.sqrt(np.square(error).mean()) < 0.2


def test_eyes_and_mouths_are_seen_to_open_and_close(seen, true):
    for found, known in ((seen.eyes, 1 - true["eyes"]), (seen.mouth, true["mouth"])):
        pairs = zip(found, known, strict=True)
        assert np.median([np.corrcoef(*pair)[0, 1] for pair in pairs]) > 0.9


def test_changes_are_confined_to_eyes_and_mouth(seen):
    assert seen.other.mean() < 0.5 * min(seen.eyes.mean(), seen.mouth.mean())


def test_a_nod_is_a_sine_and_a_shuffled_one_is_not(seen, shuffled):
    assert face_measures.nod_violations(seen.nod) < 0.05
    assert face_measures.nod_violations(shuffled.nod) > 0.7


def test_a_head_that_stays_has_no_rhythm(clips):
    assert face_measures.nod_violations(FaceStates.seen(clips[:5, :1].repeat(16, 1)).nod) == 1


@pytest.mark.parametrize("name", ["nod", "eyes", "mouth"])
def test_shuffled_states_jump(seen, shuffled, name):
    mine, its = (face_measures.changes(getattr(each, name)).mean() for each in (seen, shuffled))
    assert its > 1.5 * mine
