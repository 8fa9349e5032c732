"""Models go to the Hugging Face Hub and come from there.

Only three names are ever taken from a repository: `config.json`, `model.safetensors` and, to be
read by people, `README.md`. Nothing is unpickled and no code of anybody's is run.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from huggingface_hub import get_token

from gan.hub import card as hub_card
from gan.hub.download import Found, look
from gan.hub.errors import HubError, told
from gan.hub.model import MOST_BYTES, HubModel, arrive, wanted
from gan.hub.names import ARRIVING, ORIGIN, hub_name
from gan.models.generator import ModelError
from gan.storage.layout import CONFIG, MODEL
from gan.system.atomic import sync_folder, write_json


def push(folder: Path | str, repo: str, private: bool = False, licence: str = "apache-2.0") -> str:
    """Make the model in a folder the newest commit of "owner/name"; the commit's address.

    The repository is made if need be. What goes there: config.json, model.safetensors, README.md
    and samples.png, written anew. It goes as whoever is logged in (`hf auth login`) or brought
    HF_TOKEN.

    Raises:
        ModelError: there is no usable model in the folder.
        HubError: it is refused, there, here, or on the way.
    """
    name = _checked(repo)
    model = HubModel(folder)
    if not get_token():
        raise HubError("no_token")
    there = _there(name)
    if there is not None and private and not there.private:
        raise HubError("is_public", repo=name)
    if there is not None and {CONFIG, MODEL} & set(there.files):
        if hub_card.LIBRARY not in there.tags:
            raise HubError("other_kind", repo=name)
    with told(name):
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
    """The model "owner/name" of the Hub as the new folder `out`, whole and checked, or not at all.

    `revision`: a branch, tag or commit; None is the newest. `on_size` hears how many bytes will
    come, before the first does, and `on_bytes` of each piece's length. `card`: with its README.md.

    Raises:
        FileExistsError: there is something at `out` already.
        HubError: the Hub refuses or fails, or the repository holds no model that can be used here.
        OSError: the disk said no.
    """
    name = _checked(repo)
    if out.exists():
        raise FileExistsError(f"{out} is there already; name a new folder.")
    found = look(name, revision, token)
    size = sum(found.files[one].size_bytes for one in wanted(found, most_bytes, card))
    if on_size is not None:
        on_size(size)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=ARRIVING, dir=out.parent) as temporary:
        folder = Path(temporary) / "model"
        folder.mkdir()
        arrive(found, folder, token, most_bytes, on_bytes, stop, card)
        try:
            HubModel.from_pretrained(folder)
        except ModelError as error:
            why = f"its {MODEL} does not fit its {CONFIG}"
            raise HubError("not_ours", repo=name, why=why) from error
        write_json(folder / ORIGIN, {"repo": name, "commit": found.commit})
        folder.rename(out)
    sync_folder(out.parent)
    return out


def _there(name: str) -> Found | None:
    try:
        return look(name)
    except HubError as error:
        if error.kind == "not_found":
            return None
        raise


def _checked(repo: str) -> str:
    name = hub_name(repo)
    if name is None:
        raise HubError("bad_name", repo=repo)
    return name
