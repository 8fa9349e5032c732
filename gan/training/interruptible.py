"""A check inside a training step, so that a step of many seconds can be ended."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def interruptible(check: Callable[[], None]) -> torch.autograd.graph.saved_tensors_hooks:
    """Return a context in which `check` is called about once per operation of a step.

    What it raises ends the step, in the forward or the backward pass. Some weights may have changed
    by then, so a checkpoint must be loaded. Results are equal bit for bit; each call takes a few
    microseconds, so steps that are known to be short need no check.
    """

    def use(tensor: Tensor) -> Tensor:
        check()
        return tensor

    return torch.autograd.graph.saved_tensors_hooks(use, use)
