"""A generator as the Hub's own mixin saves it, loads it and pushes it.

`ModelHubMixin` itself, not `PyTorchModelHubMixin`: where a repository holds no safetensors, that
one reads a pickle.
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from huggingface_hub import ModelCard, ModelCardData, ModelHubMixin
from safetensors.torch import save_file

from gan.config import Config
from gan.hub import card as hub_card
from gan.hub.download import Found, fetch, look
from gan.hub.errors import HubError
from gan.media.contact_sheet import grid, png_bytes
from gan.models.generator import Generator, ModelError
from gan.storage.layout import CARD, CONFIG, MODEL, SAMPLES
from gan.system.atomic import write_json

MOST_BYTES = 100_000_000  # of weights
LARGEST_TEXT_BYTES = 200_000
SAMPLED = 100  # pictures in the grid
COLUMNS_MOST = 20


class HubModel(
    ModelHubMixin,
    library_name=hub_card.LIBRARY,
    tags=[*hub_card.TAGS],
    pipeline_tag=hub_card.PIPELINE,
    model_card_template=hub_card.TEMPLATE,
):
    """The model in a folder; `generator` draws with it.

    Raises:
        ModelError: there is none, it is damaged, or its weights are not finite.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self.generator = Generator.load(self.folder)
        weights = self.generator.network.state_dict().values()
        if not all(each.isfinite().all() for each in weights):
            raise ModelError(f"The weights in {self.folder.name} are not finite numbers.")

    def _save_pretrained(self, save_directory: Path) -> None:
        generator = self.generator
        write_json(save_directory / CONFIG, generator.config.to_json())
        weights = {name: w.contiguous() for name, w in generator.network.state_dict().items()}
        save_file(weights, save_directory / MODEL)
        (save_directory / SAMPLES).write_bytes(png_bytes(samples(generator)))

    @classmethod
    def _from_pretrained(
        cls, *, model_id: str, revision: str | None, token: str | bool | None, **_: Any
    ) -> HubModel:
        if Path(model_id).is_dir():
            return cls(model_id)
        with tempfile.TemporaryDirectory() as folder:
            arrive(look(model_id, revision, token), Path(folder), token)
            return cls(folder)

    def generate_model_card(self, repo: str = "", licence: str = "", **_: Any) -> ModelCard:
        """The card of this model as `repo` ("owner/name"), under a licence by its id on the Hub."""
        trained_on = self.generator.config.data
        data = ModelCardData(**self._hub_mixin_info.model_card_data.to_dict())
        data.license = licence or None
        if trained_on in hub_card.DATASETS:
            data.datasets = [hub_card.DATASETS[trained_on]]
        words = hub_card.words(self.folder, self.generator, repo)
        return ModelCard.from_template(data, template_str=hub_card.TEMPLATE, **words)


def samples(generator: Generator) -> np.ndarray:
    """The grid that a card shows, uint8 (h,w,c): the first pictures of seed 0."""
    z = np.random.default_rng(0).standard_normal((SAMPLED, generator.z_dim))
    columns = generator.classes if 1 < generator.classes <= COLUMNS_MOST else 10
    return grid(generator.sample(z), columns)


def wanted(found: Found, most_bytes: int = MOST_BYTES, card: bool = True) -> list[str]:
    """Which of a repository's files are taken; `card`: its README.md too, if it has one.

    Raises:
        HubError: one is missing, or too large.
    """
    for name in (CONFIG, MODEL):
        if name not in found.files:
            raise HubError("not_ours", repo=found.repo, why=f"it has no {name}")
    sizes = {name: remote.size_bytes for name, remote in found.files.items()}
    if sizes[CONFIG] > LARGEST_TEXT_BYTES:
        raise HubError("not_ours", repo=found.repo, why=f"its {CONFIG} is too large")
    if sizes[MODEL] > most_bytes:
        size = -(-sizes[MODEL] // 1_000_000)
        raise HubError("too_large", repo=found.repo, size_mb=size, most_mb=most_bytes // 1_000_000)
    carded = card and sizes.get(CARD, LARGEST_TEXT_BYTES + 1) <= LARGEST_TEXT_BYTES
    return [CONFIG, MODEL, *([CARD] if carded else [])]


def arrive(
    found: Found,
    folder: Path,
    token: str | bool | None = None,
    most_bytes: int = MOST_BYTES,
    on_bytes: Callable[[int], None] | None = None,
    stop: threading.Event | None = None,
    card: bool = False,
) -> None:
    """Fetch the model at `found` into an empty folder; the settings are read before the weights.

    Raises:
        HubError, OSError: see `fetch` and `wanted`; or config.json is not ours.
    """
    for name in wanted(found, most_bytes, card):
        fetch(found, [name], folder, token, on_bytes, stop)
        if name == CONFIG:
            _check_config(folder / CONFIG, found.repo)


def _check_config(path: Path, repo: str) -> None:
    try:
        Config.from_json(json.loads(path.read_bytes()))
    except (ValueError, RecursionError) as error:
        why = f"its {CONFIG} cannot be used ({error})".replace(".)", ")")
        raise HubError("not_ours", repo=repo, why=why) from error
