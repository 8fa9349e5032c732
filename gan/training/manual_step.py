"""Manual steps of D or G alone, with an evaluation on a fixed batch before and after.

A manual step of D and then one of G equal one `Trainer.step` with one step of D, random numbers
included. The evaluation changes neither weights nor random numbers.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from gan.models.blocks import Block, blocks_of
from gan.models.generator import to_pixels
from gan.training.schedule import REWARM
from gan.training.trainer import Trainer, generated

SHOWN = 8  # images of each kind


@dataclass(frozen=True)
class Evaluation:
    """G and D on a fixed batch of the size of training's.

    `fake` uint8 (8,h,w,c) are images by G without averaging. `d_real` and `d_fake` float32 (8,) are
    D's probabilities, 0..1, that the real and the fake images are real. The losses are those of the
    complete batch, without R1.
    """

    fake: np.ndarray
    d_real: np.ndarray
    d_fake: np.ndarray
    loss_d: float
    loss_g: float


@dataclass(frozen=True)
class BlockChange:
    """The gradient norm of one block in a step, and the norm of its change relative to its own."""

    gradient: float
    share: float


@dataclass(frozen=True)
class ManualStep:
    """A manual step of `who`, "D" or "G", after which the run is at `step`; `who` "" is no step.

    `real` uint8 (8,h,w,c). `classes` has the class of each real image and of the fake at its index;
    it is empty for an unconditional run. `moved` has one entry per block of `blocks_of`.
    """

    who: str
    step: int
    classes: tuple[int, ...]
    real: np.ndarray
    before: Evaluation
    after: Evaluation
    moved: tuple[BlockChange, ...]


def manual_step(trainer: Trainer, who: str) -> ManualStep:
    """Step "D" or "G", else raise ValueError. G's step also updates the EMA and the step count."""
    if who not in ("D", "G"):
        raise ValueError(f"{who!r} cannot be stepped; choose D or G.")
    batch = _FixedBatch(trainer)
    network = trainer.G if who == "G" else trainer.D
    before = batch.evaluate()
    past = [weight.detach().clone() for weight in network.parameters()]
    trainer._set_learning_rates(at_goal=REWARM)
    if who == "D":
        trainer.step_D()
    else:
        trainer.step_G()
        trainer._update_ema()
        trainer.step_count += 1
    moved = tuple(_change(network, past, block) for block in blocks_of(trainer.config, who))
    step, after = trainer.step_count, batch.evaluate()
    return ManualStep(who, step, batch.labels, batch.shown, before, after, moved)


def look(trainer: Trainer) -> ManualStep:
    """Evaluate without a step: `after` is `before`, and `moved` is empty."""
    batch = _FixedBatch(trainer)
    now = batch.evaluate()
    return ManualStep("", trainer.step_count, batch.labels, batch.shown, now, now, ())


def _first_frames(images: Tensor) -> Tensor:
    """Return images (n,c,h,w) as they are, and the first frames of clips (n,3,c,h,w)."""
    return images if images.ndim == 4 else images[:, 0]


class _FixedBatch:
    """The batch that networks are evaluated on, the same throughout a run."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        labels = trainer.data.labels.numpy()
        rng = np.random.default_rng((trainer.config.seed, 2))
        order = rng.permutation(len(labels))
        firsts = np.unique(labels[order], return_index=True)[1]  # start with one of each class
        chosen = np.concatenate([order[firsts], np.delete(order, firsts)])
        # the size of training's batch: D's batch norm uses the statistics of the batch
        chosen = chosen[: max(SHOWN, trainer.config.batch_size)]
        own = torch.Generator().manual_seed(trainer.config.seed)
        self._real, self._conditions = trainer.real_batch(
            torch.from_numpy(chosen), trainer.times(len(chosen), own), own
        )
        z = rng.standard_normal((len(chosen), trainer.config.z_dim)).astype(np.float32)
        shown = labels[chosen[:SHOWN]]
        self.labels = tuple(shown.tolist()) if trainer.config.classes else ()
        self.shown = to_pixels(_first_frames(self._real[:SHOWN]))
        self._z = torch.from_numpy(z).to(trainer.device)

    @torch.no_grad()
    def evaluate(self) -> Evaluation:
        # in training mode, as in a step; on copies, as a forward pass then updates the running
        # statistics of batch norm
        G, D = copy.deepcopy(self._trainer.G), copy.deepcopy(self._trainer.D)
        images = generated(G, self._z, self._conditions)
        real, fake = D(self._real, *self._conditions), D(images, *self._conditions)
        loss = self._trainer.loss
        return Evaluation(
            to_pixels(_first_frames(images[:SHOWN])),
            real[:SHOWN].sigmoid().cpu().numpy(),
            fake[:SHOWN].sigmoid().cpu().numpy(),
            float(loss.d(real, fake)),
            float(loss.g(real, fake)),
        )


@torch.no_grad()
def _change(network: nn.Module, past: list[Tensor], block: Block) -> BlockChange:
    named = zip(network.named_parameters(), past, strict=True)
    mine = [(weight, before) for (name, weight), before in named if block.owns(name)]
    gradients = [weight.grad for weight, _ in mine if weight.grad is not None]
    change = _norm([weight - before for weight, before in mine])
    return BlockChange(_norm(gradients), change / max(_norm([before for _, before in mine]), 1e-12))


def _norm(tensors: list[Tensor]) -> float:
    return float(torch.nn.utils.get_total_norm(tensors))
