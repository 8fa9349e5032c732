"""The judge: a small classifier of one data set whose features and predictions score generators.

It runs on the CPU and is bundled (`assets/judges/<data>/`). To train one:
`python -m gan.metrics.judge --data mnist --out assets/judges/mnist`.
"""

import argparse
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from tqdm import tqdm

from gan.data.image_set import ASSETS, DataError, ImageSet, load
from gan.datasets import DATASETS
from gan.metrics.classifier import Classifier, train
from gan.storage.layout import MODEL
from gan.system.machine import has_bfloat16, set_threads

JUDGES = ASSETS / "judges"
BATCH = 250  # bounds the memory


class JudgeError(RuntimeError):
    """There is no judge for these images; the message says which are supported."""


class Judge:
    """A trained classifier of one data set. Thread-safe."""

    def __init__(self, data_name: str, network: Classifier) -> None:
        self.data_name, self.name = data_name, f"the judge of {data_name}"
        self.network = network.eval().requires_grad_(False).to(memory_format=torch.channels_last)
        self._lock = threading.Lock()

    @classmethod
    def load(cls, data_name: str, folder: Path = JUDGES) -> Self:
        """Load the judge of a data set from `<folder>/<data_name>/model.safetensors`.

        Raises JudgeError: there is none for this data set, or its file is damaged.
        """
        path = folder / data_name / MODEL
        if data_name not in DATASETS or not path.is_file():
            known = sorted(found.parent.name for found in folder.glob("*/model.safetensors"))
            raise JudgeError(
                f"There is no judge for {data_name!r}; there is one for: {', '.join(known)}."
            )
        try:
            tensors = load_file(path)
            width = len(tensors["body.0.weight"])
            network = Classifier(DATASETS[data_name].classes, width=width)
            network.load_state_dict(tensors)  # float16, copied to float32
        except (OSError, SafetensorError, RuntimeError, KeyError) as error:
            raise JudgeError(f"The judge in {path} cannot be used: {error}") from error
        return cls(data_name, network)

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Return the most likely class, int64 (n,)."""
        return self.extract(images)[1].argmax(1)

    def extract(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return features float32 (n,128) and class probabilities float32 (n,classes).

        Raises JudgeError: the images are not uint8 (n,28,28,1).
        """
        if images.dtype != np.uint8 or images.ndim != 4 or images.shape[1:] != (28, 28, 1):
            raise JudgeError(
                "The judge takes 28x28 grey images, uint8 (n, 28, 28, 1); these are "
                f"{images.dtype} {images.shape}."
            )
        # with one channel NHWC and NCHW hold the same bytes
        pixels = torch.from_numpy(np.array(images).reshape(-1, 1, 28, 28))
        with self._lock, torch.inference_mode():
            parts = [self.network(part.float() / 127.5 - 1) for part in pixels.split(BATCH)]
            features = torch.cat([part[0] for part in parts])
            return features.numpy(), torch.cat([part[1] for part in parts]).softmax(1).numpy()


def find_judge(data_name: str, shape: tuple[int, ...] = (28, 28, 1)) -> Judge | None:
    """Load the judge of a data set; None if it has none, or none for images of `shape` (h,w,c)."""
    try:
        return Judge.load(data_name) if shape == (28, 28, 1) else None
    except JudgeError:
        return None


def save(network: Classifier, folder: Path) -> None:
    """Write `model.safetensors` in float16: half the size and the same predictions."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: (value.half() if value.is_floating_point() else value).contiguous()
        for name, value in network.state_dict().items()
    }
    save_file(tensors, folder / MODEL)


def accuracy(judge: Judge, data: ImageSet) -> float:
    """Return the share of images (0..1) that the judge classifies correctly."""
    return float((judge.predict(data.pixels()) == data.labels.numpy()).mean())


def main(arguments: Sequence[str] | None = None) -> None:
    """Train a judge, save it and report the accuracy of the saved file."""
    parser = argparse.ArgumentParser(prog="python -m gan.metrics.judge", description=main.__doc__)
    parser.add_argument("--data", default="mnist", choices=DATASETS)
    parser.add_argument("--out", type=Path, required=True, help="a folder named as the data set")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--width", type=int, default=32, help="channels of the first layer")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    if options.out.name != options.data:
        parser.error(f"--out must end in {options.data}: the judge is looked up by that name.")
    set_threads()
    try:
        data = load(options.data)
    except DataError as error:
        parser.error(f"{error}")
    if data.images.shape[1:] != (1, 28, 28):
        parser.error(f"A judge needs 28x28 grey images; {options.data} has others.")
    start, classes = time.perf_counter(), DATASETS[options.data].classes
    half = has_bfloat16(torch.device("cpu"))
    layout = "{percentage:3.0f}% |{bar}| {elapsed}, {remaining} left"
    with tqdm(total=1.0, bar_format=layout) as bar:

        def show(share: float) -> None:
            bar.update(share - bar.n)

        network = train(data, classes, options.epochs, options.seed, options.width, half, show)
    save(network, options.out)
    seconds = time.perf_counter() - start
    judge = Judge.load(options.data, options.out.parent)
    share = accuracy(judge, load(options.data, train=False))
    print(f"{options.out}: {share:.2%} accuracy on the test images, {seconds:.0f} s of training")


if __name__ == "__main__":
    main()
