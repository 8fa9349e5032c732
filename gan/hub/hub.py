"""Push models to the Hugging Face Hub and pull them.

Only `config.json`, `model.safetensors` and `README.md` are ever downloaded: nothing is unpickled
and no code of a repository runs.
"""

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from huggingface_hub import get_token

from gan.hub.card import LIBRARY
from gan.hub.download import resolve_revision
from gan.hub.errors import HubError, checked_name, translated_errors
from gan.hub.model import MOST_BYTES, HubModel, download_model, files_to_download
from gan.hub.names import ARRIVING, ORIGIN
from gan.models.generator import ModelError
from gan.storage.layout import CONFIG, MODEL
from gan.system.atomic import sync_folder, write_json


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
        if {CONFIG, MODEL} & existing.files.keys() and LIBRARY not in existing.tags:
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
            HubModel.from_pretrained(folder)
        except ModelError as error:
            why = f"its {MODEL} does not fit its {CONFIG}"
            raise HubError("not_ours", repo=name, why=why) from error
        write_json(folder / ORIGIN, {"repo": name, "commit": source.commit})
        folder.rename(out)
    sync_folder(out.parent)
    return out
