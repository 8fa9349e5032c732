"""The judge: a small classifier that reads generated images, so that a model can be scored.

It knows one data set, works on the CPU and is bundled (`assets/judges/<data>/`). Trained anew by
`python -m gan.judge --data mnist --out assets/judges/mnist`.
"""

from __future__ import annotations

import argparse
import logging
import math
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn.functional import affine_grid, cross_entropy, grid_sample

from gan.data import ASSETS, DataError, ImageSet, load
from gan.datasets import DATASETS, DataSpec
from gan.machine import set_threads

JUDGES = ASSETS / "judges"
FEATURES = 128
BATCH = 250  # images read at once; bounds the memory
TRAIN_BATCH = 128
MAX_LR = 4e-3

log = logging.getLogger(__name__)


class JudgeError(RuntimeError):
    """The images cannot be judged; the message says why and what can be."""


class JudgeNetwork(nn.Module):
    """Three convolutions and a layer of 128 features, for 28 px grey images in [-1, 1]."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *_stage(1, 32),
            *_stage(32, 64),
            *_stage(64, 128),
            nn.Flatten(),
            nn.Linear(128 * 3 * 3, FEATURES, bias=False),
            nn.BatchNorm1d(FEATURES),
            nn.ReLU(),
        )
        self.head = nn.Linear(FEATURES, classes)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Features (n,128), none below zero, and logits (n,classes) of images (n,1,28,28)."""
        # twice as fast on a CPU as channels first
        features = self.body(images.contiguous(memory_format=torch.channels_last))
        return features, self.head(features)


def _stage(inputs: int, outputs: int) -> list[nn.Module]:
    """Half the side: 28, 14, 7, 3. Pooling first saves three quarters of the norm's work."""
    conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    return [conv, nn.MaxPool2d(2), nn.BatchNorm2d(outputs), nn.ReLU()]


