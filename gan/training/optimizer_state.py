"""Adam's moments as tensors to save, and whether saved ones fit a trainer, before it takes them."""

from __future__ import annotations

import torch
from torch import Tensor


def below(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors whose names begin with `prefix` and a dot, by the rest of their names."""
    start = len(prefix) + 1
    return {k[start:]: v for k, v in tensors.items() if k.startswith(prefix + ".")}


def moments(optimiser: torch.optim.Adam, begun: bool) -> dict[int, dict[str, Tensor]]:
    """Adam's state by the number of the parameter; {} before its first step.

    When training has `begun`, one that has not moved yet (G was stepped by hand, and D not) has
    the zeros that Adam itself begins with.
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
    """Give Adam what `moments` gave, named like "3.exp_avg"; `check_moments` has seen it."""
    entries: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        index, entry = key.split(".", 1)
        weight = optimiser.param_groups[0]["params"][int(index)]
        # laid out in memory as the weight is, for the fused Adam goes by memory alone
        kept = value.clone() if entry == "step" else torch.empty_like(weight).copy_(value)
        entries.setdefault(int(index), {})[entry] = kept
    groups = optimiser.state_dict()["param_groups"]
    optimiser.load_state_dict({"state": entries, "param_groups": groups})


def check_shapes(name: str, wanted: dict[str, Tensor], tensors: dict[str, Tensor]) -> None:
    """Raises ValueError unless the tensors below `name` are those of the network `wanted`."""
    found = {key: tuple(value.shape) for key, value in below(tensors, name).items()}
    if found != {key: tuple(value.shape) for key, value in wanted.items()}:
        raise ValueError(f"the weights of {name} do not fit this config")


def check_moments(
    name: str, optimiser: torch.optim.Adam, tensors: dict[str, Tensor], begun: bool
) -> None:
    """Raises ValueError unless the tensors below `name` are Adam's moments for its parameters.

    Before the first step, when training has not `begun`, there may be none.
    """
    wanted = {}
    for index, weight in enumerate(optimiser.param_groups[0]["params"]):
        shape = tuple(weight.shape)
        wanted |= {f"{index}.step": (), f"{index}.exp_avg": shape, f"{index}.exp_avg_sq": shape}
    found = {key: tuple(value.shape) for key, value in below(tensors, name).items()}
    if found != wanted and (found or begun):
        raise ValueError(f"the state of {name} does not fit this config")
