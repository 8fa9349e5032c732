"""Files that are whole or not there: safetensors and JSON, renamed into place.

A checkpoint is one safetensors file (the tensors of `Trainer.state_dict`, its numbers as JSON in
the header), so one rename replaces all of it. Nothing is ever unpickled.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor


class CheckpointError(ValueError):
    """A checkpoint is missing, damaged or not ours; the message says which."""


def write_atomic(path: Path, data: bytes) -> None:
    """Write to a temporary name, fsync, rename: a reader sees the old file or the new one.

    Raises:
        OSError: the disk is full or not writable; the old file is untouched.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    if os.name == "posix":  # the rename itself must survive a power cut, too
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def write_json(path: Path, value: Any) -> None:
    """`value` as indented JSON, atomically."""
    write_atomic(path, (json.dumps(value, indent=2) + "\n").encode())


def save_weights(path: Path, tensors: dict[str, Tensor]) -> None:
    """Weights alone, as safetensors, atomically."""
    write_atomic(path, save({k: v.detach().cpu().contiguous() for k, v in tensors.items()}))


def save_checkpoint(path: Path, state: dict[str, Any], numbers: dict[str, Any]) -> None:
    """`Trainer.state_dict()` and further `numbers` (JSON values) as one file."""
    meta = {"step_count": state["step_count"], "config": state["config"], **numbers}
    tensors = {k: v.detach().cpu().contiguous() for k, v in state["tensors"].items()}
    write_atomic(path, save(tensors, {"latent_studio": json.dumps(meta)}))


def load_checkpoint(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The `state` and the numbers that `save_checkpoint` wrote.

    Raises:
        CheckpointError: missing, cut short, corrupt, or a file of something else.
    """
    try:
        with safe_open(path, "pt") as file:
            meta = json.loads((file.metadata() or {})["latent_studio"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        step = meta["step_count"]
        if type(step) is not int or step < 0 or not isinstance(meta["config"], dict):
            raise ValueError("its numbers make no sense")
    except FileNotFoundError as error:
        raise CheckpointError(f"There is no checkpoint at {path}.") from error
    except KeyError as error:
        raise CheckpointError(f"{path} is not a checkpoint of Latent Studio.") from error
    except (OSError, SafetensorError, ValueError, TypeError) as error:
        raise CheckpointError(f"The checkpoint {path} is damaged: {error}") from error
    state = {"tensors": tensors, "step_count": step, "config": meta.pop("config")}
    return state, meta
