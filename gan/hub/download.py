"""Files of a repository on the Hub: measured before they are taken, and taken piece by piece.

`hf_hub_download` cannot be told to stop, tells of its progress every 10 MB, and takes as much as
comes; here strangers name the repository. So its parts are put together anew: the client's
session, addresses, headers and errors, and a loop that counts.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from json import JSONDecodeError
from pathlib import Path

from huggingface_hub import HfApi, get_session, hf_hub_url
from huggingface_hub.hf_api import RepoSibling
from huggingface_hub.utils import build_hf_headers, hf_raise_for_status

from gan.hub.errors import HubError, told

ANSWER_S = 20.0  # the longest silence of the Hub
SLOWEST_S = 300.0  # for all files of a model together


@dataclass(frozen=True)
class Remote:
    """A file: its length, its SHA-256 if it is a large one, and the git hash of its blob."""

    size_bytes: int
    sha256: str | None
    git_hash: str | None


@dataclass(frozen=True)
class Found:
    """A repository at one commit, which never changes; `files` are by name."""

    repo: str
    commit: str
    private: bool
    tags: frozenset[str]
    files: Mapping[str, Remote]


def look(repo: str, revision: str | None = None, token: str | bool | None = None) -> Found:
    """What there is at a revision (a branch, tag or commit; None: the main branch).

    `token`: as of the client: None is whoever is logged in, False nobody.

    Raises:
        HubError: there is no such thing, it may not be seen, or the Hub cannot be reached.
    """
    with told(repo, revision):
        try:
            info = HfApi().model_info(
                repo, revision=revision, files_metadata=True, timeout=ANSWER_S, token=token
            )
            files = {one.rfilename: _remote(one) for one in info.siblings or []}
            tags = frozenset(info.tags or ())
        except (LookupError, TypeError, AttributeError, JSONDecodeError) as error:
            raise HubError("odd", why=type(error).__name__) from error
        if not re.fullmatch("[0-9a-f]{40}", info.sha or ""):
            raise HubError("odd", why="it names no commit")
        return Found(repo, info.sha, bool(info.private), tags, files)


def _remote(one: RepoSibling) -> Remote:
    if type(one.size) is not int or one.size < 0:
        raise TypeError("a file has no length")
    return Remote(one.size, one.lfs.sha256 if one.lfs else None, one.blob_id)


def fetch(
    found: Found,
    names: list[str],
    folder: Path,
    token: str | bool | None = None,
    on_bytes: Callable[[int], None] | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Write these files of `found` into a folder, each of the length and hash that it should have.

    `on_bytes` hears of every piece's length.

    Raises:
        HubError: a file is not what was announced, the Hub fails, it takes too long, or `stop`.
        OSError: the disk said no.
    """
    give_up_at = time.monotonic() + SLOWEST_S

    def heard(count: int) -> None:
        if stop is not None and stop.is_set():
            raise HubError("stopped", repo=found.repo)
        if time.monotonic() > give_up_at:
            raise HubError("slow", repo=found.repo)
        if on_bytes is not None:
            on_bytes(count)

    for name in names:
        with told(found.repo, found.commit), open(folder / name, "wb") as file:
            for piece in _pieces(found, name, token):
                heard(len(piece))
                file.write(piece)


def _pieces(found: Found, name: str, token: str | bool | None) -> Iterator[bytes]:
    remote = found.files[name]
    url = hf_hub_url(found.repo, name, revision=found.commit)
    # not compressed: the length is checked while it arrives
    headers = build_hf_headers(token=token) | {"accept-encoding": "identity"}
    whole = hashlib.sha256() if remote.sha256 else hashlib.sha1(b"blob %d\0" % remote.size_bytes)
    size = 0
    with get_session().stream("GET", url, headers=headers, timeout=ANSWER_S) as response:
        if response.is_error:
            response.read()
        hf_raise_for_status(response)
        for piece in response.iter_bytes():
            size += len(piece)
            if size > remote.size_bytes:
                raise HubError("damaged", name=name, repo=found.repo)
            whole.update(piece)
            yield piece
    wanted = remote.sha256 or remote.git_hash  # of a large file the latter is its pointer's
    if size != remote.size_bytes or (wanted and whole.hexdigest() != wanted):
        raise HubError("damaged", name=name, repo=found.repo)
