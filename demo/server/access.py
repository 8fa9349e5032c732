"""Who may train on this server and control its runs.

There is one training slot. The visitor who starts a run controls it, also after a reload; others
watch, or join the queue. The owner of the server may reserve or close the slot: see `Settings`.
"""

import hmac
import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

from demo import address
from demo.endpoint import Refused, requested, result
from demo.server.gate import Gate
from demo.server.privacy import Privacy
from demo.server.room import Room
from demo.server.training_slot import ACTIVE, TIMEOUT_S, QueuedRun, TrainingSlot
from demo.settings import Settings
from gan.config import Config
from gan.runner.runner import Runner
from gan.storage.metadata import change_about, read_owner, write_owner
from gan.storage.run_lock import lock_owner

log = logging.getLogger(__name__)

STOPS = ("stop", "discard")
JOBS = ("pause", "resume", "stop", "discard", "configure", "manual_step", "rollback")
PROMPT = ("pause", "stop", "discard")
PROMPT_S = 0.9
WAITING_MOST = 4  # requests that wait for the training thread at the same time


class Access:
    """Runs for visitors. Thread-safe. `who` is what a page sends of its visitor: see `Visitor`."""

    def __init__(self, runner: Runner, settings: Settings) -> None:
        self._runner, self._settings = runner, settings
        limits = settings.max_queue, settings.max_run_s, settings.away_s
        self._slot = TrainingSlot(runner, *limits)
        self._waiting = threading.BoundedSemaphore(WAITING_MOST)
        self.privacy = Privacy(settings)
        self.gate = Gate(settings, self.privacy)
        self.room = Room(settings, self.privacy)

    def may_train(self, who: str) -> bool:
        """Return whether this visitor may start runs on this server."""
        visitor = self.privacy.visitor(who)
        allowed = {"open": bool(visitor.mark), "owner": visitor.is_host, "off": False}
        return allowed[self._settings.training]

    def controls(self, who: str) -> bool:
        """Return whether this visitor controls the current run: they own it, or the server."""
        visitor = self.privacy.visitor(who)
        mine = bool(visitor.mark) and hmac.compare_digest(visitor.mark, self._slot.holder)
        return mine or visitor.is_host

    def may_stop(self, who: str) -> bool:
        """Return whether this visitor may stop the run: its owner, or any on a private machine."""
        return self.controls(who) or (not self._settings.public and address.is_local())

    def owns(self, who: str, folder: Path) -> bool:
        """Return whether this visitor may change the run in a folder, which may be in the trash."""
        return self.privacy.owns(who, read_owner(folder))

    def sign(self, who: str, folder: Path) -> None:
        """Record the owner of an uploaded run. Raises OSError if the folder cannot be written."""
        if mark := self.privacy.visitor(who).mark:
            write_owner(folder, mark)

    def start(
        self,
        who: str,
        config: Config,
        *,
        paused: bool = False,
        beside: Config | None = None,
        titles: Sequence[str] = (),
    ) -> str:
        """Start a run, or a pair, with these titles and return its name; "" when it was queued.

        Raises:
            Refused: not on this server, too long, no room on the disk, or the queue is full.
            gan.data.image_set.DataError, OSError: the data cannot be read or the run not written.
        """
        for one in (config, beside):
            if one is not None and one.steps > self._settings.max_steps:
                raise Refused("too_long", most=f"{self._settings.max_steps:,}")
        self.privacy.check(who, config)

        def begin() -> tuple[Future, tuple[Path, ...]]:
            folder = self._new_folder(config.data)
            pair = (beside, folder.with_name(folder.name + "-b")) if beside else None
            folders = (folder, pair[1]) if pair else (folder,)
            started = self._runner.start(config, folder, paused=paused, beside=pair)
            started.add_done_callback(lambda _: _entitle(folders, titles))
            return started, folders

        queued = self._queued(who, begin)
        self.room.check_start(who, *filter(None, (config, beside)))
        return self._slot.take(queued)

    def resume(self, who: str, name: Any, length: Config | None = None) -> str:
        """Resume a run that ended before its goal, or a finished one for a `length`; as `start`.

        Raises:
            Refused: not theirs, another process trains it, or as `start`.
            LookupError: there is no such run, or it has reached its goal.
            CheckpointError, DataError, OSError: it cannot be resumed.
        """
        run = self.gate.find(who, name)
        if run is None or run.state != ("finished" if length else "can be resumed"):
            raise LookupError("That run is not on this server any more; choose another one.")
        if not self.owns(who, run.folder):
            raise Refused("not_yours")
        if run.config is not None:
            self.privacy.check(who, run.config)
        refuse_if_elsewhere(run.folder)

        def begin() -> tuple[Future, tuple[Path, ...]]:
            return self._runner.resume_run(run.folder, **run.further(length)), (run.folder,)

        queued = self._queued(who, begin)
        self.room.check_resume(run.folder, run.config)
        return self._slot.take(queued)

    def act(self, who: str, job: Any, /, *args: Any, **values: Any) -> Any:
        """Do one of `JOBS` of the runner and return its result.

        Raises:
            Refused: this visitor does not control the run, there is none, or it takes too long.
            ConfigError, LookupError, RuntimeError, OSError: whatever the job raises.
        """
        if not self._waiting.acquire(blocking=False):
            raise Refused("slow")
        try:
            return result(self._submit(who, job, *args, **values), TIMEOUT_S, "slow")
        finally:
            self._waiting.release()

    def request(self, who: str, job: Any) -> None:
        """Do one of `PROMPT`, but return within a second: a step may take longer.

        The status of the runner shows what is `requested`. Raises as `act`.
        """
        done, _ = wait([self._submit(who, requested(job, PROMPT))], PROMPT_S)
        for future in done:
            future.result()  # raises its error

    def _submit(self, who: str, job: Any, /, *args: Any, **values: Any) -> Future:
        requested(job, JOBS)
        if self._runner.status.state not in ACTIVE:
            raise Refused("no_run")
        if not (self.may_stop(who) if job in STOPS else self.controls(who)):
            raise Refused("not_yours")
        mark = self.privacy.visitor(who).mark
        self._slot.seen(mark)
        if job in STOPS and mark != self._slot.holder:
            self._slot.tell("host")
        return getattr(self._runner, job)(*args, **values)

    def treat(self, who: str, remedy_name: Any) -> Any:
        """Apply a remedy of the current diagnosis: change settings, or roll back with a change.

        Returns the result of `act`: after a rollback, the step it went back to. Raises Refused: the
        diagnosis has changed, or as `act`.
        """
        diagnosis = self._runner.status.diagnosis
        remedies = diagnosis.remedies if diagnosis else ()
        remedy = next((one for one in remedies if one.name == remedy_name), None)
        if remedy is None:
            raise Refused("diagnosis_changed")
        return self.act(who, "rollback" if remedy.rollback else "configure", **remedy.changes)

    def leave(self, who: str) -> bool:
        """Leave the queue; False if the visitor was not in it."""
        return self._slot.leave(self.privacy.visitor(who).mark)

    def closed(self, who: str, page: str = "") -> None:
        """Note that a page of this visitor was closed; others of theirs may still be open."""
        self._slot.closed(self.privacy.visitor(who).mark, page)

    def present(self, who: str, page: str = "", hidden: bool = False) -> bool:
        """Note that a page of this visitor is still there, maybe in the background.

        Return whether this matters: see `holds`.
        """
        self._slot.seen(self.privacy.visitor(who).mark, page, hidden)
        self._slot.update()
        return self.holds(who)

    def holds(self, who: str) -> bool:
        """Return whether this visitor has the current run, or a place in the queue."""
        return self._slot.holds(self.privacy.visitor(who).mark)

    def status(self, who: str) -> dict[str, Any]:
        """Return what this visitor may do now: `TrainingSlot.status`, and

        `may`: who may train, "open" (this visitor), "owner" (of the server only) or "off" (nobody);
        `host`: whether the server is theirs; `taken`: whether there is a current run; `mine` and
        `stops`: whether they control it, and may stop it; `holds` as `present` returns it.
        """
        visitor = self.privacy.visitor(who)
        holds = self.present(who)
        taken = self._slot.is_taken()
        return {
            "may": "open" if self.may_train(who) else self._settings.training,
            "host": visitor.is_host,
            "holds": holds,
            "taken": taken,
            "mine": taken and self.controls(who),
            "stops": taken and self.may_stop(who),
            **self._slot.status(visitor.mark),
        }

    def run_ended(self) -> None:
        """Start the next run of the queue."""
        self._slot.update()

    def _queued(self, who: str, begin: Any) -> QueuedRun:
        if not self.may_train(who):
            training = self._settings.training
            raise Refused("session" if training == "open" else f"training_{training}")
        return QueuedRun(self.privacy.visitor(who).mark, begin, address.present())

    def _new_folder(self, data: str) -> Path:
        name, number = time.strftime("%Y%m%d-%H%M%S-") + data, 2
        folder = self._settings.runs / name
        while folder.exists():
            folder, number = self._settings.runs / f"{name}-{number}", number + 1
        return folder


def _entitle(folders: Sequence[Path], titles: Sequence[str]) -> None:
    """Give runs their titles; one whose start or title fails has none."""
    for folder, title in zip(folders, titles, strict=False):
        try:
            change_about(folder, title=title)
        except OSError as error:
            log.warning("Cannot name run %s: %s", folder.name, error)


def refuse_if_elsewhere(folder: Path) -> None:
    """Raise Refused if another process trains the run in this folder."""
    owner = lock_owner(folder)
    if owner is not None and not owner.is_this_process:
        raise Refused("elsewhere", host=owner.host, process=owner.process)
