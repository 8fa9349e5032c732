"""A small collection of images of noise."""

import time

import numpy as np

from gan.data.collection import Collection, CollectionStore

ID = "own-0123456789ab"


def collect(root, *, id=ID, size=32, channels=3, classes=("cat", "dog"), count=40, **facts):
    """Store `count` images of noise, a tenth of them held out, below `root`."""
    rng, store, held = np.random.default_rng(0), CollectionStore(root), count // 10
    arrived = store.new_folder()
    images = rng.integers(0, 256, (count, channels, size, size), dtype=np.uint8)
    labels = np.arange(count, dtype=np.int64) % max(1, len(classes))
    np.save(arrived / "images.npy", images)
    np.save(arrived / "labels.npy", labels)
    counts = tuple(int((labels == k).sum()) for k in range(len(classes)))
    values = {"name": "Pets", "skipped": (), "noted": {}, "made_s": time.time(), "fit": "crop"}
    values |= facts
    train = count - held
    return store.add(
        arrived, Collection(id, size=size, channels=channels, classes=classes, counts=counts,
                            train=train, held=held, **values)
    )  # fmt: skip
