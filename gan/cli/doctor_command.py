"""`python -m gan doctor RUN`: the diagnosis of a run on disk, its evidence, and remedies."""

import argparse

from gan.monitor.diagnosis import Diagnosis
from gan.monitor.doctor import diagnose, healthy_steps
from gan.monitor.vitals_log import read_vitals
from gan.runs.history import History
from gan.runs.listing import run_info


def doctor(args: argparse.Namespace) -> None:
    """Print the diagnosis of a run's last step. Raises ValueError: no run, or a damaged one."""
    info = run_info(args.folder)
    if info is None or info.config is None:
        why = info.sentence if info else "there is no config.json and no checkpoint"
        raise ValueError(f"{args.folder} is no run: {why.rstrip('.')}.")
    history, vitals = History(args.folder), read_vitals(args.folder)
    print(report(diagnose(history.rows, vitals, info.config, history.marks)))
    if spans := healthy_steps(history.rows, vitals, info.config):
        print("healthy: " + ", ".join(f"steps {first} to {last}" for first, last in spans))


def report(diagnosis: Diagnosis) -> str:
    """Return state, evidence and remedies as lines of text."""
    lines = [f"{diagnosis.state.replace('_', ' ')} since step {diagnosis.since_step}"]
    for each in diagnosis.evidence:
        lines.append(f"  {each.name} {each.value:.3g}, {each.side} {each.limit:.3g} speaks for it")
    for remedy in diagnosis.remedies:
        changes = ", ".join(f"{name} {value:g}" for name, value in remedy.changes.items())
        back = "the last healthy step, with " if remedy.rollback else ""
        lines.append(f"  try {remedy.name.replace('_', ' ')}: {back}{changes}")
    for each in diagnosis.trials:
        result = {None: "may still help", True: "helped", False: "did not help"}[each.helped]
        lines.append(f"  {each.name.replace('_', ' ')} at step {each.step} {result}")
    if diagnosis.restart:
        lines.append("  no remedies are left; start a new run with different settings")
    return "\n".join(lines)
