"""What the owner of a server may set, each by an environment variable."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
NUMBERS = ("max_steps", "max_frames", "max_side_px", "max_megapixels", "exports_at_once")


@dataclass(frozen=True)
class Settings:
    """Where things live and how much a visitor may ask for."""

    runs: Path = ROOT / "runs"
    models: Path = ROOT / "assets/models"
    max_steps: int = 100_000
    max_frames: int = 3_000
    max_side_px: int = 1_024
    max_megapixels: int = 2_000
    exports_at_once: int = 2

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """LATENT_STUDIO_RUNS, and LATENT_STUDIO_<NAME> for each of `NUMBERS`, over the defaults.

        Raises:
            SystemExit: a number that is not a positive whole number, with a sentence.
        """
        values: dict[str, int | Path] = {}
        if "LATENT_STUDIO_RUNS" in env:
            values["runs"] = Path(env["LATENT_STUDIO_RUNS"])
        for name in NUMBERS:
            key = f"LATENT_STUDIO_{name.upper()}"
            if key in env:
                if not env[key].isdigit() or int(env[key]) < 1:
                    raise SystemExit(f"{key} is {env[key]!r}; it must be a whole number above 0.")
                values[name] = int(env[key])
        return cls(**values)
