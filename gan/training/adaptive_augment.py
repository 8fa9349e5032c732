"""How often D's images are disturbed, steered by how sure D is of real ones (Karras et al. 2020).

A D that begins to know its training images by heart scores nearly all of them as real. The more it
does, the more often images are disturbed, and the less it does, the less often.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

EVERY = 4  # batches of D between two changes, as in the paper
RAMP = 50_000  # real images in which the probability goes from 0 to 1: short runs cannot wait
DECISION = {"least-squares": 0.5}  # D's score halfway between its targets, where it is not 0


class AdaptiveAugment:
    """The `probability` of `gan.training.augment.disturbed`, and how sure D was of the last real
    batches.

    `certainty` is r_t of the paper, the mean sign of D's scores of real images in `EVERY` batches:
    1 when D takes all of them to be real, 0 when it cannot tell; 0 before there were any.
    """

    def __init__(self, probability: float) -> None:
        self.start(probability)

    def start(self, probability: float) -> None:
        """Begin anew at this probability, 0..1."""
        self.probability, self.certainty = float(probability), 0.0
        self._sum, self._batches = torch.zeros(()), 0

    def see(self, real: Tensor, fake: Tensor, loss: str, target: float) -> None:
        """D's scores (b,) of a real batch and of a fake one; above `target` the probability rises.

        A relativistic D's scores mean something only beside each other, so there the mean of the
        fake ones decides.
        """
        decision = fake.mean() if loss == "relativistic" else DECISION.get(loss, 0.0)
        self._sum = self._sum + (real - decision).sign().float().mean()
        self._batches += 1
        if self._batches < EVERY:
            return
        self.certainty = float(self._sum) / EVERY
        self._sum, self._batches = torch.zeros(()), 0
        move = EVERY * len(real) / RAMP * ((self.certainty > target) - (self.certainty < target))
        self.probability = min(1.0, max(0.0, self.probability + move))

    def state(self) -> Tensor:
        """All of it, float64 (4,)."""
        numbers = [self.probability, self.certainty, float(self._sum), self._batches]
        return torch.tensor(numbers, dtype=torch.float64)

    def load(self, state: Tensor) -> None:
        """Take over what `state` gave; see `check_state`."""
        self.probability, self.certainty, total, batches = state.tolist()
        self._sum, self._batches = torch.tensor(total), int(batches)


def check_state(state: Tensor) -> None:
    """Raises ValueError unless it is one of `AdaptiveAugment.state`."""
    good = state.shape == (4,) and state.dtype == torch.float64
    if good:
        probability, certainty, total, batches = state.tolist()
        good = 0 <= probability <= 1 and abs(certainty) <= 1 and abs(total) <= EVERY
        good = good and batches in range(EVERY) and not math.isnan(total)
    if not good:
        raise ValueError("the state of the augmentation makes no sense")
