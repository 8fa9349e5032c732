"""Checkpoints, and weights for use, as safetensors files.

A checkpoint has everything needed to resume training bit for bit. Its tensors are those of
`Trainer.state_dict`, its numbers are JSON in the header, so one rename replaces both. A digest in
the header of either file detects silent disk corruption. Nothing is ever unpickled.
"""

import hashlib
import io
import json
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load, save
from torch import Tensor

from gan.storage.layout import DIGEST, MOST_STEPS, NEWEST, PREVIOUS
from gan.system import strict_json
from gan.system.atomic import write_atomic

KEY = "latent_studio"  # of the numbers in the header
LARGEST_HEADER_BYTES = 1_000_000  # a hundred bytes per tensor
MALFORMED = (OSError, ValueError, LookupError, TypeError, AttributeError, SafetensorError)

T = TypeVar("T")


class CheckpointError(ValueError):
    """A checkpoint is missing, damaged or foreign; the message says which."""


def weights_bytes(tensors: dict[str, Tensor]) -> bytes:
    """Return weights as the content of a safetensors file, with a digest; see `load_weights`."""
    tensors = {k: v.detach().cpu().contiguous() for k, v in tensors.items()}
    return save(tensors, {KEY: json.dumps({"digest": weights_digest(tensors)})})


def weights_digest(tensors: dict[str, Tensor]) -> str:
    """Return the SHA-256 of weights on the CPU: of names, dtypes, shapes and bytes.

    Processors compute it twice as fast as the digest of a checkpoint.
    """
    return _digest(hashlib.sha256(), sorted(tensors.items()))


def load_weights(path: Path) -> dict[str, Tensor]:
    """Return the weights of a safetensors file, if they fit their digest.

    That is in its header, or in the file `DIGEST` beside it; early versions wrote none.
    Raises FileNotFoundError; ValueError: the file is damaged.
    """
    try:
        data = path.read_bytes()  # once: a run in training replaces the file
        texts = _header(io.BytesIO(data)).get("__metadata__") or {}
        tensors = load(data)
        beside = path.with_name(DIGEST)
        wanted = json.loads(texts[KEY])["digest"] if KEY in texts else None
        if wanted is None and beside.exists():
            wanted = beside.read_text().strip()
        if wanted not in (None, weights_digest(tensors)):
            raise ValueError("its content has changed")
    except FileNotFoundError:
        raise
    except (*MALFORMED, RuntimeError) as error:
        raise ValueError(f"{path.name} is damaged: {error}") from error
    return tensors


def save_checkpoint(
    path: Path, state: dict[str, Any], numbers: dict[str, Any], keep: Path | None = None
) -> None:
    """Write `Trainer.state_dict()` and further `numbers` (JSON values); see `write_atomic`."""
    meta = {"step_count": state["step_count"], "config": state["config"], **numbers}
    tensors = {k: v.detach().cpu().contiguous() for k, v in state["tensors"].items()}
    meta["digest"] = _digest(_of_numbers(meta), sorted(tensors.items()))
    write_atomic(path, save(tensors, {KEY: json.dumps(meta)}), keep)


