"""Score samples of any generator and size by their Frechet distance to MNIST."""

from __future__ import annotations

import numpy as np
from PIL import Image

from gan.data.image_set import load
from gan.metrics.frechet import feature_statistics, frechet_distance
from gan.metrics.judge import Judge

REAL = 10_000


class Scorer:
    """Frechet distances to MNIST's test images in the bundled judge's features.

    `floor` is that of 10,000 real training images.
    """

    def __init__(self) -> None:
        self._judge = Judge.load("mnist")
        test, train = (load("mnist", train=half).images[:, 0].numpy() for half in (False, True))
        chosen = np.random.default_rng(0).choice(len(train), REAL, replace=False)
        self._real = feature_statistics(self._judge.extract(test[..., None])[0])
        self.floor = self.distance(train[chosen])

    def distance(self, images: np.ndarray) -> float:
        """Return the distance of images uint8 (n,28,28)."""
        features = self._judge.extract(images[..., None])[0]
        return frechet_distance(feature_statistics(features), self._real)

    def minimum(self, drawn: dict[str, np.ndarray]) -> tuple[float, str]:
        """Return the least distance over the ways of drawing and resizing, and that way.

        drawn: images uint8 (n,side,side) by way of drawing, side 28 or 32.
        """
        found = {
            f"{name}, {how}": self.distance(images)
            for name, large in drawn.items()
            for how, images in to_28(large).items()
        }
        best = min(found, key=found.get)
        return found[best], best


def to_28(images: np.ndarray) -> dict[str, np.ndarray]:
    """Bring images uint8 (n,side,side) to 28 px; larger ones both resized and cropped."""
    side = images.shape[1]
    if side == 28:
        return {"as drawn": images}
    edge = (side - 28) // 2
    resized = [
        np.asarray(Image.fromarray(image).resize((28, 28), Image.Resampling.BILINEAR))
        for image in images
    ]
    return {"resized": np.stack(resized), "cropped": images[:, edge:-edge, edge:-edge]}
