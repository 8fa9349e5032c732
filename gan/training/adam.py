"""PyTorch's Adam without what only `torch.compile` needs.

The first optimiser of a process otherwise imports torch._dynamo: 150 MB and two seconds of a
processor, for nothing where nothing is compiled.
"""

from __future__ import annotations

from inspect import unwrap

import torch


class Adam(torch.optim.Adam):
    """The same steps, bit for bit: only the wrappers that speak to the compiler are taken off."""

    step = torch.no_grad()(unwrap(torch.optim.Adam.step))
    zero_grad = unwrap(torch.optim.Optimizer.zero_grad)
    add_param_group = unwrap(torch.optim.Optimizer.add_param_group)
    state_dict = unwrap(torch.optim.Optimizer.state_dict)
    load_state_dict = unwrap(torch.optim.Optimizer.load_state_dict)
