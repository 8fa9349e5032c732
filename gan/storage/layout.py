"""Names of the files in the folder of a run or model."""

from pathlib import Path

CONFIG = "config.json"  # the Config that the run started with
HISTORY = "history.jsonl"  # losses and marks
VITALS = "vitals.jsonl"  # vital signs
MODEL = "model.safetensors"  # EMA weights, for use
DIGEST = "model.digest"  # of the model for use, where its own header has none
NEWEST = "checkpoint.safetensors"  # what training resumes from
PREVIOUS = "checkpoint.previous.safetensors"  # the checkpoint before, if the newest is damaged
SNAPSHOTS = "snapshots"  # folder: contact sheets and EMA weights of the past
MILESTONES = "milestones"  # folder: a few full checkpoints of the past
PAIR = "pair.json"  # in each of two runs side by side
LOCK = "training.json"  # which process trains the run
TEMPORARY = ".arriving"  # folder beside runs or collections: what is being uploaded or downloaded
MOST_STEPS = 99_999_999  # names of files have eight digits
ABOUT = "about.json"  # title, class names, note
OWNER = "owner.json"  # on a public server: the visitor whose run it is
DIRECTIONS = "directions.safetensors"
EVALUATION = "evaluation.json"
CARD = "README.md"
SAMPLES = "samples.png"


def snapshot_picture_path(folder: Path, step: int) -> Path:
    return Path(folder) / SNAPSHOTS / f"{step:08d}.png"


def snapshot_weights_path(folder: Path, step: int) -> Path:
    return snapshot_picture_path(folder, step).with_suffix(".safetensors")
