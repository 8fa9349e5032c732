"""Evaluate the doctor on recorded runs, replayed in the order of time.

    python bench/doctor.py [--recordings FOLDER]

Hit: the doctor finds one of the labelled states (an illness or a plateau) of a run. Miss: it never
does. False alarm: it reports an illness or a plateau that is not in the label. `ahead`: steps from
its first correct diagnosis to the step from which the label holds, negative if it is late. The
labels d_winning and d_blind hold from step 0. The doctor's limits were tuned on the recordings with
even seeds; those with odd seeds are held out, except diverging-1, which showed that a run can end
in the row in which it diverges. The last line is one JSON object.
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
    """The score of one recording; `found` is the step of the first correct diagnosis."""

    name: str
    main: str
    found: int | None
    ahead: int | None
    false: tuple[str, ...]
    changes: int


def main() -> None:
    """Print the score of every recording, and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", type=Path, default=FOLDER)
    folders = sorted(p.parent for p in parser.parse_args().recordings.glob("*/label.json"))
    recordings = [read(folder) for folder in folders]
    scores = [score(recording) for recording in recordings]
    print(f"{'recording':20} {'label':12} {'from':>6} {'found':>6} {'ahead':>6}  false alarms")
    for recording, each in zip(recordings, scores, strict=True):
        since = recording.label["states"].get(each.main, 0)
        quiet = each.main in SILENT
        found = "-" if quiet else "MISS" if each.found is None else each.found
        ahead = "" if each.ahead is None else f"{each.ahead:+d}"
        rest = f"{since:6d} {found:>6} {ahead:>6}  {', '.join(each.false)}"
        print(f"{each.name:20} {each.main:12} {rest}")
    for half, chosen in (
        ("even seeds (tuned on)", [s for s in scores if int(s.name[-1]) % 2 == 0]),
        ("odd seeds (held out)", [s for s in scores if int(s.name[-1]) % 2]),
        ("all", scores),
    ):
        print(f"{half}: {summary(chosen)}")
    print(json.dumps(summary(scores)))


def score(recording: Recording, every: int = 1) -> Score:
    """Compare the diagnoses at every `every`-th row with the label."""
    label = recording.label
    states = replay(recording, every)
    false = {state for _, state in states if state not in SILENT and state not in label["states"]}
    right = [each for each in states if each[1] in label["states"] and each[1] not in SILENT]
    found, first = right[0] if right else (None, None)
    ahead = None if first is None else label["states"][first] - found
    return Score(recording.name, label["main"], found, ahead, tuple(sorted(false)), len(states))


def summary(scores: list[Score]) -> dict[str, float]:
    """Return counts, and the medians of steps ahead and of changes of the diagnosis."""
    ill = [each for each in scores if each.main not in SILENT]
    ahead = [each.ahead for each in ill if each.ahead is not None]
    return {
        "runs": len(scores),
        "hits": sum(each.found is not None for each in ill),
        "misses": sum(each.found is None for each in ill),
        "false_alarms": sum(len(each.false) for each in scores),
        "healthy_runs": len(scores) - len(ill),
        "ahead_steps_median": statistics.median(ahead) if ahead else None,
        "changes_median": statistics.median(each.changes for each in scores),
    }


if __name__ == "__main__":
    main()
