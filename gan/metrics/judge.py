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
from torch import Tensor
from tqdm import tqdm

from gan.data.attributes import Attributes, attribute_values, load_attributes
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
    """A trained classifier of one data set. Thread-safe.

    `attributes` are the names of what it reads, with the number of values of each; the first one is
    the class. Of most data sets it reads the class alone.
    """

    def __init__(self, data_name: str, network: Classifier) -> None:
        self.data_name, self.name = data_name, f"the judge of {data_name}"
        spec = DATASETS[data_name]
        self.shape = (spec.image_size, spec.image_size, spec.channels)
        self.attributes = _attributes(data_name)
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
            spec, values = DATASETS[data_name], sum(_attributes(data_name).values())
            network = Classifier(values, spec.channels, spec.image_size, width)
            network.load_state_dict(tensors)  # float16, copied to float32
        except (OSError, SafetensorError, RuntimeError, KeyError) as error:
            raise JudgeError(f"The judge in {path} cannot be used: {error}") from error
        return cls(data_name, network)

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Return the most likely class, int64 (n,)."""
        return self.extract(images)[1].argmax(1)

    def extract(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return features float32 (n,128) and class probabilities float32 (n,classes).

        Raises JudgeError: the images are not uint8 (n,h,w,c) of the data set's shape.
        """
        features, logits = self._read(images)
        return features.numpy(), logits[0].softmax(1).numpy()

    def read(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """Return the probabilities of the values of each attribute, float32 (n,values).

        Raises JudgeError as `extract` does.
        """
        parts = zip(self.attributes, self._read(images)[1], strict=True)
        return {name: logits.softmax(1).numpy() for name, logits in parts}

    def logits(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the logits (n,values) of each attribute of images (n,c,h,w) in [-1, 1].

        Differentiable in `images`.
        """
        return self.network(images)[1].split(list(self.attributes.values()), 1)

    def _read(self, images: np.ndarray) -> tuple[Tensor, tuple[Tensor, ...]]:
        if images.dtype != np.uint8 or images.shape[1:] != self.shape:
            raise JudgeError(
                f"{self.name} takes images uint8 {self.shape}; "
                f"these are {images.dtype} {images.shape[1:]}."
            )
        pixels = torch.from_numpy(np.array(images)).permute(0, 3, 1, 2)
        with self._lock, torch.inference_mode():
            parts = [self.network(part.float() / 127.5 - 1) for part in pixels.split(BATCH)]
        features, logits = (torch.cat(part) for part in zip(*parts, strict=True))
        return features, logits.split(list(self.attributes.values()), 1)


def find_judge(data_name: str, shape: tuple[int, ...] | None = None) -> Judge | None:
    """Load the judge of a data set; None if it has none, or none for images of `shape` (h,w,c).

    Clips of another data set's images, at their size, have that set's judge.
    """
    spec = DATASETS.get(data_name)
    if spec and spec.moving and spec.side == spec.image_size == DATASETS[spec.moving].image_size:
        data_name = spec.moving
    try:
        judge = Judge.load(data_name)
    except JudgeError:
        return None
    return judge if shape in (None, judge.shape) else None


def _attributes(data_name: str) -> dict[str, int]:
    """Return what the judge of a data set reads: names and numbers of values."""
    known = attribute_values(data_name)
    counts = {name: len(values) for name, values in known.items()}
    return counts or {"class": DATASETS[data_name].classes}


def save(network: Classifier, folder: Path) -> None:
    """Write `model.safetensors` in float16: half the size and the same predictions."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: (value.half() if value.is_floating_point() else value).contiguous()
        for name, value in network.state_dict().items()
    }
    save_file(tensors, folder / MODEL)


def accuracy(judge: Judge, data: ImageSet, attributes: Attributes | None) -> dict[str, float]:
    """Return the share of images (0..1) of which the judge reads each attribute correctly."""
    known = data.labels[:, None] if attributes is None else attributes.indices
    read = judge.read(data.pixels())
    pairs = zip(read, known.numpy().T, strict=True)
    return {name: float((read[name].argmax(1) == right).mean()) for name, right in pairs}


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
    attributes = load_attributes(options.data)
    start, classes = time.perf_counter(), sum(_attributes(options.data).values())
    half = has_bfloat16(torch.device("cpu"))
    layout = "{percentage:3.0f}% |{bar}| {elapsed}, {remaining} left"
    with tqdm(total=1.0, bar_format=layout) as bar:

        def show(share: float) -> None:
            bar.update(share - bar.n)

        how = (options.epochs, options.seed, options.width, half, show)
        network = train(data, classes, *how, attributes)
    save(network, options.out)
    seconds = time.perf_counter() - start
    judge = Judge.load(options.data, options.out.parent)
    held = load_attributes(options.data, train=False)
    for name, share in accuracy(judge, load(options.data, train=False), held).items():
        print(f"{name}: {share:.2%} accuracy on the test images")
    print(f"{options.out}: {seconds:.0f} s of training")


if __name__ == "__main__":
    main()
