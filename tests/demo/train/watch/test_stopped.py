"""The run that a visitor is offered to resume after a restart."""

import json
import os

from demo.train.watch.stopped import StoppedRuns
from gan.config import Config
from gan.runner.status import RunStatus
from gan.storage.metadata import write_owner

ME, OTHER = "a" * 32, "b" * 32


def run(studio, name, who):
    folder = studio.settings.runs / name
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(Config().to_json()))
    write_owner(folder, studio.access.privacy.visitor(who).mark)
    return folder


def test_it_is_the_visitors_last_one_and_only_before_any_other_run(studio):
    stopped = StoppedRuns(studio)
    assert stopped.of(ME) is None
    os.utime(run(studio, "older", ME) / "config.json", (1, 1))
    run(studio, "mine", ME)
    run(studio, "theirs", OTHER)
    assert stopped.of(ME) == {"run": "mine", "title": "mine", "step": 0}
    assert stopped.of("") is None and stopped.of(7) is None and stopped.of("c" * 32) is None
    studio.runner.status = RunStatus(1, "done", "theirs")
    assert stopped.of(ME) is None


def test_it_must_be_possible_to_resume_it(studio):
    folder = run(studio, "mine", ME)
    (folder / "history.jsonl").write_text("{}\n")  # and no checkpoint
    assert StoppedRuns(studio).of(ME) is None
