"""A trained generator for use: explore, export, evaluate."""

import contextlib
import hashlib
import logging
import threading
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from gan.config import Config
from gan.models.networks import make_generator
from gan.storage.checkpoint_file import (
    CheckpointError,
    first_usable,
    load_weights,
    weights_bytes,
)
from gan.storage.config_file import read_config
from gan.storage.layout import MODEL, snapshot_weights_path
from gan.storage.metadata import read_class_names
from gan.storage.run_lock import lock_owner
from gan.system.atomic import write_atomic

BATCH = 64  # bounds the memory of a long export

log = logging.getLogger(__name__)


class ModelError(ValueError):
    """A folder has no usable model; the message names the file and what is wrong."""


def to_pixels(images: Tensor) -> np.ndarray:
    """Convert images (n,c,h,w) in [-1, 1] to uint8 (n,h,w,c)."""
    images = images.add(1).mul(127.5).round().clamp(0, 255).byte()
    return images.permute(0, 2, 3, 1).cpu().contiguous().numpy()


class Generator:
    """EMA weights with one method, `sample`. Thread-safe.

    `config` is that of its training; `model_id` is 12 hex digits of the weights' SHA-256.
    `class_names` are the numbers of the classes where no names are known.
    """

    def __init__(
        self, config: Config, network: nn.Module, class_names: tuple[str, ...] = ()
    ) -> None:
        self.config = config
        named = config.classes > 0 and len(class_names) == config.classes
        self.class_names = class_names if named else tuple(map(str, range(config.classes)))
        self.network = network.eval().requires_grad_(False).cpu()
        self.model_id = weights_hash(network.state_dict())
        self._lock = threading.Lock()

    @property
    def z_dim(self) -> int:
        return self.config.z_dim

    @property
    def classes(self) -> int:
        """Number of classes; 0 if unconditional."""
        return self.config.classes

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of an image."""
        return self.config.image_size, self.config.image_size, self.config.channels

    @classmethod
    def load(cls, folder: Path | str, step: int | None = None) -> Self:
        """Load `config.json` and `model.safetensors` from the folder of a run or bundled model.

        If one of them is damaged, load the EMA of the run's newest good checkpoint, and repair
        `model.safetensors`. With `step`, one of `gan.runs.snapshots.kept_steps`, load the snapshot
        of that step. Raises ModelError: a file is missing, damaged, or of another network.
        """
        folder = Path(folder)
        path = folder / MODEL if step is None else snapshot_weights_path(folder, step)
        try:
            config = read_config(folder)
            network = make_generator(config)
            network.load_state_dict(load_weights(path))
        except FileNotFoundError as error:
            name = Path(str(error.filename or path)).name
            raise ModelError(f"{folder.name} holds no model yet: {name} is missing.") from error
        except (OSError, ValueError, RuntimeError) as error:
            broken = ModelError(f"The model in {folder.name} cannot be used: {error}")
            if step is not None:
                raise broken from error
            try:
                config, network = _restored(folder)
            except CheckpointError:
                raise broken from error
            log.warning("%s; it was restored from the checkpoint.", broken)
        return cls(config, network, read_class_names(folder))

    def sample(self, z: np.ndarray, classes: np.ndarray | int | None = None) -> np.ndarray:
        """Return images uint8 (n,h,w,c) for latents z float (n,z_dim).

        `classes` are labels int (n,), one label for all, or blended weights float (n,classes).
        Without them, image i has class i modulo the number of classes.
        Raises ValueError: a wrong shape, a number that is not finite, or an unknown class.
        """
        z = np.asarray(z, dtype=np.float32)
        if z.ndim != 2 or z.shape[1] != self.z_dim or not np.isfinite(z).all():
            raise ValueError(f"Latents must be finite numbers of shape (n, {self.z_dim}).")
        weights = self._weights(classes, len(z)).split(BATCH)
        batches = zip(torch.from_numpy(z).split(BATCH), weights, strict=True)
        with self._lock, torch.inference_mode():
            return np.concatenate([to_pixels(self.network(*batch)) for batch in batches])

    @property
    def moves(self) -> bool:
        """Whether this is a model of clips: part of z is motion."""
        return self.config.motion_dim > 0

    def moved(self, z: np.ndarray, times: np.ndarray, period: float | None = None) -> np.ndarray:
        """Return the latents of frames, float32 (n,k,z_dim), of clips z (n,z_dim).

        `times` (k,) are in frames, and any numbers; at 0 the latent is z. With `period`, in frames,
        the clip is a loop of that length, see `gan.models.motion`.
        Raises ValueError: this is not a model of clips.
        """
        if not self.moves:
            raise ValueError("This is a model of images; it has no motion.")
        rows = torch.from_numpy(np.asarray(z, np.float32))
        at = torch.from_numpy(np.asarray(times, np.float64)).expand(len(rows), -1)
        with torch.inference_mode():
            return self.network.motion(rows, at, period).float().numpy()

    def clips(
        self,
        z: np.ndarray,
        times: np.ndarray,
        classes: np.ndarray | int | None = None,
        period: float | None = None,
    ) -> np.ndarray:
        """Return clips uint8 (n,k,h,w,c) of z (n,z_dim) at `times` (k,); see `moved` and `sample`.

        Raises ValueError as they do.
        """
        frames = self.moved(z, times, period)
        weights = self._weights(classes, len(frames)).repeat_interleave(frames.shape[1], 0)
        flat = self.sample(frames.reshape(-1, self.z_dim), weights.numpy())
        return flat.reshape(*frames.shape[:2], *self.shape)

    def _weights(self, classes: np.ndarray | int | None, count: int) -> Tensor:
        if not self.classes:
            return torch.zeros(count, 0)
        if classes is None:
            classes = np.arange(count) % self.classes
        given = np.asarray(classes)
        if given.ndim == 2:
            if given.shape != (count, self.classes) or not np.isfinite(given).all():
                raise ValueError(f"Class weights must have shape (n, {self.classes}).")
            return torch.from_numpy(given.astype(np.float32))
        if given.dtype.kind not in "iu":
            raise ValueError("Class labels must be whole numbers.")
        labels = np.broadcast_to(given, (count,)).astype(np.int64)
        if count and not (0 <= labels.min() and labels.max() < self.classes):
            raise ValueError(f"The class must lie between 0 and {self.classes - 1}.")
        return one_hot(torch.from_numpy(labels.copy()), self.classes).float()


def _restored(folder: Path) -> tuple[Config, nn.Module]:
    """Return the config and the EMA of a run's newest good checkpoint, and write the model file.

    Raises CheckpointError without one.
    """

    def use(state: dict[str, Any], _numbers: dict[str, Any]) -> tuple[Config, nn.Module]:
        config = Config.from_json(state["config"])
        network = make_generator(config)
        named = {name.partition(".")[::2]: value for name, value in state["tensors"].items()}
        network.load_state_dict(
            {name: value for (part, name), value in named.items() if part == "ema"}
        )
        return config, network

    (config, network), *_ = first_usable(folder, use)
    if lock_owner(folder) is None:  # else the next checkpoint of its training writes it
        with contextlib.suppress(OSError):
            write_atomic(folder / MODEL, weights_bytes(network.state_dict()))
    return config, network


def weights_hash(tensors: dict[str, Tensor]) -> str:
    """Return 12 hex digits of the SHA-256 of names and weights."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:12]
