"""The figures of an evaluation: `gan.metrics.evaluate` makes them, model cards show them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gan.storage.layout import EVALUATION


@dataclass(frozen=True)
class Figure:
    """A measured value and its floor: what real training images get, None where that says nothing.

    (For shares that should be high the "floor" is a ceiling.)
    """

    value: float
    floor: float | None = None


@dataclass(frozen=True)
class Report:
    """What was found, by name of the figure; what does not apply or was not asked for is
    not there.

    `frechet`, the squared distance, 0 at best; `precision` and `recall`, shares, of
    `compared` images of each kind; `memorisation`, 1 or about where nothing is copied, 0 for copies
    (`gan.metrics.neighbours`); `accuracy_score`, a share (`gan.metrics.accuracy_score`);
    `label_agreement`, the share of samples that the judge reads as the class they were asked to be;
    `confidence`, its mean belief in what it read. `class_shares` and `real_class_shares` say how
    often it read each class in samples and in held-out images, None without a judge.
    """

    data: str
    model_id: str
    reader: str
    count: int
    real_count: int
    compared: int
    seed: int
    figures: dict[str, Figure]
    class_shares: tuple[float, ...] | None
    real_class_shares: tuple[float, ...] | None
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Plain values, ready for `json.dumps`."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Report:
        """The reverse of `to_json`.

        Raises:
            TypeError, ValueError, KeyError: these are not the values of a report.
        """
        figures = {name: Figure(**figure) for name, figure in values["figures"].items()}
        shares = {
            name: values[name] and tuple(values[name])
            for name in ("class_shares", "real_class_shares")
        }
        return cls(**{**values, **shares, "figures": figures})


def read_evaluation(folder: Path) -> Report | None:
    """The report beside a model; None where there is none that can be read."""
    try:
        return Report.from_json(json.loads((folder / EVALUATION).read_bytes()))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
