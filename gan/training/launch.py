"""Whether this process was launched to train together with others, and how it finds them.

`accelerate launch -m gan train ...` and `torchrun -m gan train ...` set environment variables.
Without them nothing here is imported that is not needed alone.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gan.training.cluster import Cluster

RANKS = ("RANK", "LOCAL_RANK", "PMI_RANK", "OMPI_COMM_WORLD_RANK", "MV2_COMM_WORLD_RANK")
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


class Alone:
    """What `joined` gives a process that trains by itself: a `Cluster` of one."""

    main, count, here = True, 1, 1

    def check(self, config: Any) -> None:
        """Nothing needs to be shared."""

    @property
    def trainer(self) -> Callable[..., Any]:
        """Makes its trainer."""
        from gan.training.trainer import Trainer

        return Trainer


@contextlib.contextmanager
def joined() -> Iterator[Alone | Cluster]:
    """The processes that this one was launched with.

    Raises:
        ValueError, OSError, RuntimeError: they cannot train together, or not be found.
    """
    if not _is_launched(os.environ):
        yield Alone()
        return
    _end_with_parent()
    if _is_one_for_all(os.environ):
        _start_all()
    from gan.training.cluster import entered

    with entered() as cluster:
        yield cluster


def _is_launched(env: Mapping[str, str]) -> bool:
    return "LOCAL_RANK" in env or "ACCELERATE_MIXED_PRECISION" in env


def _is_one_for_all(env: Mapping[str, str]) -> bool:
    """Whether several processes were asked for, and Accelerate has started one.

    It does so on CPUs, unless mpirun is there to start them
    (https://github.com/huggingface/accelerate/issues/2741).
    """
    ranked = any(name in env for name in RANKS)
    on_cpu = env.get("ACCELERATE_USE_CPU", "").lower() in ("true", "1")
    return on_cpu and "MASTER_PORT" in env and not ranked


def _start_all() -> None:
    """Become the launcher of all the processes that were asked for; does not return.

    Raises:
        ValueError: how many cannot be found out.
    """
    import psutil

    asked = launcher_arguments(psutil.Process(os.getppid()).cmdline())
    os.execv(sys.executable, [sys.executable, "-m", *asked, "-m", "gan", *sys.argv[1:]])


def launcher_arguments(command: Sequence[str]) -> list[str]:
    """torchrun's arguments for what this command line of `accelerate launch` asked for.

    Raises:
        ValueError: it is another command.
    """
    from accelerate.commands.config.config_args import load_config_from_file
    from accelerate.commands.launch import launch_command_parser

    at = next((k for k, word in enumerate(command) if word.endswith(("launch", "launch.py"))), None)
    if at is None:
        raise ValueError(
            "Accelerate starts one process on a CPU, and how many were asked for cannot be found "
            "out here. Use `torchrun --nproc_per_node 2 -m gan ...`."
        )
    args = launch_command_parser().parse_args(command[at + 1 :])
    if args.num_processes is None:
        known = load_config_from_file(args.config_file)
        for name in ("num_processes", "num_machines", "machine_rank"):
            if getattr(args, name) is None:
                setattr(args, name, getattr(known, name))
    machines = args.num_machines or 1
    each = ["torch.distributed.run", "--nproc_per_node", str((args.num_processes or 1) // machines)]
    if machines == 1:
        return [*each, "--standalone"]
    where = {
        "--nnodes": machines,
        "--node_rank": args.machine_rank or 0,
        "--master_addr": args.main_process_ip,
        "--master_port": args.main_process_port,
    }
    return each + [str(word) for pair in where.items() for word in pair]


def _end_with_parent() -> None:
    """Be told to stop when the launcher ends, whatever ends it (Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGTERM)
