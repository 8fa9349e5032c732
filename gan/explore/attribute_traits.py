"""Traits that a judge reads in images of a data set with attributes, such as whether a face smiles.

Each one is the mean over an attribute's values of a weight from 0 to 1, weighted by the judge's
probabilities, in percent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gan.data.attributes import attribute_values
from gan.explore.traits import Trait
from gan.metrics.judge import Judge

ABSENT = ("no", "none")
LEAST = 25.0  # percent, the smallest change from end to end that counts as visible


@dataclass(frozen=True)
class AttributeTrait(Trait):
    """`attribute` is one of the data set's, `weights` (values,) those of its values, 0..1."""

    attribute: str
    weights: tuple[float, ...]


# trait: (attribute, the values that count); "present" is all but `ABSENT`, and "order" is from 0
# for the first value to 1 for the last
READ = {
    "glasses": ("glasses", "present"),
    "beard": ("beard", "present"),
    "hat": ("hat", "present"),
    "earrings": ("earrings", "present"),
    "smile": ("mouth", ("happy", "laugh")),
    "hair_length": ("hair_length", "order"),
    "back_hair": ("back_hair", "order"),
    "skin": ("skin", "order"),
    "angry": ("eyebrows", ("angry",)),
}


def attribute_traits(data_name: str) -> list[AttributeTrait]:
    """Return the traits of a data set with attributes; none for most data sets."""
    values = attribute_values(data_name)
    return [
        AttributeTrait(
            name, name, "percent", LEAST, attribute, _weights(counted, values[attribute])
        )
        for name, (attribute, counted) in READ.items()
        if attribute in values
    ]


def read_traits(images: np.ndarray, traits: Sequence[AttributeTrait], judge: Judge) -> np.ndarray:
    """Read traits in images uint8 (n,h,w,c): float64 (n, len(traits)), 0..100."""
    read = judge.read(images)
    columns = [read[trait.attribute] @ np.array(trait.weights) for trait in traits]
    return 100 * np.stack(columns, 1).astype(np.float64)


def _weights(counted: str | tuple[str, ...], values: Sequence[str]) -> tuple[float, ...]:
    if counted == "order":
        return tuple(np.linspace(0, 1, len(values)).tolist())
    if counted == "present":
        return tuple(float(value not in ABSENT) for value in values)
    return tuple(float(value in counted) for value in values)
