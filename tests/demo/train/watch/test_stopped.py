"""The run that a visitor is offered to resume after a restart."""

import json
import os
import shutil
import time

from demo.server.access import Access
from demo.train.watch.stopped import StoppedRuns
from gan.config import Config
from gan.storage.metadata import read_owner, write_owner

ME, OTHER = "a" * 32, "b" * 32


def run(studio, name, who):
    folder = studio.settings.runs / name
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(Config().to_json()))
    write_owner(folder, studio.access.privacy.visitor(who).mark)
    return folder


def test_it_is_the_visitors_last_one(studio):
    assert StoppedRuns(studio).of(ME) is None
    os.utime(run(studio, "older", ME) / "config.json", (1, 1))
    run(studio, "mine", ME)
    run(studio, "theirs", OTHER)
    stopped = StoppedRuns(studio)
    assert stopped.of(ME) == {"run": "mine", "title": "mine", "step": 0}
    assert stopped.of("") is None and stopped.of(7) is None and stopped.of("c" * 32) is None


def test_it_stays_while_others_train_and_until_it_is_resumed(studio):
    studio.access = Access(studio.runner, studio.settings)
    folder = run(studio, "mine", ME)
    stopped = StoppedRuns(studio)
    assert stopped.of(ME)["run"] == "mine"
    studio.access.start(OTHER, Config())
    studio.runner.stop()
    assert stopped.of(ME)["run"] == "mine" and stopped.of(OTHER) is None
    later = time.time() + 60
    os.utime(run(studio, "newer", ME) / "config.json", (later, later))  # did not stop with a server
    assert stopped.of(ME)["run"] == StoppedRuns(studio).of(ME)["run"] == "mine"
    studio.access.resume(ME, "mine")
    assert stopped.of(ME) is None
    studio.runner.stop()
    assert stopped.of(ME)["run"] == "mine"  # nothing was saved
    os.utime(folder / "config.json", (later, later))
    assert stopped.of(ME) is None


def test_the_owners_of_runs_are_read_once(studio, monkeypatch):
    run(studio, "mine", ME)
    stopped, read = StoppedRuns(studio), []
    monkeypatch.setattr(
        "demo.train.watch.stopped.read_owner", lambda folder: read.append(1) or read_owner(folder)
    )
    for who in (ME, OTHER, ME):
        stopped.of(who)
        run(studio, f"more-{len(who)}-{time.monotonic_ns()}", OTHER)
    assert len(read) == 1


def test_it_must_be_possible_to_resume_it(studio):
    folder = run(studio, "mine", ME)
    stopped = StoppedRuns(studio)
    assert stopped.of(ME)
    (folder / "history.jsonl").write_text("{}\n")  # and no checkpoint
    assert stopped.of(ME) is None
    shutil.rmtree(folder)
    assert stopped.of(ME) is StoppedRuns(studio).of(ME) is None
