"""Features of held-out real images, which vital signs compare samples with.

Extracted once per data set in a thread of its own: MNIST takes 1.3 s of one core.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gan.data.image_set import DataError, ImageSet, load
from gan.metrics.feature_extractors import FeatureExtractor, feature_extractor_for
from gan.metrics.frechet import FrechetDistance, feature_statistics
from gan.metrics.judge import BATCH
from gan.system import priority
from gan.system.malloc import trim

COMPARED = 500  # real images for precision and recall: as many as samples

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RealFeatures:
    """The held-out images of a data set and their features.

    `held` is None if the images are not available; then, or with fewer than 2 images, the rest is
    None too. `features` float32 (n,d) are those of at most `COMPARED` images. `spreads` (classes,)
    is the variance of the features within each class, (1,) of all where the extractor knows none.
    """

    held: ImageSet | None = None
    extractor: FeatureExtractor | None = None
    frechet: FrechetDistance | None = None
    spreads: np.ndarray | None = None
    features: np.ndarray | None = None


# of the name of a data set and a size in px; None until they are extracted
FeatureSource = Callable[[str, int], RealFeatures | None]


class RealFeaturesCache:
    """The real features of each requested data set. Thread-safe."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, int], RealFeatures] = {}
        self._makers: dict[tuple[str, int], threading.Thread] = {}
        self._lock = threading.Lock()

    def get(self, data_name: str, size: int) -> RealFeatures | None:
        """Return the features at `size` px, empty without images; None while they are extracted."""
        key = (data_name, size)
        with self._lock:
            if key not in self._makers:
                # not a daemon: torch crashes when Python ends under it
                maker = threading.Thread(target=self._make, args=key, name="reals", daemon=False)
                self._makers[key] = maker
                maker.start()
        return self._made.get(key)

    @property
    def is_reading(self) -> bool:
        """Whether features are being extracted."""
        return any(maker.is_alive() for maker in list(self._makers.values()))

    def _make(self, data_name: str, size: int) -> None:
        # the priority of training: a lower one would wait for the end of the run
        priority.lower(nice=priority.TRAINING)
        self._made[data_name, size] = read_real_features(data_name, size)
        trim()


def read_real_features(data_name: str, size: int) -> RealFeatures:
    """Extract the features of a data set at `size` px; what fails is logged and left out."""
    found = RealFeatures()
    try:
        held = load(data_name, train=False, size=size)
        found = RealFeatures(held)
        if len(held.labels) > 1:
            found = features_of(held, feature_extractor_for(held))
    except DataError as error:
        log.info("Some vital signs are left out: %s", error)
    except Exception:  # the cache's thread has no caller to raise to
        log.exception("The held-out images of %s could not be read.", data_name)
    return found


def features_of(held: ImageSet, extractor: FeatureExtractor) -> RealFeatures:
    """Extract the features of held-out images; only `held` is set if the program ends meanwhile."""
    images, parts = held.pixels(), []
    for start in range(0, len(images), BATCH):
        if not threading.main_thread().is_alive():
            return RealFeatures(held)
        parts.append(extractor.extract(images[start : start + BATCH]))
    features = np.concatenate([part[0] for part in parts])
    predicted, classes = predictions(features, [part[1] for part in parts])
    rng = np.random.default_rng(0)
    some = rng.choice(len(features), min(COMPARED, len(features)), replace=False)
    distance = FrechetDistance(feature_statistics(features))
    spreads = spread(features, predicted, classes)
    return RealFeatures(held, extractor, distance, spreads, features[some])


def predictions(
    features: np.ndarray, probabilities: Sequence[np.ndarray | None]
) -> tuple[np.ndarray, int]:
    """Return the predicted classes int (n,) and their number; one class without probabilities."""
    if probabilities[0] is None:
        return np.zeros(len(features), int), 1
    known = np.concatenate(probabilities)
    return known.argmax(1), known.shape[1]


def spread(features: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Return the total variance of features (n,d) within each class, (classes,); 0 of one image."""
    groups = (features[predicted == k] for k in range(classes))
    variances = [g.var(0, ddof=1, dtype=np.float64).sum() if len(g) > 1 else 0.0 for g in groups]
    return np.array(variances)
