"""Samples are asked for as real images come."""

import numpy as np
import pytest

from gan.metrics.class_mix import mixed_like


def test_equal_classes_come_by_turns():
    assert (mixed_like(np.repeat(np.arange(10), 7), 95) == np.arange(95) % 10).all()


@pytest.mark.parametrize("count", [1, 2, 37, 100, 10_000])
def test_each_class_is_as_frequent_as_among_the_labels(count):
    numbers = np.array([5000, 1, 0, 700, 2300])
    mixed = mixed_like(np.repeat(np.arange(5), numbers), count)
    assert len(mixed) == count
    wanted = count * numbers / numbers.sum()
    assert (abs(np.bincount(mixed, minlength=5) - wanted) <= 1).all()


def test_the_beginning_is_mixed_as_the_whole():
    labels = np.repeat(np.arange(3), (600, 300, 100))
    shares = [np.bincount(mixed_like(labels, 1000)[:n], minlength=3) / n for n in (10, 100, 1000)]
    assert np.allclose(shares, [0.6, 0.3, 0.1])


def test_no_labels_are_no_mix():
    with pytest.raises(ValueError, match="no labels"):
        mixed_like([], 3)
