"""The learning-rate schedule: constant, then a linear decay to zero at the goal.

The decay over the second half of a run is that of CycleGAN (Zhu et al. 2017). A run that is given
a further goal follows "constant learning rate and cooldown" (Hägele et al. 2024, "Scaling Laws and
Compute-Optimal Training Beyond Fixed Training Durations"): the rate stays where it was, and decays
to zero over the end of the longer run. Out of a finished decay it is re-warmed first, as Ibrahim et
al. 2024 ("Simple and Scalable Strategies to Continually Pre-train Large Language Models") do to
continue on new data, but at once and only to `REWARM` of the full rate: G and D are balanced at low
rates by then. Manual steps at or past the goal use `REWARM` too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from gan.config import Config

REWARM = 0.1  # of the full rate: the least to continue with after the decay

LONGEST = 1e12  # goal, in steps or seconds


@dataclass(frozen=True)
class Schedule:
    """Scales both learning rates of a run by `min(cap, 2 - 2 * progress)`, 0..1.

    `goal` is the end of the run, in `unit`: steps of G, or seconds of training, both counted from
    the start of the run. `cap`, 0..1, is 1 until the goal changes. Then, with the scale the run had
    reached at that point:

    - before the decay, it follows the schedule of a run that had the new goal from the start;
    - during and after the decay, it never exceeds the scale it had reached, or `REWARM` if that
      is more.

    The scale is above 0 at every step before the goal, and 0 at the goal. Raises ValueError if a
    field is out of range.
    """

    goal: float
    unit: Literal["steps", "seconds"] = "steps"
    cap: float = 1.0

    def __post_init__(self) -> None:
        numbers = all(type(value) in (int, float) for value in (self.goal, self.cap))
        if not (numbers and 0 < self.goal <= LONGEST and 0 < self.cap <= 1):
            raise ValueError(f"The schedule's goal {self.goal} or cap {self.cap} is out of range.")
        if self.unit not in ("steps", "seconds"):
            raise ValueError(f"The schedule's unit is {self.unit!r}; it must be steps or seconds.")

    @classmethod
    def of_config(cls, config: Config) -> Schedule:
        """Return the schedule that a run of this config begins with."""
        return cls(config.seconds, "seconds") if config.seconds else cls(config.steps)

    @classmethod
    def of_checkpoint(cls, numbers: dict[str, Any], config: Config) -> Schedule:
        """Return the schedule saved in a checkpoint; one of an older version has none."""
        return cls(**numbers["schedule"]) if "schedule" in numbers else cls.of_config(config)

    def goal_steps(self, steps: int) -> int:
        """Return the goal in steps; `steps` while it is in seconds."""
        return int(self.goal) if self.unit == "steps" else steps

    @property
    def goal_s(self) -> float | None:
        """The goal in seconds of training; None while it is in steps."""
        return self.goal if self.unit == "seconds" else None

    def progress(self, steps: int, seconds: float) -> float:
        """Return the fraction of the run completed, 0..1, after `steps` and `seconds`."""
        return min(1.0, (steps if self.unit == "steps" else seconds) / self.goal)

    def left_s(self, steps: int, seconds: float, steps_per_s: float) -> float | None:
        """Return the seconds to the goal at this speed; None where the speed is not known."""
        if self.unit == "seconds":
            return max(0.0, self.goal - seconds)
        return max(0.0, self.goal - steps) / steps_per_s if steps_per_s else None

    def scale(self, steps: int, seconds: float) -> float:
        """Return the factor of the learning rates, 0..1, for the step that follows."""
        return min(self.cap, 2 - 2 * self.progress(steps, seconds))

    def extend(
        self, goal: float, unit: Literal["steps", "seconds"], steps: int, seconds: float
    ) -> Schedule:
        """Return the schedule to a goal, for a run at these steps and seconds.

        To the same goal it is this one, so that a resumed run continues exactly.
        """
        if (goal, unit) == (self.goal, self.unit):
            return self
        return Schedule(goal, unit, max(REWARM, self.scale(steps, seconds)))
