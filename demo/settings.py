"""The settings of a server, each from an environment variable."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

from gan.paths import ROOT, cache_folder, user_path

CHOICES = {
    "training": {"open": "open", "owner": "owner", "off": "off"},
    "public": {"0": False, "1": True},
    "hub": {"on": True, "off": False},
}
SHORTEST_KEY = 8
PUBLIC_KEPT_H = 24


@dataclass(frozen=True)
class Settings:
    """Folders and limits; docs/settings.md says what each one means. None: no limit."""

    runs: Path = ROOT / "runs"
    models: Path = ROOT / "assets/models"
    first_model: str = "faces"
    max_steps: int = 100_000
    max_frames: int = 3_000
    max_side_px: int = 1_024
    max_megapixels: int = 2_000
    exports_at_once: int = 2
    max_upload_mb: int = 500
    max_runs: int = 20
    runs_room_mb: int = 20_000
    max_images: int = 20_000
    max_image_mb: int = 50
    max_image_megapixels: int = 100
    max_collections: int = 5
    images_room_mb: int = 10_000
    images_kept_h: int | None = None
    training: str = "open"
    owner_key: str = ""
    max_run_s: int = 300
    away_s: int = 20
    max_queue: int = 40
    public: bool = False
    hosts: str = ""
    hub: bool = True
    hub_cache: Path = cache_folder() / "hub"
    max_hub_mb: int = 100
    hub_kept: int = 20
    hub_days: int = 30

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Self:
        """Read LATENT_STUDIO_<NAME> for each field but `models`.

        On Hugging Face Spaces (SPACE_ID is set) a server is public by default. Raises SystemExit
        with a message for an invalid value.
        """
        values: dict[str, Any] = {"public": bool(env.get("SPACE_ID"))}
        for field in fields(cls):
            key = f"LATENT_STUDIO_{field.name.upper()}"
            text = env.get(key)
            if text is None or field.name == "models":
                continue
            if field.name in CHOICES:
                values[field.name] = _choice(key, text, CHOICES[field.name])
            elif field.type is Path:
                values |= {field.name: _path(key, text)} if text else {}
            else:
                values[field.name] = text if field.type is str else _whole(key, text)
        key = values.get("owner_key", "")
        if key and (len(key) < SHORTEST_KEY or key != "".join(key.split())):
            raise SystemExit(
                f"LATENT_STUDIO_OWNER_KEY must have at least {SHORTEST_KEY} characters and no "
                "spaces."
            )
        if values["public"]:
            values.setdefault("images_kept_h", PUBLIC_KEPT_H)
        if values.get("training") == "owner" and not key:
            raise SystemExit(
                "LATENT_STUDIO_TRAINING is 'owner', so LATENT_STUDIO_OWNER_KEY must be set."
            )
        return cls(**values)


def _choice(key: str, text: str, allowed: Mapping[str, Any]) -> Any:
    if text not in allowed:
        raise SystemExit(f"{key} is {text!r}; choose one of: {', '.join(allowed)}.")
    return allowed[text]


def _path(key: str, text: str) -> Path:
    try:
        return user_path(text)
    except ValueError as error:
        raise SystemExit(f"{key}: {error}") from error


def _whole(key: str, text: str) -> int:
    least = 0 if key.endswith("MAX_QUEUE") else 1
    if not text.isdecimal() or len(text) > 12 or int(text) < least:
        raise SystemExit(
            f"{key} is {text[:40]!r}; it must be a whole number of at least {least} and at most 12 "
            "digits."
        )
    return int(text)
