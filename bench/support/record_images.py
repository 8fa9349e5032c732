"""Store the own images of the recorded runs: 60 digits, and people of an archive.

    python bench/support/record_images.py people.zip

The zip is that of `bench.support.twemoji`. The images are stored where `LATENT_STUDIO_IMAGES` says.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2]))  # the repository's root

from bench.support.recorded import DIGITS, PEOPLE
from gan.data.collection import Collection, CollectionStore
from gan.data.image_set import load

SIDE = 32
HELD = 10  # one image of so many is held out


def main() -> None:
    """Store both collections."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("people", type=Path)
    store(DIGITS, *digits())
    store(PEOPLE, *people(parser.parse_args().people))


def digits(each: int = 6) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Return `each` MNIST digits of every class: uint8 (n,1,32,32), labels (n,), names."""
    known = load("mnist")
    chosen = [np.flatnonzero(known.labels.numpy() == digit)[:each] for digit in range(10)]
    order = np.stack(chosen, 1).ravel()
    images = np.pad(known.images.numpy()[order], ((0, 0), (0, 0), (2, 2), (2, 2)))
    return images, known.labels.numpy()[order], [str(digit) for digit in range(10)]


def people(path: Path) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Return the images of a zip with a folder for each class: uint8 (n,3,32,32), labels, names."""
    with zipfile.ZipFile(path) as packed:
        members = [name for name in packed.namelist() if name.endswith(".png")]
        classes = sorted({name.split("/")[-2] for name in members})
        labels = np.array([classes.index(name.split("/")[-2]) for name in members])
        images = []
        for name in members:
            image = Image.open(io.BytesIO(packed.read(name))).convert("RGBA")
            ground = Image.new("RGBA", image.size, "white")
            ground.alpha_composite(image)
            images.append(
                np.asarray(ground.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX))
            )
    order = np.random.default_rng(0).permutation(len(labels))
    return np.stack(images).transpose(0, 3, 1, 2)[order], labels[order], classes


def store(name: str, images: np.ndarray, labels: np.ndarray, classes: list[str]) -> None:
    """Add a collection; the last tenth of the images is held out."""
    kept = CollectionStore()
    folder = kept.new_folder()
    np.save(folder / "images.npy", images)
    np.save(folder / "labels.npy", labels.astype(np.int64))
    counts = tuple(int(count) for count in np.bincount(labels, minlength=len(classes)))
    held, channels = len(labels) // HELD, images.shape[1]
    facts = {"name": "recorded", "skipped": (), "noted": {}, "made_s": time.time(), "fit": "crop"}
    kept.add(
        folder,
        Collection(name, size=SIDE, channels=channels, classes=tuple(classes), counts=counts,
                   train=len(labels) - held, held=held, **facts),
    )  # fmt: skip


if __name__ == "__main__":
    main()
