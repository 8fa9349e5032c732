"""Saving, checking and loading Adam's moments."""

from __future__ import annotations

import torch
from torch import Tensor


def below(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Return the tensors named "`prefix`.*", without the prefix in their names."""
    start = len(prefix) + 1
    return {k[start:]: v for k, v in tensors.items() if k.startswith(prefix + ".")}


def moments(optimiser: torch.optim.Adam, begun: bool) -> dict[int, dict[str, Tensor]]:
    """Return Adam's state by parameter index; {} before the first step of training.

    If training has `begun` but this optimiser has not stepped (after manual steps of G alone), the
    moments are zeros, as Adam initialises them.
    """
    known = optimiser.state_dict()["state"]
    if known or not begun:
        return known
    return {
        index: {
            "step": torch.zeros((), device=weight.device),
            "exp_avg": torch.zeros_like(weight),
            "exp_avg_sq": torch.zeros_like(weight),
        }
        for index, weight in enumerate(optimiser.param_groups[0]["params"])
    }


def load_moments(optimiser: torch.optim.Adam, tensors: dict[str, Tensor]) -> None:
    """Load moments, named like "3.exp_avg" and accepted by `check_moments`, into Adam."""
    entries: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        index, entry = key.split(".", 1)
        weight = optimiser.param_groups[0]["params"][int(index)]
        # same memory layout as the weight: the fused Adam ignores strides
        kept = value.clone() if entry == "step" else torch.empty_like(weight).copy_(value)
        entries.setdefault(int(index), {})[entry] = kept
    groups = optimiser.state_dict()["param_groups"]
    optimiser.load_state_dict({"state": entries, "param_groups": groups})


def check_shapes(name: str, wanted: dict[str, Tensor], tensors: dict[str, Tensor]) -> None:
    """Raise ValueError unless the tensors named "`name`.*" have the shapes of `wanted`."""
    found = {key: tuple(value.shape) for key, value in below(tensors, name).items()}
    if found != {key: tuple(value.shape) for key, value in wanted.items()}:
        raise ValueError(f"the weights of {name} do not fit this config")


def check_moments(
    name: str, optimiser: torch.optim.Adam, tensors: dict[str, Tensor], begun: bool
) -> None:
    """Raise ValueError unless the tensors named "`name`.*" are moments of Adam's parameters.

    They may be missing if training has not `begun`.
    """
    wanted = {}
    for index, weight in enumerate(optimiser.param_groups[0]["params"]):
        shape = tuple(weight.shape)
        wanted |= {f"{index}.step": (), f"{index}.exp_avg": shape, f"{index}.exp_avg_sq": shape}
    found = {key: tuple(value.shape) for key, value in below(tensors, name).items()}
    if found != wanted and (found or begun):
        raise ValueError(f"the state of {name} does not fit this config")
