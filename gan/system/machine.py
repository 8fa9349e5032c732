"""The processors and the device that this process may use."""

import os
from pathlib import Path

import torch


def cpu_share(cgroup: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """Return the number of processors for this process: its affinity, capped by the cgroup's quota.

    PyTorch's default is the host's core count, which makes a container with 2 vCPUs very slow.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        quota, period = cgroup.read_text().split()
        cores = min(cores, max(1, round(int(quota) / int(period))))
    except (OSError, ValueError):  # no cgroup v2, or no quota ("max")
        pass
    return max(1, cores or 1)


def set_threads(processes: int = 1) -> None:
    """Set torch's threads to the processors of this container, shared by `processes`."""
    torch.set_num_threads(max(1, cpu_share() // processes))


def choose_device() -> torch.device:
    """Return CUDA if available, then Apple's MPS, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def has_bfloat16(device: torch.device) -> bool:
    """Return whether the device multiplies bfloat16 natively: emulation is slower than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    known = torch.cpu.get_capabilities()
    return device.type == "cpu" and bool(known.get("amx_bf16") or known.get("avx512_bf16"))
