"""What this machine really has, so that training asks for no more than its share of it."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import torch


def cpu_share(cgroup: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """Whole processors this process may use: its affinity, capped by the container's quota.

    PyTorch's own default is the host's core count, which makes a 2 vCPU container crawl.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        quota, period = cgroup.read_text().split()
        cores = min(cores, max(1, round(int(quota) / int(period))))
    except (OSError, ValueError):  # no cgroup v2 here, or "max": no quota
        pass
    return max(1, cores or 1)


def set_threads(processes: int = 1) -> None:
    """Give torch exactly the container's share of processors, of which so many processes live."""
    torch.set_num_threads(max(1, cpu_share() // processes))


def choose_device() -> torch.device:
    """CUDA where there is one, then Apple's MPS, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def has_bfloat16(device: torch.device) -> bool:
    """Whether it multiplies bfloat16 faster than float32; emulated, it would be slower."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    known = torch.cpu.get_capabilities()
    return device.type == "cpu" and bool(known.get("amx_bf16") or known.get("avx512_bf16"))


def lower_thread_priority(nice: int = 10) -> None:
    """Let page requests win the processor over the calling thread (Linux; elsewhere nothing).

    Call before the thread's first torch operation: the OpenMP workers it starts inherit this.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), nice)
