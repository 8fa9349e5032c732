"""Names of data sets and classes, in English; the page translates them by the same keys."""

from __future__ import annotations

from collections.abc import Sequence

from demo.text import catalogue
from gan.config import Config


def data_title(data: str) -> str:
    """Return the title of a data set: "Fashion-MNIST"; unknown ones keep their name."""
    return catalogue("en").get(f"data.{data}", data)


def class_names(config: Config, own: Sequence[str] = ()) -> list[str]:
    """Return the names of a model's classes; [] for an unconditional one.

    `own`: names of classes without a text; their numbers if there are not as many names.
    """
    known, count = catalogue("en"), config.classes
    own = own if len(own) == count else [str(k) for k in range(count)]
    return [known.get(f"class.{config.data}.{k}", own[k]) for k in range(count)]