def load_checkpoint(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the `state` and `numbers` that `save_checkpoint` wrote, or raise CheckpointError."""
    tensors: dict[str, Tensor] = {}

    def read() -> Iterable[tuple[str, Tensor]]:
        tensors.update(load(path.read_bytes()))
        return sorted(tensors.items())

    meta = _verified(path, read)
    state = {"tensors": tensors, "step_count": meta.pop("step_count"), "config": meta.pop("config")}
    return state, meta


def verify_checkpoint(path: Path) -> None:
    """Raise CheckpointError as `load_checkpoint` would; only one tensor is in memory at a time."""

    def read() -> Iterable[tuple[str, Tensor]]:
        with safe_open(path, "pt") as file:
            yield from ((name, file.get_tensor(name)) for name in sorted(file.keys()))

    _verified(path, read)


def read_numbers(path: Path) -> dict[str, Any]:
    """Return a checkpoint's numbers, `step_count` and `config`; its tensors are not read.

    Raises CheckpointError: missing, truncated, a damaged header, or a file of something else.
    """
    try:
        with open(path, "rb") as file:
            texts = _header(file).get("__metadata__") or {}
        if KEY not in texts:
            raise CheckpointError(f"{path} is not a checkpoint of Latent Studio.")
        meta = strict_json.parse(texts[KEY].encode(), LARGEST_HEADER_BYTES)
        step = meta["step_count"]
        whole = type(step) is int and 0 <= step <= MOST_STEPS
        if not whole or not isinstance(meta["config"], dict):
            raise ValueError("its numbers are invalid")
    except FileNotFoundError as error:
        raise CheckpointError(f"There is no checkpoint at {path}.") from error
    except CheckpointError:
        raise
    except MALFORMED as error:
        raise CheckpointError(f"The checkpoint {path} is damaged: {error}") from error
    return meta


def has_whole_length(path: Path) -> bool:
    """Return whether a safetensors file is as long as its header says; tensors are not read."""
    try:
        with open(path, "rb") as file:
            _header(file)
    except MALFORMED:
        return False
    return True


def first_usable(
    folder: Path,
    use: Callable[[dict[str, Any], dict[str, Any]], T],
    names: Sequence[str] = (NEWEST, PREVIOUS),
) -> tuple[T, str, str | None]:
    """Return `use(state, numbers)` of the first good checkpoint among `names`, and its name.

    The third value is a sentence about the first one that was skipped, if any. If none can be used,
    raise the CheckpointError of the first one.
    """
    failures: list[CheckpointError] = []
    for name in names:
        path = folder / name
        try:
            state, numbers = load_checkpoint(path)
            try:
                made = use(state, numbers)
            except (ValueError, LookupError, TypeError, RuntimeError, ArithmeticError) as error:
                raise CheckpointError(f"The checkpoint {path} cannot be used: {error}") from error
        except CheckpointError as error:
            failures.append(error)
            continue
        if not failures:
            return made, name, None
        which = "the previous one" if name == PREVIOUS else "the last intact one"
        return made, name, f"{failures[0]} Resumed from {which}, step {state['step_count']}."
    raise failures[0]


def _header(file: BinaryIO) -> dict[str, Any]:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    length = int.from_bytes(file.read(8), "little")
    if size < 8 or length > size - 8:
        raise ValueError("it is truncated")
    most = LARGEST_HEADER_BYTES
    header = strict_json.parse(file.read(min(length, most + 1)), most)
    ends = [entry["data_offsets"][1] for name, entry in header.items() if name[:1] != "_"]
    if size != 8 + length + max(ends, default=0):
        raise ValueError("it is truncated")
    return header


def _verified(path: Path, read: Callable[[], Iterable[tuple[str, Tensor]]]) -> dict[str, Any]:
    """Return the numbers of a checkpoint whose tensors `read` yields, sorted by name."""
    meta = read_numbers(path)
    wanted = meta.pop("digest", None)
    try:
        digest = _digest(_of_numbers(meta), read())
    except MALFORMED as error:
        raise CheckpointError(f"The checkpoint {path} is damaged: {error}") from error
    if wanted not in (None, digest):  # checkpoints of early versions have none
        raise CheckpointError(f"The checkpoint {path} is damaged: its content has changed.")
    return meta


def _of_numbers(meta: dict[str, Any]) -> Any:
    return hashlib.blake2b(json.dumps(meta, sort_keys=True).encode(), digest_size=16)


def _digest(digest: Any, tensors: Iterable[tuple[str, Tensor]]) -> str:
    """Add each tensor's name, dtype, shape and bytes to a digest, and return it as hex digits."""
    for name, tensor in tensors:
        digest.update(f"{name} {tensor.dtype} {list(tensor.shape)}".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()
