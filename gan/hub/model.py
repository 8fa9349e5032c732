"""A generator with the Hub's own `ModelHubMixin`: saving, loading and pushing.

Not `PyTorchModelHubMixin`, which falls back to reading a pickle.
"""

import json
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import numpy as np
from huggingface_hub import ModelCard, ModelCardData, ModelHubMixin

from gan.config import Config
from gan.hub import card as model_card
from gan.hub.download import RepoRevision, download_file, resolve_revision
from gan.hub.errors import HubError
from gan.media.contact_sheet import grid, png_bytes
from gan.models.generator import Generator, ModelError
from gan.storage.checkpoint_file import weights_bytes
from gan.storage.layout import CARD, CONFIG, MODEL, SAMPLES
from gan.system.atomic import write_json

MOST_BYTES = 100_000_000  # of weights
LARGEST_TEXT_BYTES = 200_000
SAMPLED = 100  # images in the grid
COLUMNS_MOST = 20


class HubModel(
    ModelHubMixin,
    library_name=model_card.LIBRARY,
    tags=[*model_card.TAGS],
    pipeline_tag=model_card.PIPELINE,
    model_card_template=model_card.TEMPLATE,
):
    """The model in a folder.

    Raises ModelError: it is missing or damaged, or its weights are not finite.
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
        (save_directory / MODEL).write_bytes(weights_bytes(generator.network.state_dict()))
        (save_directory / SAMPLES).write_bytes(png_bytes(samples(generator)))

    @classmethod
    def _from_pretrained(
        cls, *, model_id: str, revision: str | None, token: str | bool | None, **_: Any
    ) -> Self:
        if Path(model_id).is_dir():
            return cls(model_id)
        source = resolve_revision(model_id, revision, token)
        with tempfile.TemporaryDirectory() as folder:
            names = files_to_download(source, card=False)
            download_model(source, names, Path(folder), token)
            return cls(folder)

    def generate_model_card(self, repo: str = "", licence: str = "", **_: Any) -> ModelCard:
        """Return the model card for `repo` ("owner/name"); `licence` is a licence id of the Hub."""
        trained_on = self.generator.config.data
        data = ModelCardData(**self._hub_mixin_info.model_card_data.to_dict())
        data.license = licence or None
        if trained_on in model_card.DATASETS:
            data.datasets = [model_card.DATASETS[trained_on]]
        values = model_card.template_values(self.folder, self.generator, repo)
        return ModelCard.from_template(data, template_str=model_card.TEMPLATE, **values)


def samples(generator: Generator) -> np.ndarray:
    """Return the grid of a card, uint8 (h,w,c): the first samples of seed 0."""
    z = np.random.default_rng(0).standard_normal((SAMPLED, generator.z_dim))
    columns = generator.classes if 1 < generator.classes <= COLUMNS_MOST else 10
    return grid(generator.sample(z), columns)


def files_to_download(
    source: RepoRevision, most_bytes: int = MOST_BYTES, card: bool = True
) -> list[str]:
    """Return the names of the files to download; `card`: README.md too, if there is one.

    Raises HubError: a file is missing or too large.
    """
    for name in (CONFIG, MODEL):
        if name not in source.files:
            raise HubError("not_ours", repo=source.repo, why=f"it has no {name}")
    sizes = {name: remote.size for name, remote in source.files.items()}
    if sizes[CONFIG] > LARGEST_TEXT_BYTES:
        raise HubError("not_ours", repo=source.repo, why=f"its {CONFIG} is too large")
    if sizes[MODEL] > most_bytes:
        size = -(-sizes[MODEL] // 1_000_000)
        raise HubError("too_large", repo=source.repo, size_mb=size, most_mb=most_bytes // 1_000_000)
    has_card = card and sizes.get(CARD, LARGEST_TEXT_BYTES + 1) <= LARGEST_TEXT_BYTES
    return [CONFIG, MODEL, *([CARD] if has_card else [])]


def download_model(
    source: RepoRevision,
    names: list[str],
    folder: Path,
    token: str | bool | None = None,
    on_bytes: Callable[[int], None] | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Download `files_to_download`; config.json is checked before the weights are downloaded.

    Raises HubError, OSError: see `download_file`; or config.json is invalid.
    """
    for name in names:
        download_file(source, name, folder, token, on_bytes, stop)
        if name == CONFIG:
            try:
                Config.from_json(json.loads((folder / CONFIG).read_bytes()))
            except (ValueError, RecursionError) as error:
                why = f"its {CONFIG} cannot be used ({error})".replace(".)", ")")
                raise HubError("not_ours", repo=source.repo, why=why) from error
