"""Where the repository, its bundled assets, and the user's files lie."""

import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
ASSETS = ROOT / "assets"
CACHE = ".cache/latent-studio"  # in the home folder


def user_path(text: str) -> Path:
    """Return the path that a user wrote, with the home folder for "~".

    Raises ValueError if there is no such home folder.
    """
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError(f"{text!r} is in the home folder of a user who has none.") from error


def runs_folder() -> Path:
    """Return the folder LATENT_STUDIO_RUNS, or "runs" in the repository."""
    return user_path(os.environ.get("LATENT_STUDIO_RUNS") or str(ROOT / "runs"))


def cache_folder() -> Path:
    """Return the folder of downloads, in the temporary folder for a user without a usable home."""
    try:
        home = Path.home()
    except RuntimeError:  # a container may use a user id without an account
        home = None
    # not Path.exists, which raises an exception if the home is another user's
    if home and (os.path.exists(home / CACHE) or os.access(home, os.W_OK)):
        return home / CACHE
    user = os.getuid() if hasattr(os, "getuid") else 0
    return Path(tempfile.gettempdir()) / f"latent-studio-{user}"
