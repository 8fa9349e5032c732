"""Traits are those that the faces were drawn with, and directions tell the truth of themselves."""

import numpy as np
import pytest

from gan.data.attributes import load_attributes
from gan.data.image_set import load
from gan.explore.attribute_traits import attribute_traits, read_traits
from gan.explore.direction import SIDE_EFFECT, TIMES_RANDOM, Direction
from gan.metrics.judge import Judge

COUNT = 400


@pytest.mark.parametrize("data", ["faces", "faces-64"])
def test_traits_are_those_that_the_faces_were_drawn_with(data):
    traits, known = attribute_traits(data), load_attributes(data, train=False)
    read = read_traits(load(data, train=False).pixels()[:COUNT], traits, Judge.load(data))
    assert read.shape == (COUNT, len(traits)) and read.min() >= 0 and read.max() <= 100
    names = list(known.values)
    for column, trait in zip(read.T, traits, strict=True):
        drawn = known.indices[:COUNT, names.index(trait.attribute)].numpy()
        right = 100 * np.array(trait.weights)[drawn]
        assert np.abs(column - right).mean() < 12, trait.name
        assert np.corrcoef(column, right)[0, 1] > 0.85, trait.name


def test_most_data_sets_have_no_such_traits():
    assert attribute_traits("mnist") == attribute_traits("fashion-mnist") == []


def direction(changes: dict[str, float], random: float) -> Direction:
    axis = np.ones(1, np.float32)
    return Direction("measured", "hat", axis, 1.0, "hat", changes=changes, random=random)


def test_a_direction_is_true_if_it_changes_its_own_trait_and_hardly_others():
    assert direction({"hat": 2.0, "beard": 2 * SIDE_EFFECT}, 2 / TIMES_RANDOM).is_true
    assert not direction({"hat": 2.0, "beard": -2.1 * SIDE_EFFECT}, 0.1).is_true
    assert not direction({"hat": 2.0, "beard": 0.0}, 2.1 / TIMES_RANDOM).is_true
    assert not direction({"hat": -2.0, "beard": 0.0}, 0.1).is_true
    assert Direction("pca", "pca-1", np.ones(1, np.float32), 1.0).is_true
