"""A run as a card: its picture, metrics, cost and last diagnosis."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.endpoint import without_folders
from demo.server.model_library import changed_ns
from demo.server.model_menu import dated_name
from demo.train.payload import diagnosis_payload, number
from gan.config import ADA_TARGET, Config
from gan.datasets import is_own
from gan.monitor.diagnosis import Diagnosis
from gan.monitor.doctor import diagnose
from gan.monitor.vitals_log import read_vitals
from gan.presets import PRESETS, preset
from gan.runs.history import History
from gan.runs.listing import RunInfo, run_info
from gan.runs.snapshots import sample_side, snapshot_steps
from gan.storage.layout import ABOUT, CONFIG, HISTORY, MODEL, NEWEST, PREVIOUS, SNAPSHOTS, VITALS
from gan.storage.metadata import read_title
from gan.system.disk import used_bytes

FILES = (CONFIG, NEWEST, PREVIOUS, HISTORY, VITALS, ABOUT, SNAPSHOTS, MODEL)
# settings that no preset determines
OWN = ("seed", "steps", "seconds", "data", "image_size", "image_channels", "image_classes")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Card:
    """One run, and its card as JSON without unknown values.

    `picture` is the step of the last contact sheet; `frechet`, its standard error `error`, and
    `diversity` are the last vital signs; `bytes` is the space on disk, `when` in seconds since
    1970, `elapsed` and `cpu` in seconds.
    """

    info: RunInfo
    payload: dict[str, Any]


def stamp(folder: Path) -> tuple[int, ...]:
    """Return the modification times of the files that a card is made of."""
    return tuple(changed_ns(folder / name) for name in FILES)


def card(folder: Path) -> Card | None:
    """Return the card of the run in a folder, also of a damaged one; None without a run."""
    info = run_info(folder)
    if info is None:
        return None
    title, vitals, pictures = read_title(folder), read_vitals(folder), snapshot_steps(folder)
    signs = vitals[-1] if vitals else {}
    payload = {
        "title": title or dated_name(info.name),
        "named": bool(title),
        "step": info.step,
        "elapsed": round(info.elapsed_s, 1),
        "cpu": round(info.cpu_s, 1),
        "state": info.state,
        "sentence": info.sentence and without_folders(info.sentence),
        "picture": pictures[-1] if pictures else None,
        "frechet": number(signs.get("frechet")),
        "error": number(signs.get("frechet_error")),
        "diversity": number(signs.get("diversity")),
        "finding": diagnosis_payload(_diagnosis(info, vitals)),
        "bytes": used_bytes(folder),
        "when": int(info.when),
    }
    if (config := info.config) is not None:
        payload |= {
            "goal": info.goal_steps,
            "goal_s": info.goal_s,
            "data": config.data,
            "preset": preset_name(config),
            "seed": config.seed,
            "images": config.train_images,
            "side": sample_side(config.image_size),
            "playable": (folder / MODEL).exists(),
        }
    return Card(info, {name: value for name, value in payload.items() if value is not None})


def preset_name(config: Config) -> str:
    """Return the preset that a config follows, whatever its data, length and seed; "" for none."""
    free = OWN
    if is_own(config.data) and config.augment_target == ADA_TARGET:
        free = (*OWN, "augment_target")  # the default for few images, with any preset
    for name in PRESETS:
        wanted = preset(name).to_json()
        if all(value == wanted[key] for key, value in config.to_json().items() if key not in free):
            return name
    return ""


def _diagnosis(info: RunInfo, vitals: list[dict]) -> Diagnosis | None:
    if info.config is None or not vitals:
        return None
    try:
        history = History(info.folder)
        return diagnose(history.rows, vitals, info.config, history.marks)
    except Exception:  # rows of a damaged file may have any shape
        log.warning("Cannot diagnose %s.", info.folder, exc_info=True)
        return None
