"""Evaluate the doctor on recorded runs, replayed in the order of time.

    python bench/doctor.py [--recordings FOLDER] [--half even]

Every run is replayed at three paces: with all its readings, as on a slow machine, and with about 24
and 12 of them, as on faster ones. An ill run is named rightly if the doctor finds an illness of its
label at every pace. A false alarm is a run that is accused, at any reading of any pace, of an
illness that is not in its label. The delay is the time from the step from which the label holds to
the first right diagnosis, as a share of the run, at the slow pace; 0 if that is earlier. The labels
d_winning and d_blind hold from step 0. A plateau is no illness.

The doctor's limits were tuned on the runs with even seeds; those with odd seeds were held out. The
last line is one JSON object about the held-out half.
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
from gan.monitor.diagnosis import ILLNESSES

FOLDER = Path(__file__).parent.parent / "tests" / "data" / "recordings"
PACES = (0, 1 / 24, 1 / 12)  # of the run, between readings at least


class Score(NamedTuple):
    """The score of one recording; `delay` is a share of the run."""

    name: str
    main: str
    since: int
    named: bool
    delay: float | None
    false: tuple[str, ...]


def main() -> None:
    """Print the score of every recording, and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", type=Path, default=FOLDER)
    parser.add_argument("--half", choices=("even", "odd", "both"), default="both")
    options = parser.parse_args()
    folders = sorted(p.parent for p in options.recordings.glob("*/label.json"))
    halves = {
        half: [score(read(f)) for f in folders if int(f.name[-1]) % 2 == odd]
        for odd, half in enumerate(("even", "odd"))
        if options.half in (half, "both")
    }
    print(f"{'recording':20} {'label':12} {'from':>6} {'delay':>6}  false alarms")
    for one in sorted(sum(halves.values(), [])):
        ill = one.main in ILLNESSES
        delay = "" if not ill else "MISS" if not one.named else f"{one.delay:.0%}"
        print(f"{one.name:20} {one.main:12} {one.since:6} {delay:>6}  {', '.join(one.false)}")
    for half, scores in halves.items():
        print(f"{half} seeds: {summary(scores)}")
    print(json.dumps(summary(list(halves.values())[-1])))


def score(recording: Recording, every: int = 1) -> Score:
    """Compare the diagnoses at every `every`-th row with the label."""
    label, main = recording.label, recording.label["main"]
    length = max(1, *(line["step"] for line in recording.lines))
    paces = [replay(recording, every, round(share * length)) for share in PACES]
    accused = {state for states in paces for _, state in states if state in ILLNESSES}
    right = {*label["states"]} & {*ILLNESSES}
    found = [next((one for one in states if one[1] in right), None) for states in paces]
    delay = None
    if found[0] is not None:
        step, state = found[0]
        delay = max(0, step - label["states"][state]) / length
    since, false = label["states"][main], tuple(sorted(accused - {*label["states"]}))
    return Score(recording.name, main, since, None not in found, delay, false)


def summary(scores: list[Score]) -> dict[str, float]:
    """Return the share of ill runs named rightly, of healthy runs accused, and the median delay."""
    ill = [each for each in scores if each.main in ILLNESSES]
    well = [each for each in scores if each.main not in ILLNESSES]
    delays = [each.delay for each in ill if each.delay is not None]
    return {
        "runs": len(scores),
        "ill_runs": len(ill),
        "recall": round(sum(each.named for each in ill) / max(1, len(ill)), 3),
        "healthy_runs": len(well),
        "false_alarm_runs": sum(bool(each.false) for each in well),
        "wrong_names": sum(bool(each.false) for each in ill),
        "delay_share": round(statistics.median(delays), 3) if delays else None,
    }


if __name__ == "__main__":
    main()
