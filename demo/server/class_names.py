"""What people call data sets and their classes: the words of `demo/text`, or the classes' numbers.

The server names things in English; a page has the same keys in its own language
(`demo/static/class_names.js`).
"""

from __future__ import annotations

from collections.abc import Sequence

from demo.text import catalogue
from gan.config import Config


def data_title(data: str) -> str:
    """What a data set is called: "Fashion-MNIST"; one that is not known keeps its own name."""
    return catalogue("en").get(f"data.{data}", data)


def class_names(config: Config, own: Sequence[str] = ()) -> list[str]:
    """What each class of a model is called; [] of one that knows no classes.

    `own`: what those are called that have no words here, by their numbers where that is not known.
    """
    known, count = catalogue("en"), config.classes
    own = own if len(own) == count else [str(k) for k in range(count)]
    return [known.get(f"class.{config.data}.{k}", own[k]) for k in range(count)]
