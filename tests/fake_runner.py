"""A runner that completes every job at once and trains nothing."""

import json
from concurrent.futures import Future
from dataclasses import replace

from gan.runner.status import RunStatus


class FakeRunner:
    """Records its jobs; `end` ends the run as if it had reached its goal.

    A test sets the status, and the rows, vital signs and marks of the current run.
    """

    def __init__(self):
        self.status = RunStatus()
        self.on_end = lambda: None
        self.jobs = []
        self.rows, self.signs, self.deeds = [], [], []
        self.fails = None  # what the next start or resume raises
        self.waits = None  # a Future that the next start gives instead, while it loads

    def start(self, config, folder, *, paused=False, beside=None):
        self.jobs.append(("start", config, paused, beside))
        for one, path in ((config, folder), *([beside] if beside else [])):
            path.mkdir(parents=True)
            (path / "config.json").write_text(json.dumps(one.to_json()))
        return self._begin(folder, "paused" if paused else "running", config)

    def resume_run(self, folder, **goal):
        self.jobs.append(("resume_run", folder.name, *([goal] if goal else [])))
        return self._begin(folder, "running", None)

    def history(self, since_row=0, run=""):
        return self.rows[since_row:] if run == self.status.run else []

    def vitals(self, run, since_row=0):
        return self.signs[since_row:] if run == self.status.run else []

    def marks(self, run=""):
        return self.deeds[:]

    def pause(self):
        return self._do("pause")

    def resume(self):
        return self._do("resume")

    def stop(self):
        done = self._do("stop")
        self.end()
        return done

    def discard(self):
        done = self._do("discard")
        self.end()
        return done

    def configure(self, **changes):
        return self._do("configure", changes)

    def rollback(self, step=None, **changes):
        return self._do("rollback", changes)

    def end(self):
        self.status = replace(self.status, state="done")
        self.on_end()

    def show(self, **changes):
        self.status = replace(self.status, **changes)

    def _do(self, *what):
        self.jobs.append(what)
        return _done(len(self.jobs))

    def _begin(self, folder, state, config):
        if self.fails:
            error, self.fails = self.fails, None
            future = Future()
            future.set_exception(error)
            return future
        self.status = RunStatus(state=state, run=folder.name, config=config)
        return self.waits or _done(None)


def _done(result):
    future = Future()
    future.set_result(result)
    return future
