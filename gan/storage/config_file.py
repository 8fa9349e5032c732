"""The settings in the folder of a run or model, from any source."""

from pathlib import Path

from gan.config import Config, ConfigError
from gan.storage.layout import CONFIG
from gan.system.atomic import read_strict

LARGEST_BYTES = 64_000


def read_config(folder: Path) -> Config:
    """Return the Config in a folder's config.json.

    Raises ConfigError: it is damaged, or a setting is out of range; OSError: it cannot be read.
    """
    try:
        return Config.from_json(read_strict(Path(folder) / CONFIG, LARGEST_BYTES))
    except ConfigError:
        raise
    except ValueError as error:
        raise ConfigError(f"the file is damaged: {error}") from error
