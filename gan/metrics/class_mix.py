"""Which classes to ask a generator for, so that its samples have the mix of classes that data has.

A conditional G cannot know how often each class occurs; whoever compares its samples with real
images has to ask for them as often, or measures the difference (BigGAN, Brock et al. 2019, and
StyleGAN2-ADA, Karras et al. 2020, draw labels from the training set for this).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def mixed_like(labels: ArrayLike, count: int) -> np.ndarray:
    """Classes int64 (count,), each as often as among `labels`, whole numbers from 0, (n,).

    Nothing is left to chance, and the first few of them are mixed as all are: where all classes
    are equally frequent, they come by turns.

    Raises:
        ValueError: there are no labels.
    """
    numbers = np.bincount(np.asarray(labels, np.int64))
    if not numbers.sum():
        raise ValueError("There are no labels to be mixed like.")
    classes, due = [], []
    for one, share in enumerate(numbers / numbers.sum()):
        turns = np.arange(np.ceil(count * share) + 1)
        classes.append(np.full(len(turns), one, np.int64))
        due.append((turns + 0.5) / share if share else np.full(len(turns), np.inf))
    order = np.argsort(np.concatenate(due), kind="stable")[:count]
    return np.concatenate(classes)[order]
