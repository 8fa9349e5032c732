"""Adaptive discriminator augmentation (ADA, Karras et al. 2020).

A D that memorises its training images scores nearly all of them as real. The augmentation
probability `p` rises while more real images than the target are scored as real, and falls while
fewer are.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

EVERY = 4  # batches of D between two changes, as in the paper
RAMP = 50_000  # real images in which p goes from 0 to 1: short runs cannot wait
DECISION = {"least-squares": 0.5}  # D's score halfway between its targets, where it is not 0


class AdaptiveAugment:
    """The augmentation probability `p`, 0..1, adapted to D's scores of real images.

    `r_t` is the paper's: the mean sign of D's scores of real images in `EVERY` batches; 1 when D
    scores all of them as real, 0 when it cannot tell, and 0 before the first batches.
    """

    def __init__(self, p: float) -> None:
        self.p, self.r_t = float(p), 0.0
        self._sum, self._batches = torch.zeros(()), 0

    def update(self, real: Tensor, fake: Tensor, loss: str, target: float) -> None:
        """Count D's scores (b,) of a real and a fake batch; `p` rises while `r_t` exceeds `target`.

        A relativistic D's scores are meaningful only relative to each other: there, the mean of the
        fake scores is the decision boundary.
        """
        decision = fake.mean() if loss == "relativistic" else DECISION.get(loss, 0.0)
        self._sum = self._sum + (real - decision).sign().float().mean()
        self._batches += 1
        if self._batches < EVERY:
            return
        self.r_t = float(self._sum) / EVERY
        self._sum, self._batches = torch.zeros(()), 0
        change = EVERY * len(real) / RAMP * ((self.r_t > target) - (self.r_t < target))
        self.p = min(1.0, max(0.0, self.p + change))

    def state(self) -> Tensor:
        """Return all of it, float64 (4,)."""
        numbers = [self.p, self.r_t, float(self._sum), self._batches]
        return torch.tensor(numbers, dtype=torch.float64)

    def load(self, state: Tensor) -> None:
        """Load what `state` returned; see `check_state`."""
        self.p, self.r_t, total, batches = state.tolist()
        self._sum, self._batches = torch.tensor(total), int(batches)


def check_state(state: Tensor) -> None:
    """Raise ValueError unless `state` could come from `AdaptiveAugment.state`."""
    good = state.shape == (4,) and state.dtype == torch.float64
    if good:
        p, r_t, total, batches = state.tolist()
        good = 0 <= p <= 1 and abs(r_t) <= 1 and abs(total) <= EVERY
        good = good and batches in range(EVERY) and not math.isnan(total)
    if not good:
        raise ValueError("the state of the augmentation is out of range")
