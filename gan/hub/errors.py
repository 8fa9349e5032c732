"""Errors of the Hugging Face Hub as messages for users."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from huggingface_hub import errors

from gan.hub.names import hub_name

MESSAGES = {
    "bad_name": "{repo!r} is not a model name on the Hub; expected owner/name.",
    "offline": "The Hugging Face Hub cannot be reached; models that are here already still work.",
    "no_token": "You are not logged in to the Hub: run `hf auth login`, or set HF_TOKEN.",
    "bad_token": "The Hub does not accept the token; run `hf auth login` again.",
    "not_found": "There is no model {repo} on the Hub, or it is private.",
    "no_revision": "{repo} has no revision {revision}.",
    "gated": "{repo} is gated: ask for access on its page on the Hub first.",
    "disabled": "{repo} has been disabled on the Hub.",
    "forbidden": "You may not write to {repo}: its owner or your token does not allow it.",
    "rate": "The Hub has had too many requests from here; try again in {wait_s} s.",
    "trouble": "The Hub answered with error {status}; try again later.",
    "odd": "The Hub sent an invalid answer ({why}); try again later.",
    "not_ours": "{repo} is not a Latent Studio model: {why}.",
    "other_kind": "{repo} holds another kind of model, which would be overwritten; choose "
    "another name.",
    "is_public": "{repo} exists already and is public; make it private on the Hub first.",
    "too_large": "{repo} is too large: {size_mb} MB, and at most {most_mb} MB are allowed.",
    "damaged": "{name} of {repo} arrived damaged; try again.",
    "slow": "The download of {repo} timed out; try again later.",
    "stopped": "Stopped; nothing of {repo} was kept.",
}
RATE_S = 60  # to wait, if the Hub does not say


class HubError(ValueError):
    """`kind` is a key of `MESSAGES`, `values` fill it; the page has its own translations."""

    def __init__(self, kind: str, **values: str | int | None) -> None:
        super().__init__(MESSAGES[kind].format(**values))
        self.kind, self.values = kind, values


def checked_name(typed: str) -> str:
    """Return the "owner/name" that was typed. Raises HubError: it is not a model name."""
    name = hub_name(typed)
    if name is None:
        raise HubError("bad_name", repo=typed)
    return name


@contextmanager
def translated_errors(repo: str, revision: str | None = None) -> Iterator[None]:
    """Raise the client's exceptions as HubError; other exceptions, such as disk errors, pass."""
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
    """Yield the error and its causes, outermost first."""
    for _ in range(8):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _known(error: BaseException, repo: str, revision: str | None) -> HubError | None:
    for kind, expected in (
        ("gated", errors.GatedRepoError),
        ("not_found", errors.RepositoryNotFoundError),
        ("no_revision", errors.RevisionNotFoundError),
        ("disabled", errors.DisabledRepoError),
        ("no_token", errors.LocalTokenNotFoundError),
        ("bad_name", errors.HFValidationError),
    ):
        if isinstance(error, expected):
            return HubError(kind, repo=repo, revision=revision)
    if isinstance(error, errors.EntryNotFoundError):
        return HubError("odd", why="a listed file does not exist")
    if isinstance(error, errors.HfHubHTTPError):
        status, wait = error.response.status_code, error.response.headers.get("retry-after", "")
        kind = {401: "bad_token", 403: "forbidden", 429: "rate"}.get(status, "trouble")
        wait_s = int(wait) if wait.isdecimal() else RATE_S
        return HubError(kind, repo=repo, status=status, wait_s=wait_s)
    # httpx's errors concern the connection; a plain OSError is the disk's
    no_route = getattr(error, "errno", None) in (errno.ENETUNREACH, errno.EHOSTUNREACH)
    if no_route or isinstance(error, errors.HTTPError | ConnectionError):
        return HubError("offline")
    return None
