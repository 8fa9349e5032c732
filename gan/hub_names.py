"""What models on the Hugging Face Hub are called: "owner/name" there, "hub:owner/name" here."""

from __future__ import annotations

import re
from typing import Any

PREFIX = "hub:"  # of a model's id on the page and in recipes
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


def folder_name(name: str) -> str:
    """One folder's name for "owner/name"; two names never share one, as none holds "--"."""
    return name.replace("/", "--")
