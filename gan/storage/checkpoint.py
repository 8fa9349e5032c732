"""Checkpoints: all it takes to go on bit for bit, with the one before kept in case of damage.

A checkpoint is one safetensors file (the tensors of `Trainer.state_dict`, its numbers as JSON in
the header), so one rename replaces all of it. Its digest is in the header and looked at when it is
loaded: a disk that returns other bytes than it was given is found out. Nothing is ever unpickled.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from gan.storage.layout import NEWEST, PREVIOUS
from gan.system.atomic import write_atomic

KEY = "latent_studio"  # of our numbers in the header

Used = TypeVar("Used")


class CheckpointError(ValueError):
    """A checkpoint is missing, damaged or not ours; the message says which."""


def weights_bytes(tensors: dict[str, Tensor]) -> bytes:
    """Weights alone, as a safetensors file."""
    return save({k: v.detach().cpu().contiguous() for k, v in tensors.items()})


def save_checkpoint(
    path: Path, state: dict[str, Any], numbers: dict[str, Any], keep: Path | None = None
) -> None:
    """`Trainer.state_dict()` and further `numbers` (JSON values) as one file.

    `keep`: where the file that is replaced stays, in the same folder.

    Raises:
        OSError: the disk said no; the old files are untouched.
    """
    meta = {"step_count": state["step_count"], "config": state["config"], **numbers}
    tensors = {k: v.detach().cpu().contiguous() for k, v in state["tensors"].items()}
    meta["digest"] = _digest(meta, tensors)
    write_atomic(path, save(tensors, {KEY: json.dumps(meta)}), keep)


def load_checkpoint(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The `state` and the numbers that `save_checkpoint` wrote.

    Raises:
        CheckpointError: missing, cut short, corrupt, or a file of something else.
    """
    meta = read_numbers(path)
    try:
        tensors = load(path.read_bytes())
    except (OSError, SafetensorError, ValueError, TypeError) as error:
        raise CheckpointError(f"The checkpoint {path} is damaged: {error}") from error
    # of runs before there were digests, the structure is all that can be looked at
    if meta.pop("digest", None) not in (None, _digest(meta, tensors)):
        raise CheckpointError(f"The checkpoint {path} is damaged: its content has changed.")
    state = {"tensors": tensors, "step_count": meta.pop("step_count"), "config": meta.pop("config")}
    return state, meta


def read_numbers(path: Path) -> dict[str, Any]:
    """A checkpoint's numbers alone, `step_count` and `config` among them; no tensor is read.

    Raises:
        CheckpointError: missing, cut short, its header is damaged, or a file of something else.
    """
    try:
        header = _header(path)
        texts = header.get("__metadata__") or {}
        if KEY not in texts:
            raise CheckpointError(f"{path} is not a checkpoint of Latent Studio.")
        meta = json.loads(texts[KEY])
        step = meta["step_count"]
        if type(step) is not int or step < 0 or not isinstance(meta["config"], dict):
            raise ValueError("its numbers make no sense")
    except FileNotFoundError as error:
        raise CheckpointError(f"There is no checkpoint at {path}.") from error
    except CheckpointError:
        raise
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise CheckpointError(f"The checkpoint {path} is damaged: {error}") from error
    return meta


def has_whole_length(path: Path) -> bool:
    """Whether a safetensors file is as long as its header says; no tensor is read."""
    try:
        _header(path)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return False
    return True


def first_usable(
    folder: Path,
    use: Callable[[dict[str, Any], dict[str, Any]], Used],
    names: Sequence[str] = (NEWEST, PREVIOUS),
) -> tuple[Used, str, str | None]:
    """What `use(state, numbers)` makes of the first checkpoint that is good, by `names`.

    Also that checkpoint's name, and a sentence about the one passed over, if one was. What is
    not there at all is passed over without a word when another one is.

    Raises:
        CheckpointError: none can be used; the sentence is about the first of them.
    """
    failures: list[CheckpointError] = []
    for name in names:
        path = folder / name
        try:
            state, numbers = load_checkpoint(path)
            try:
                made = use(state, numbers)
            except (ValueError, LookupError, TypeError, RuntimeError) as error:
                raise CheckpointError(f"The checkpoint {path} cannot be used: {error}") from error
        except CheckpointError as error:
            failures.append(error)
            continue
        note = None
        if failures and name == PREVIOUS:
            note = f"{failures[0]} The one before it is whole: going on from there."
        elif failures:
            step = state["step_count"]
            note = f"{failures[0]} Going on from the last one that is whole, step {step}."
        return made, name, note
    raise failures[0]


def _header(path: Path) -> dict[str, Any]:
    with open(path, "rb") as file:
        size = path.stat().st_size
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or length > size - 8:
            raise ValueError("it is cut short")
        header = json.loads(file.read(length))
    ends = [entry["data_offsets"][1] for name, entry in header.items() if name[0] != "_"]
    if size != 8 + length + max(ends, default=0):
        raise ValueError("it is cut short")
    return header


def _digest(meta: dict[str, Any], tensors: dict[str, Tensor]) -> str:
    """32 hex digits over the numbers and every tensor's name, kind, shape and bytes."""
    digest = hashlib.blake2b(json.dumps(meta, sort_keys=True).encode(), digest_size=16)
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {tensor.dtype} {list(tensor.shape)}".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()
