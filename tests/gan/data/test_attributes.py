"""The faces are as their data cards say: distinct, even, and no attribute goes with another."""

import numpy as np
import pytest

from demo.text import catalogue
from gan.data.attributes import attribute_values, load_attributes
from gan.data.image_set import load

SETS = ["faces", "faces-64"]


@pytest.mark.parametrize("name", SETS)
def test_no_two_faces_are_equal(name):
    both = [load(name, train=train).images for train in (True, False)]
    assert [len(images) for images in both] == [12_000, 2_000]
    assert len({image.tobytes() for images in both for image in images.numpy()}) == 14_000


@pytest.mark.parametrize("name", SETS)
def test_hair_and_skin_are_even_and_attributes_independent(name):
    found, data = load_attributes(name), load(name)
    indices, values = found.indices.numpy(), list(found.values.values())
    assert (indices[:, 0] == data.labels.numpy()).all()
    for k, colour in enumerate(found.values["hair_color"]):  # the class
        assert catalogue("en")[f"class.{name}.{k}"] == colour
    for column in (0, 1):
        assert np.ptp(np.bincount(indices[:, column])) <= 8
    for i, one in enumerate(values):
        assert np.bincount(indices[:, i]).min() > 300  # no value is rare
        for j, other in enumerate(values[:i]):
            assert association(indices[:, [i, j]], len(one), len(other)) < 0.05


def association(pairs, first, second):
    """Cramér's V, 0 for independent ones and 1 where one follows from the other."""
    table = np.zeros((first, second))
    np.add.at(table, tuple(pairs.T), 1)
    expected = np.outer(table.sum(1), table.sum(0)) / len(pairs)
    squared = ((table - expected) ** 2 / expected).sum() / len(pairs)
    return np.sqrt(squared / (min(first, second) - 1))


def test_other_data_sets_have_no_attributes():
    assert attribute_values("mnist") == {} and load_attributes("mnist") is None