class Judge:
    """A trained judge of one data set. Safe to share between threads."""

    def __init__(self, data_name: str, network: JudgeNetwork) -> None:
        self.data_name = data_name
        self.network = network.eval().requires_grad_(False).to(memory_format=torch.channels_last)
        self._lock = threading.Lock()

    @classmethod
    def load(cls, data_name: str, folder: Path = JUDGES) -> Judge:
        """The judge of a data set, from `<folder>/<data_name>/model.safetensors`.

        Raises:
            JudgeError: there is none for this data set, or its file is damaged.
        """
        path = folder / data_name / "model.safetensors"
        if data_name not in DATASETS or not path.is_file():
            known = sorted(found.parent.name for found in folder.glob("*/model.safetensors"))
            raise JudgeError(
                f"There is no judge for {data_name!r}; there is one for: {', '.join(known)}."
            )
        network = JudgeNetwork(DATASETS[data_name].classes)
        try:
            tensors = load_file(path)
            network.load_state_dict({k: v.to(network.state_dict()[k]) for k, v in tensors.items()})
        except (OSError, SafetensorError, RuntimeError, KeyError) as error:
            raise JudgeError(f"The judge in {path} cannot be used: {error}") from error
        return cls(data_name, network)

    def features(self, images: np.ndarray) -> np.ndarray:
        """What it sees, float32 (n,128), for images uint8 (n,28,28,1)."""
        return self.read(images)[0]

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """Its belief in each class, float32 (n,classes), every row summing to 1."""
        return self.read(images)[1]

    def predict(self, images: np.ndarray) -> np.ndarray:
        """The likeliest class, int64 (n,)."""
        return self.read(images)[1].argmax(1)

    def read(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """`features` and `probabilities` in one pass.

        Raises:
            JudgeError: the images are not uint8 (n,28,28,1).
        """
        images = np.asarray(images)
        if images.dtype != np.uint8 or images.ndim != 4 or images.shape[1:] != (28, 28, 1):
            raise JudgeError(
                "The judge reads 28x28 grey images, uint8 (n, 28, 28, 1); these are "
                f"{images.dtype} {images.shape}."
            )
        # with one channel NHWC and NCHW hold the same bytes
        pixels = torch.from_numpy(np.array(images).reshape(-1, 1, 28, 28))
        with self._lock, torch.inference_mode():
            parts = [self.network(part.float() / 127.5 - 1) for part in pixels.split(BATCH)]
            features = torch.cat([part[0] for part in parts])
            return features.numpy(), torch.cat([part[1] for part in parts]).softmax(1).numpy()


def augment(images: Tensor, rng: torch.Generator) -> Tensor:
    """Each image turned by up to 10 degrees, scaled and sheared by a tenth, shifted by 2 px."""
    amounts = torch.rand(5, len(images), generator=rng) * 2 - 1
    angle, grow, shear = amounts[0] * math.radians(10), 1 + amounts[1] / 10, amounts[2] / 10
    cos, sin = angle.cos() * grow, angle.sin() * grow
    shift = amounts[3:] * 2 * 2 / images.shape[-1]  # affine_grid's image is 2 wide
    rows = [cos, shear * cos - sin, shift[0], sin, shear * sin + cos, shift[1]]
    grid = affine_grid(torch.stack(rows, 1).view(-1, 2, 3), list(images.shape), align_corners=False)
    # grid_sample fills the outside with 0, so black is moved there and back
    return grid_sample(images + 1, grid, align_corners=False) - 1


def train(data: ImageSet, epochs: int = 8, seed: int = 0) -> JudgeNetwork:
    """A judge of `data`, with a learning rate that rises and falls once (Smith & Topin 2018).

    The same seed on the same machine gives the same weights.

    Raises:
        JudgeError: the images are not 28x28 grey.
    """
    if DATASETS[data.name] != DataSpec(28, 1, 10) or data.images.shape[1:] != (1, 28, 28):
        raise JudgeError(f"A judge needs 28x28 grey images; {data.name} has others.")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = JudgeNetwork(DATASETS[data.name].classes).to(memory_format=torch.channels_last)
    rng = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=0.01)
    batches = len(data.labels) // TRAIN_BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, MAX_LR, epochs * batches)
    for epoch in range(epochs):
        order = torch.randperm(len(data.labels), generator=rng)
        total = torch.zeros(())
        for index in order[: batches * TRAIN_BATCH].view(batches, TRAIN_BATCH):
            images, labels = data.batch(index)
            loss = cross_entropy(network(augment(images, rng))[1], labels)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.detach()
        log.info("epoch %d of %d: loss %.4f", epoch + 1, epochs, total / batches)
    return network


def save(network: JudgeNetwork, folder: Path) -> None:
    """Write `model.safetensors` as float16, half the size and the same verdicts."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: (value.half() if value.is_floating_point() else value).contiguous()
        for name, value in network.state_dict().items()
    }
    save_file(tensors, folder / "model.safetensors")


def accuracy(judge: Judge, data: ImageSet) -> float:
    """Share of images (0..1) whose label it reads."""
    found = judge.predict(data.images.permute(0, 2, 3, 1).numpy())
    return float((found == data.labels.numpy()).mean())


def main(arguments: Sequence[str] | None = None) -> int:
    """Train a judge, save it, and say how good the saved file is."""
    parser = argparse.ArgumentParser(prog="python -m gan.judge", description=main.__doc__)
    parser.add_argument("--data", default="mnist", choices=DATASETS)
    parser.add_argument("--out", type=Path, required=True, help="folder named like the data set")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    if options.out.name != options.data:
        parser.error(f"--out must end in {options.data}: that is how the judge is found again.")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    set_threads()
    try:
        start = time.perf_counter()
        save(train(load(options.data), options.epochs, options.seed), options.out)
        seconds = time.perf_counter() - start
        judge = Judge.load(options.data, options.out.parent)
        share = accuracy(judge, load(options.data, train=False))
    except (DataError, JudgeError) as error:
        log.error("%s", error)
        return 1
    print(f"{options.out}: {share:.2%} of the test images read right, {seconds:.0f} s of training")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
