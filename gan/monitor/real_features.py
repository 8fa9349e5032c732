"""What vital signs compare with: held-out real images of a data set, read once.

Made in a thread of its own, so that nobody waits for it: for MNIST 1.3 s of one processor, once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from gan.data.image_set import DataError, ImageSet, load
from gan.metrics.feature_extractors import Reader, reader_for
from gan.metrics.frechet import Frechet, moments
from gan.metrics.judge import BATCH
from gan.system import priority
from gan.system.malloc import trim

COMPARED = 500  # real images for precision and recall: as many as there are samples

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RealFeatures:
    """The held-out half of a data set, and what a reader sees in it.

    `held` is None when that half cannot be had; then, or with fewer than 2 images, the others are
    None too. `frechet` measures distances to it, `features` float32 (n,d) are those of at most
    `COMPARED` of its images. `spreads` (classes,) is the variance of the features within each
    class, or (1,) of them all where the reader knows no classes.
    """

    held: ImageSet | None = None
    reader: Reader | None = None
    frechet: Frechet | None = None
    spreads: np.ndarray | None = None
    features: np.ndarray | None = None


class RealFeaturesCache:
    """The real_features of every data set that was asked for. Safe to share between threads."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, int], RealFeatures] = {}
        self._makers: dict[tuple[str, int], threading.Thread] = {}
        self._lock = threading.Lock()

    def get(self, data_name: str, size: int) -> RealFeatures | None:
        """The real_features of a data set at `size` px; None while they are still being made.

        The first call starts the thread that makes them. Images that cannot be had give an empty
        `RealFeatures`, never an error.
        """
        key = (data_name, size)
        with self._lock:
            if key not in self._makers:
                # not a daemon: torch dies loudly when Python ends under it
                maker = threading.Thread(target=self._make, args=key, name="reals", daemon=False)
                self._makers[key] = maker
                maker.start()
        return self._made.get(key)

    @property
    def is_reading(self) -> bool:
        """Whether some are being made."""
        return any(maker.is_alive() for maker in list(self._makers.values()))

    def _make(self, data_name: str, size: int) -> None:
        # as modest as training itself: below it, this would wait for the run's end
        priority.lower(nice=priority.TRAINING)
        self._made[data_name, size] = _real_features(data_name, size)
        trim()


def spread(features: np.ndarray, found: np.ndarray, classes: int) -> np.ndarray:
    """Variance within each class (classes,), summed over the features (n,d); 0 of fewer than 2."""
    spreads = np.zeros(classes)
    for k in range(classes):
        mine = features[found == k]
        if len(mine) > 1:
            spreads[k] = mine.var(0, ddof=1, dtype=np.float64).sum()
    return spreads


def _real_features(data_name: str, size: int) -> RealFeatures:
    found = RealFeatures()
    try:
        held = load(data_name, train=False, size=size)
        found = RealFeatures(held)
        if len(held.labels) > 1:
            found = _read(held, reader_for(held))
    except DataError as error:
        log.info("Some vital signs are left out: %s", error)
    except Exception:  # a thread has nobody to raise to
        log.exception("The held-out images of %s could not be read.", data_name)
    return found


def _read(held: ImageSet, reader: Reader) -> RealFeatures:
    images = held.images.permute(0, 2, 3, 1).numpy()
    parts = []
    for start in range(0, len(images), BATCH):
        if not threading.main_thread().is_alive():  # the program is ending: let it
            return RealFeatures(held)
        parts.append(reader.read(images[start : start + BATCH]))
    features = np.concatenate([part[0] for part in parts])
    found, classes = kinds(features, [part[1] for part in parts])
    rng = np.random.default_rng(0)
    some = rng.choice(len(features), min(COMPARED, len(features)), replace=False)
    return RealFeatures(
        held, reader, Frechet(moments(features)), spread(features, found, classes), features[some]
    )


def kinds(features: np.ndarray, beliefs: Sequence[np.ndarray | None]) -> tuple[np.ndarray, int]:
    """The class that each is read as, int (n,), and how many there are: 1 where none are known."""
    if beliefs[0] is None:
        return np.zeros(len(features), int), 1
    known = np.concatenate(beliefs)
    return known.argmax(1), known.shape[1]


def fixed_choice(images: ImageSet, count: int) -> tuple[Tensor, Tensor]:
    """The same `count` images, float in [-1, 1], and labels every time; fewer if there are."""
    rng = np.random.default_rng(0)
    chosen = rng.choice(len(images.labels), min(count, len(images.labels)), replace=False)
    return images.batch(Tensor(chosen).long())
