"""Push models to the Hugging Face Hub and pull them, with the Hub's own `ModelHubMixin`.

Not `PyTorchModelHubMixin`, which falls back to reading a pickle. Only `config.json`,
`model.safetensors` and `README.md` are ever downloaded, and no code of a repository runs.
"""

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import numpy as np
from huggingface_hub import ModelCard, ModelCardData, ModelHubMixin, get_token

from gan.hub import card as cards
from gan.hub.download import MOST_BYTES, download_model, files_to_download, resolve_revision
from gan.hub.errors import HubError, checked_name, translated_errors
from gan.hub.names import ARRIVING, ORIGIN
from gan.latent.latents import latents
from gan.media.contact_sheet import grid, png_bytes
from gan.models.generator import Generator, ModelError
from gan.storage.checkpoint_file import weights_bytes, weights_digest
from gan.storage.layout import CONFIG, DIGEST, MODEL, SAMPLES
from gan.system.atomic import sync_folder, write_json

SAMPLED = 100  # images in the grid
COLUMNS_MOST = 20


def push(folder: Path | str, repo: str, private: bool = False, licence: str = "apache-2.0") -> str:
    """Push the model in a folder to "owner/name" and return the address of the commit.

    Creates the repository if needed and writes config.json, model.safetensors, README.md and
    samples.png. Needs a login (`hf auth login`) or HF_TOKEN.
    Raises ModelError: there is no usable model in the folder; HubError: the Hub refuses or fails,
    or the repository holds something else.
    """
    name = checked_name(repo)
    model = HubModel(folder)
    if not get_token():
        raise HubError("no_token")
    try:
        existing = resolve_revision(name)
    except HubError as error:
        if error.kind != "not_found":
            raise
    else:
        if private and not existing.private:
            raise HubError("is_public", repo=name)
        if {CONFIG, MODEL} & existing.files.keys() and cards.LIBRARY not in existing.tags:
            raise HubError("other_kind", repo=name)
    with translated_errors(name):
        return model.push_to_hub(
            name,
            private=private or None,
            commit_message="Push a model of Latent Studio",
            model_card_kwargs={"repo": name, "licence": licence},
        )


def pull(
    repo: str,
    out: Path,
    revision: str | None = None,
    token: str | bool | None = None,
    most_bytes: int = MOST_BYTES,
    on_size: Callable[[int], None] | None = None,
    on_bytes: Callable[[int], None] | None = None,
    stop: threading.Event | None = None,
    card: bool = True,
) -> Path:
    """Download the model "owner/name" to the new folder `out`, all of it verified or nothing.

    revision: a branch, tag or commit; None is the newest. most_bytes: the largest weights file
    accepted. on_size: called once with the bytes to download, before the first arrives. on_bytes:
    called with the size of every chunk. stop: set it to cancel. card: whether README.md comes too.
    Raises FileExistsError: `out` exists already; HubError: the Hub refuses or fails, or the
    repository holds no usable model; OSError: the disk cannot be written to.
    """
    name = checked_name(repo)
    if out.exists():
        raise FileExistsError(f"{out} exists already; name a new folder.")
    source = resolve_revision(name, revision, token)
    files = files_to_download(source, most_bytes, card)
    if on_size is not None:
        on_size(sum(source.files[name].size for name in files))
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=ARRIVING, dir=out.parent) as temporary:
        folder = Path(temporary) / "model"
        folder.mkdir()
        download_model(source, files, folder, token, on_bytes, stop)
        try:
            weights = HubModel(folder).generator.network.state_dict()
        except ModelError as error:
            why = f"its {MODEL} does not fit its {CONFIG}"
            raise HubError("not_ours", repo=name, why=why) from error
        (folder / DIGEST).write_text(weights_digest(weights))
        write_json(folder / ORIGIN, {"repo": name, "commit": source.commit})
        folder.rename(out)
    sync_folder(out.parent)
    return out


def is_usable(folder: Path) -> bool:
    """Return whether the model in a folder is complete and undamaged."""
    try:
        HubModel(folder)
    except ModelError:
        return False
    return True


class HubModel(
    ModelHubMixin,
    library_name=cards.LIBRARY,
    tags=[*cards.TAGS],
    pipeline_tag=cards.PIPELINE,
    model_card_template=cards.TEMPLATE,
):
    """The model in a folder. Raises ModelError: it is damaged, or its weights are not finite."""

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
            download_model(source, files_to_download(source, card=False), Path(folder), token)
            return cls(folder)

    def generate_model_card(self, repo: str = "", licence: str = "", **_: Any) -> ModelCard:
        """Return the model card for `repo` ("owner/name"); `licence` is a licence id of the Hub."""
        trained_on = self.generator.config.data
        data = ModelCardData(**self._hub_mixin_info.model_card_data.to_dict())
        data.license = licence or None
        if trained_on in cards.DATASETS:
            data.datasets = [cards.DATASETS[trained_on]]
        values = cards.template_values(self.folder, self.generator, repo)
        return ModelCard.from_template(data, template_str=cards.TEMPLATE, **values)


def samples(generator: Generator) -> np.ndarray:
    """Return the grid of a card, uint8 (h,w,c): the pictures of seeds 0 to 99."""
    z = latents(range(SAMPLED), generator.z_dim)
    columns = generator.classes if 1 < generator.classes <= COLUMNS_MOST else 10
    return grid(generator.sample(z), columns)
