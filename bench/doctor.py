"""What the doctor is worth: every recorded run replayed in time order, and when it said what.

    python bench/doctor.py [--recordings FOLDER]

A hit: an ill run (or one that has nothing more to gain) of which the doctor says what it is
labelled with, or one thing where it is labelled with several. A miss: it never does. A false alarm:
it says an illness or a plateau that the label does not have. `ahead`: steps between its first right
word and the step from which that label holds; below 0 it spoke later. That D wins or is blind is
labelled from step 0. The limits were set on recordings of even seed; those of odd seed are held
out, but for diverging-1, which showed that a run can end in the row in which it runs away.
The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from bench.support.replay import Recording, read, replay

FOLDER = Path(__file__).parent.parent / "tests" / "data" / "recordings"
SILENT = ("waiting", "warming_up", "healthy")


class Score(NamedTuple):
    """Of one recording; `spoke` is the step of the first right word, `ahead` of the label's."""

    name: str
    main: str
    spoke: int | None
    ahead: int | None
    false: tuple[str, ...]
    changes: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=Path, default=FOLDER)
    folders = sorted(p.parent for p in parser.parse_args().recordings.glob("*/label.json"))
    recordings = [read(folder) for folder in folders]
    scores = [score(recording) for recording in recordings]
    print(f"{'recording':20} {'label':12} {'from':>6} {'spoke':>6} {'ahead':>6}  false alarms")
    for recording, each in zip(recordings, scores, strict=True):
        since = recording.label["states"].get(each.main, 0)
        quiet = each.main in SILENT
        spoke = "-" if quiet else "MISS" if each.spoke is None else each.spoke
        ahead = "" if each.ahead is None else f"{each.ahead:+d}"
        told = f"{since:6d} {spoke:>6} {ahead:>6}  {', '.join(each.false)}"
        print(f"{each.name:20} {each.main:12} {told}")
    for half, chosen in (
        ("even seeds (tuned on)", [s for s in scores if int(s.name[-1]) % 2 == 0]),
        ("odd seeds (held out)", [s for s in scores if int(s.name[-1]) % 2]),
        ("all", scores),
    ):
        print(f"{half}: {summary(chosen)}")
    print(json.dumps(summary(scores)))


def score(recording: Recording, every: int = 1) -> Score:
    """What it said of one recording, asked at every `every`-th row, against the label."""
    label = recording.label
    said = replay(recording, every)
    false = {state for _, state in said if state not in SILENT and state not in label["states"]}
    right = [each for each in said if each[1] in label["states"] and each[1] not in SILENT]
    spoke, first = right[0] if right else (None, None)
    ahead = None if first is None else label["states"][first] - spoke
    return Score(recording.name, label["main"], spoke, ahead, tuple(sorted(false)), len(said))


def summary(scores: list[Score]) -> dict[str, float]:
    """Counts, and medians over the runs: steps ahead, and changes of the sentence."""
    ill = [each for each in scores if each.main not in SILENT]
    ahead = [each.ahead for each in ill if each.ahead is not None]
    return {
        "runs": len(scores),
        "hits": sum(each.spoke is not None for each in ill),
        "misses": sum(each.spoke is None for each in ill),
        "false_alarms": sum(len(each.false) for each in scores),
        "healthy_runs": len(scores) - len(ill),
        "ahead_steps_median": statistics.median(ahead) if ahead else None,
        "changes_median": statistics.median(each.changes for each in scores),
    }


if __name__ == "__main__":
    main()
