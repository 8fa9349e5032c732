"""A direction of the latent space, and what it takes to find one."""

from dataclasses import dataclass

import numpy as np

SLIDER = 3.0  # sigma at a slider's ends, where traits are measured
TIMES_RANDOM = 2.0  # of a named direction's change to that of a random one
SIDE_EFFECT = 0.25  # of a named direction's change: the most that another trait may change


@dataclass(frozen=True, eq=False)
class Direction:
    """A unit vector `axis` of z, float32 (z_dim,), and the measured effect of moving along it.

    `kind` is "measured", "pca" (of clips, "content" or "motion") or "sefa". `effect`: RMS
    change of a pixel, 0..255, from -2 to +2 sigma. `reach`: sigma at the ends of its slider.
    The rest is for measured directions only: the `trait`, its mean at -3 (`low`) and +3 sigma
    (`high`) in `unit`; `r2`, its variance within a class that is linear in z, on held-out
    latents; `keeps`, the share of images at both ends that the judge still gives their class;
    `changes`, the change of every named trait from end to end, and `random`, the mean change of
    its own trait along random directions of the same length, all in standard deviations within
    a class.
    """

    kind: str
    name: str
    axis: np.ndarray
    effect: float
    trait: str | None = None
    low: float | None = None
    high: float | None = None
    unit: str | None = None
    keeps: float | None = None
    r2: float | None = None
    changes: dict[str, float] | None = None
    random: float | None = None
    reach: float = SLIDER

    @property
    def is_true(self) -> bool:
        """Whether it does what its name says: changes its trait visibly, and others hardly."""
        if self.changes is None or self.random is None:
            return True
        own = self.changes[self.trait]
        others = [abs(change) for name, change in self.changes.items() if name != self.trait]
        return own >= TIMES_RANDOM * self.random and max(others, default=0) <= SIDE_EFFECT * own


def ridge(z: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Fit standardised values (n,k) to z (n,z_dim): weights float64 (z_dim,k)."""
    z = z.astype(np.float64)
    # a penalty of one per dimension is optimal for a trait half explained by z
    return np.linalg.solve(z.T @ z + z.shape[1] * np.eye(z.shape[1]), z.T @ values)


def unit_rows(rows: np.ndarray, flip: bool = True) -> np.ndarray:
    """Normalise rows as float32; `flip` makes the sign of each row deterministic."""
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    if flip:
        rows = rows * np.sign(np.take_along_axis(rows, np.abs(rows).argmax(1)[:, None], 1))
    return rows.astype(np.float32)
