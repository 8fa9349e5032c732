"""What models on the Hugging Face Hub are called: "owner/name" there, "hub:owner/name" here."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

PREFIX = "hub:"  # of a model's id on the page and in recipes
ORIGIN = "hub.json"  # in the folder of a pulled model: {"repo", "commit"}
ARRIVING = ".arriving-"  # what the folders of unfinished pulls are called
LONGEST = 96
_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?"
_TYPED = re.compile(
    r"(?:hub:|(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/)?"
    rf"({_PART}/{_PART})(?:/tree/[^?#]*)?/?(?:[?#].*)?",
)


def hub_name(typed: Any) -> str | None:
    """ "owner/name" of what somebody typed: that, our id, or its page's address; else None.

    The Hub's own rules hold: at most 96 characters, no "--" and no "..", no ".git" at the end.
    """
    text = typed.strip() if isinstance(typed, str) and len(typed) <= 500 else ""
    found = _TYPED.fullmatch(text)
    name = found[1] if found else ""
    wrong = not name or len(name) > LONGEST or "--" in name or ".." in name or name.endswith(".git")
    return None if wrong else name


def hub_id(name: str) -> str:
    """The id of the model "owner/name"."""
    return PREFIX + name


def origin(folder: Path) -> str | None:
    """ "owner/name" of the model that was pulled into a folder; None for any other folder."""
    try:
        said = json.loads((folder / ORIGIN).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return hub_name(said.get("repo")) if isinstance(said, dict) else None


def folder_name(name: str) -> str:
    """One folder's name for "owner/name"; two names never share one, as none holds "--"."""
    return name.replace("/", "--")
