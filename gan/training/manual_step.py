"""One move of D or of G by hand, and what it did: the same few images looked at before and after.

A move by hand is a move of training, with its random numbers: D and then G by hand are one step of
`Trainer.step` where D moves once a step. Looking moves nothing.
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
from gan.training.trainer import Trainer

SHOWN = 8  # images of each kind


@dataclass(frozen=True)
class Look:
    """How things stand at one moment, on a fixed batch as large as training's.

    Of its first images: `fake` uint8 (8,h,w,c) by the live G, and D's beliefs, float32 (8,) in
    0..1, that the real and the fake ones are real. Of all of it: the losses, without R1.
    """

    fake: np.ndarray
    d_real: np.ndarray
    d_fake: np.ndarray
    loss_d: float
    loss_g: float


@dataclass(frozen=True)
class Moved:
    """What a move did to one block: the norm of its gradient, and of its change over its own."""

    gradient: float
    share: float


@dataclass(frozen=True)
class ManualStep:
    """A move of `who`, "D" or "G", that led to `step`; "" when nobody moved.

    `real` uint8 (8,h,w,c); `classes`, the class of each real image and of the fake in its place,
    empty when the run is unconditional; `moved`, one for each block of `blocks_of`.
    """

    who: str
    step: int
    classes: tuple[int, ...]
    real: np.ndarray
    before: Look
    after: Look
    moved: tuple[Moved, ...]


def manual_step(trainer: Trainer, who: str) -> ManualStep:
    """Move "D" or "G" once, and tell what it did. G's move completes the step: EMA and count.

    Raises:
        ValueError: `who` is neither.
    """
    if who not in ("D", "G"):
        raise ValueError(f"{who!r} cannot be stepped; choose D or G.")
    bench = _Bench(trainer)
    network = trainer.G if who == "G" else trainer.D
    before = bench.look()
    past = [weight.detach().clone() for weight in network.parameters()]
    _move(trainer, who)
    moved = (_moved(network, past, block) for block in blocks_of(trainer.config, who))
    return bench.told(who, before, bench.look(), tuple(moved))


def look(trainer: Trainer) -> ManualStep:
    """How things stand, as the step of nobody: `after` is `before`, and nothing `moved`."""
    bench = _Bench(trainer)
    now = bench.look()
    return bench.told("", now, now, ())


def _move(trainer: Trainer, who: str) -> None:
    """The part of `Trainer.step` that is `who`'s."""
    trainer._set_learning_rates(at_goal=REWARM)
    if who == "D":
        trainer.step_D()
        return
    trainer.step_G()
    trainer._update_ema()
    trainer.step_count += 1


class _Bench:
    """The batch on which a trainer's networks are looked at: the same one all through a run."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        labels = trainer.data.labels.numpy()
        rng = np.random.default_rng((trainer.config.seed, 2))
        order = rng.permutation(len(labels))
        firsts = np.unique(labels[order], return_index=True)[1]  # of each class one goes ahead
        chosen = np.concatenate([order[firsts], np.delete(order, firsts)])
        # batch norm in D judges by the whole batch, so it is as large as in training
        chosen = chosen[: max(SHOWN, trainer.config.batch_size)]
        images, asked = trainer.data.batch(torch.from_numpy(chosen))
        z = rng.standard_normal((len(chosen), trainer.config.z_dim)).astype(np.float32)
        self._classes = tuple(asked[:SHOWN].tolist()) if trainer.config.classes else ()
        self._real = images.to(trainer.device)
        self._z = torch.from_numpy(z).to(trainer.device)
        self._asked = trainer._classes(asked)

    @torch.no_grad()
    def look(self) -> Look:
        # copies, for in training mode a forward pass moves the running means of batch norm; in
        # that mode, because those are the networks that play
        G, D = copy.deepcopy(self._trainer.G), copy.deepcopy(self._trainer.D)
        images = G(self._z, self._asked)
        real, fake = D(self._real, self._asked), D(images, self._asked)
        loss = self._trainer.loss
        return Look(
            to_pixels(images[:SHOWN]),
            real[:SHOWN].sigmoid().cpu().numpy(),
            fake[:SHOWN].sigmoid().cpu().numpy(),
            float(loss.d(real, fake)),
            float(loss.g(real, fake)),
        )

    def told(self, who: str, before: Look, after: Look, moved: tuple[Moved, ...]) -> ManualStep:
        step, real = self._trainer.step_count, to_pixels(self._real[:SHOWN])
        return ManualStep(who, step, self._classes, real, before, after, moved)


@torch.no_grad()
def _moved(network: nn.Module, past: list[Tensor], block: Block) -> Moved:
    named = zip(network.named_parameters(), past, strict=True)
    mine = [(weight, before) for (name, weight), before in named if block.owns(name)]
    gradients = [weight.grad for weight, _ in mine if weight.grad is not None]
    change = _norm([weight - before for weight, before in mine])
    return Moved(_norm(gradients), change / max(_norm([before for _, before in mine]), 1e-12))


def _norm(tensors: list[Tensor]) -> float:
    return float(torch.nn.utils.get_total_norm(tensors))
