"""Names of Hub models: "owner/name" on the Hub, "hub:owner/name" as a model id here."""

import re
from pathlib import Path
from typing import Any

from gan.system.atomic import read_json

PREFIX = "hub:"  # of a model's id on the page and in recipes
ORIGIN = "hub.json"  # in the folder of a pulled model: {"repo", "commit"}
ARRIVING = ".arriving-"  # prefix of the folders of unfinished downloads
LONGEST = 96
_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?"
_TYPED = re.compile(
    r"(?:hub:|(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/)?"
    rf"({_PART}/{_PART})(?:/tree/[^?#]*)?/?(?:[?#].*)?",
)


def hub_name(typed: Any) -> str | None:
    """Parse "owner/name", a model id or the address of a model's page; None if it is neither.

    The Hub's own rules: at most 96 characters, no "--", no ".." and no ".git" at the end.
    """
    text = typed.strip() if isinstance(typed, str) and len(typed) <= 500 else ""
    found = _TYPED.fullmatch(text)
    name = found[1] if found else ""
    wrong = not name or len(name) > LONGEST or "--" in name or ".." in name or name.endswith(".git")
    return None if wrong else name


def hub_id(name: str) -> str:
    return PREFIX + name


def read_origin(folder: Path) -> dict[str, Any]:
    """Read where the model in a folder was pulled from; {} for other folders."""
    return read_json(folder / ORIGIN)


def origin(folder: Path) -> str | None:
    """Return the name ("owner/name") of the pulled model in a folder; None for other folders."""
    return hub_name(read_origin(folder).get("repo"))


def folder_name(name: str) -> str:
    """Return the folder name of "owner/name"; unique, since no name contains "--"."""
    return name.replace("/", "--")
