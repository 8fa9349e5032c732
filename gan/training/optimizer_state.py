"""Saving, checking and loading the tensors of networks and Adam's moments."""

from __future__ import annotations

import torch
from torch import Tensor


def below(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Return the tensors named "`prefix`.*", without the prefix in their names."""
    start = prefix + "."
    return {k.removeprefix(start): v for k, v in tensors.items() if k.startswith(start)}


def moments(optimiser: torch.optim.Adam, begun: bool) -> dict[str, Tensor]:
    """Return Adam's state, named like "3.exp_avg"; {} before the first step of training.

    If training has `begun` but this optimiser has not stepped (after manual steps of G alone), the
    moments are zeros, as Adam initialises them.
    """
    states = optimiser.state_dict()["state"]
    if begun and not states:
        for index, weight in enumerate(optimiser.param_groups[0]["params"]):
            states[index] = {
                "step": torch.zeros((), device=weight.device),
                "exp_avg": torch.zeros_like(weight),
                "exp_avg_sq": torch.zeros_like(weight),
            }
    return {f"{i}.{key}": value for i, state in states.items() for key, value in state.items()}


def load_moments(optimiser: torch.optim.Adam, tensors: dict[str, Tensor]) -> None:
    """Load what `moments` returned into Adam; see `check_shapes`."""
    states: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        index, key = name.split(".", 1)
        weight = optimiser.param_groups[0]["params"][int(index)]
        # same memory layout as the weight: the fused Adam ignores strides
        kept = value.clone() if key == "step" else torch.empty_like(weight).copy_(value)
        states.setdefault(int(index), {})[key] = kept
    groups = optimiser.state_dict()["param_groups"]
    optimiser.load_state_dict({"state": states, "param_groups": groups})


def check_shapes(name: str, wanted: dict[str, Tensor], tensors: dict[str, Tensor]) -> None:
    """Raise ValueError unless the tensors named "`name`.*" have the shapes of `wanted`."""
    found = {key: value.shape for key, value in below(tensors, name).items()}
    if found != {key: value.shape for key, value in wanted.items()}:
        raise ValueError(f"the tensors of {name} do not fit this config")
