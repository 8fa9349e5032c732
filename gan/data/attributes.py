"""What is known of every image of a data set besides its class, such as whether a face has glasses.

Only data sets that were drawn for this project have attributes (`tools/faces/draw.mjs`).
"""

import json
from dataclasses import dataclass

import torch
from torch import Tensor

from gan.data.errors import DataError
from gan.data.idx import read_idx
from gan.paths import ASSETS

HALVES = {True: "train", False: "t10k"}


@dataclass(frozen=True)
class Attributes:
    """`values` are the possible values of each attribute, by name.

    `indices` int64 (n,a) say which one each image of the split has, in the order of `values`.
    """

    values: dict[str, tuple[str, ...]]
    indices: Tensor


def attribute_values(data_name: str) -> dict[str, tuple[str, ...]]:
    """Return the attributes of a data set and their values; none for most data sets."""
    path = ASSETS / "data" / data_name / "attributes.json"
    if not path.is_file():
        return {}
    return {name: tuple(values) for name, values in json.loads(path.read_text()).items()}


def load_attributes(data_name: str, *, train: bool = True) -> Attributes | None:
    """Load the attributes of a split; None for a data set without. Raises DataError: damaged."""
    values = attribute_values(data_name)
    if not values:
        return None
    path = ASSETS / "data" / data_name / f"{HALVES[train]}-attributes-idx2-ubyte.xz"
    found = read_idx(path)
    if found.ndim != 2 or found.shape[1] != len(values):
        raise DataError(f"{path} does not hold the {len(values)} attributes of attributes.json.")
    return Attributes(values, torch.from_numpy(found.copy()).long())
