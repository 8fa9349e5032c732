"""Count the floating-point operations of code, and measure the machine's peak rate."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

SIDES = (512, 1024, 2048, 3072)  # of the matrices


class FlopsByType(TorchDispatchMode):
    """Counts the operations of matrix products and convolutions by data type.

    A multiply-add is two operations. The formulas are those of `torch.utils.flop_counter`, whose
    own counter does not support R1's double backward.
    """

    def __init__(self) -> None:
        super().__init__()
        self.total: Counter[torch.dtype] = Counter()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        out = func(*args, **(kwargs or {}))
        count = flop_registry.get(func._overloadpacket)
        if count:
            kind = next(arg.dtype for arg in args if isinstance(arg, torch.Tensor))
            self.total[kind] += count(*args, **(kwargs or {}), out_val=out)
        return out


class Peak:
    """The peak rate of square matrix products in one type, at the best size."""

    def __init__(self, dtype: torch.dtype) -> None:
        self._pairs = {
            side: (torch.randn(side, side).to(dtype), torch.randn(side, side).to(dtype))
            for side in SIDES
        }
        for side in SIDES:
            self._per_s(side)  # warm-up
        self._side = max(SIDES, key=self._per_s)

    def per_s(self) -> float:
        """Measure the peak in operations per second; takes a fifth of a second."""
        begun, found = time.perf_counter(), []
        while time.perf_counter() - begun < 0.2:
            found.append(self._per_s(self._side))
        return max(found)

    def _per_s(self, side: int) -> float:
        a, b = self._pairs[side]
        begun = time.perf_counter()
        torch.mm(a, b)
        return 2 * side**3 / (time.perf_counter() - begun)
