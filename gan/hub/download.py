"""Download files of a Hub repository with a size limit, a hash check, progress and cancellation.

`hf_hub_download` cannot be cancelled, has no size limit and reports progress every 10 MB only,
while here visitors choose the repository. Sessions, headers and errors are those of its client.
"""

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import HfApi, get_session, hf_hub_url
from huggingface_hub.hf_api import RepoSibling
from huggingface_hub.utils import build_hf_headers, hf_raise_for_status

from gan.config import ConfigError
from gan.hub.errors import HubError, translated_errors
from gan.storage.config_file import read_config
from gan.storage.layout import CARD, CONFIG, MODEL

ANSWER_S = 20.0  # timeout of one request
MOST_BYTES = 100_000_000  # of weights
LARGEST_TEXT_BYTES = 200_000
SLOWEST_S = 300.0  # timeout of one file


@dataclass(frozen=True)
class RepoRevision:
    """A repository at one commit; `files` by name."""

    repo: str
    commit: str
    private: bool
    tags: frozenset[str]
    files: Mapping[str, RepoSibling]


def resolve_revision(
    repo: str, revision: str | None = None, token: str | bool | None = None
) -> RepoRevision:
    """Resolve a branch, tag or commit (None: the main branch) and list its files.

    token: as in huggingface_hub; None uses the stored login, False none.
    Raises HubError: there is no such revision, access is denied, or the Hub cannot be reached.
    """
    with translated_errors(repo, revision):
        try:
            info = HfApi().model_info(
                repo, revision=revision, files_metadata=True, timeout=ANSWER_S, token=token
            )
            files = {one.rfilename: one for one in info.siblings or []}
            if any(type(one.size) is not int or one.size < 0 for one in files.values()):
                raise TypeError("a file has no length")
            tags = frozenset(info.tags or ())
        except (LookupError, TypeError, AttributeError, json.JSONDecodeError) as error:
            raise HubError("odd", why=type(error).__name__) from error
        if not re.fullmatch("[0-9a-f]{40}", info.sha or ""):
            raise HubError("odd", why="it names no commit")
        return RepoRevision(repo, info.sha, bool(info.private), tags, files)


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
    """Write `files_to_download` to a folder and verify their sizes and hashes.

    config.json is checked before the weights are downloaded. on_bytes: gets the size of each chunk.
    Raises HubError: a size or hash differs, config.json is invalid, the Hub fails, the timeout
    expires, or `stop` is set; OSError: the disk cannot be written to.
    """
    for name in names:
        deadline = time.monotonic() + SLOWEST_S
        with translated_errors(source.repo, source.commit), open(folder / name, "wb") as file:
            for chunk in _chunks(source, name, token):
                if stop is not None and stop.is_set():
                    raise HubError("stopped", repo=source.repo)
                if time.monotonic() > deadline:
                    raise HubError("slow", repo=source.repo)
                if on_bytes is not None:
                    on_bytes(len(chunk))
                file.write(chunk)
        if name == CONFIG:
            try:
                read_config(folder)
            except ConfigError as error:
                why = f"its {CONFIG} cannot be used ({error})".replace(".)", ")")
                raise HubError("not_ours", repo=source.repo, why=why) from error


def _chunks(source: RepoRevision, name: str, token: str | bool | None) -> Iterator[bytes]:
    remote = source.files[name]
    sha256 = remote.lfs.sha256 if remote.lfs else None  # of a large file
    url = hf_hub_url(source.repo, name, revision=source.commit)
    # uncompressed, so that the size can be checked while it arrives
    headers = build_hf_headers(token=token) | {"accept-encoding": "identity"}
    digest = hashlib.sha256() if sha256 else hashlib.sha1(b"blob %d\0" % remote.size)
    size = 0
    with get_session().stream("GET", url, headers=headers, timeout=ANSWER_S) as response:
        if response.is_error:
            response.read()
        hf_raise_for_status(response)
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > remote.size:
                raise HubError("damaged", name=name, repo=source.repo)
            digest.update(chunk)
            yield chunk
    expected = sha256 or remote.blob_id  # the git hash of a large file is its pointer's
    if size != remote.size or (expected and digest.hexdigest() != expected):
        raise HubError("damaged", name=name, repo=source.repo)
