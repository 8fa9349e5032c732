"""What may go wrong between here and the Hugging Face Hub, each in a sentence for people."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType

from huggingface_hub import errors

SENTENCES = MappingProxyType(
    {
        "bad_name": "{repo!r} is no name of a model on the Hub; it looks like owner/name.",
        "offline": "The Hugging Face Hub cannot be reached; all that is here already works on.",
        "no_token": "The Hub must know who you are: run `hf auth login`, or set HF_TOKEN.",
        "bad_token": "The Hub does not accept the token; run `hf auth login` again.",
        "not_found": "There is no model {repo} on the Hub, or it is private.",
        "no_revision": "{repo} has no revision {revision}.",
        "gated": "{repo} is gated: ask for access on its page on the Hub first.",
        "disabled": "{repo} has been disabled on the Hub.",
        "forbidden": "You may not write to {repo}: its owner, or your token, does not allow it.",
        "rate": "The Hub has had too many requests from here; try again in {wait_s} s.",
        "trouble": "The Hub answered with error {status}; try again later.",
        "odd": "The Hub's answer makes no sense ({why}); try again later.",
        "not_ours": "{repo} is no model of Latent Studio: {why}.",
        "other_kind": "{repo} holds something else than a model of Latent Studio, which would be "
        "overwritten; choose another name.",
        "is_public": "{repo} exists already and is public; make it private on the Hub first.",
        "too_large": "{repo} is too large: {size_mb} MB, and at most {most_mb} MB are taken.",
        "damaged": "{name} of {repo} arrived damaged; try again.",
        "slow": "{repo} takes too long to arrive; try again later.",
        "stopped": "Stopped; nothing of {repo} was kept.",
    }
)
RATE_S = 60  # to wait, if the Hub does not say


class HubError(ValueError):
    """`kind` is a key of `SENTENCES`, `values` fill it: pages say it in their language."""

    def __init__(self, kind: str, **values: str | int | None) -> None:
        super().__init__(SENTENCES[kind].format(**values))
        self.kind, self.values = kind, values


@contextmanager
def told(repo: str, revision: str | None = None) -> Iterator[None]:
    """What the client raises inside becomes a HubError; the disk's errors stay what they are."""
    try:
        yield
    except HubError:
        raise
    except Exception as error:
        known = next(filter(None, (_known(one, repo, revision) for one in _chain(error))), None)
        if known is None:
            raise
        raise known from error


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and its causes, the outermost first."""
    for _ in range(8):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _known(error: BaseException, repo: str, revision: str | None) -> HubError | None:
    for kind, wanted in (
        ("gated", errors.GatedRepoError),
        ("not_found", errors.RepositoryNotFoundError),
        ("no_revision", errors.RevisionNotFoundError),
        ("disabled", errors.DisabledRepoError),
        ("no_token", errors.LocalTokenNotFoundError),
        ("bad_name", errors.HFValidationError),
    ):
        if isinstance(error, wanted):
            return HubError(kind, repo=repo, revision=revision)
    if isinstance(error, errors.EntryNotFoundError):
        return HubError("odd", why="a file it named is not there")
    if isinstance(error, errors.HfHubHTTPError):
        return _of_status(error, repo)
    # httpx's own are about connections and what travels on them; a plain OSError is the disk's
    if isinstance(error, errors.HTTPError | ConnectionError) or _is_network(error):
        return HubError("offline")
    return None


def _of_status(error: errors.HfHubHTTPError, repo: str) -> HubError:
    status = error.response.status_code
    if status == 401:
        return HubError("bad_token")
    if status == 403:
        return HubError("forbidden", repo=repo)
    if status == 429:
        wait = error.response.headers.get("retry-after", "")
        return HubError("rate", wait_s=int(wait) if wait.isdecimal() else RATE_S)
    return HubError("trouble", status=status)


def _is_network(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH)
