"""Models of the Hugging Face Hub on this server: the cached ones, and downloads in progress.

A visitor downloads one at a time, as long as their page asks for its state. On a public server a
network does, too, no token is used, and a model is listed only on the pages that asked for it.
"""

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from demo import address
from demo.server.privacy import Privacy
from demo.server.room import Room
from demo.settings import Settings
from gan.hub.cache import HubCache
from gan.hub.names import PREFIX, hub_id

AT_ONCE = 2
PAGES_KNOWN = 500
NAMES_KNOWN = 50  # per page
LONGEST_TYPED = 200  # characters
GONE_S = 90.0  # without a question from the page; browsers let those in the background ask less
MB = 1_000_000

log = logging.getLogger(__name__)


class _Job:
    def __init__(self, address: str) -> None:
        self.address, self.seen_s = address, time.monotonic()
        self.future: Future[dict[str, Any]] = Future()
        self.stop = threading.Event()
        self.done_bytes = self.total_bytes = 0

    @property
    def is_gone(self) -> bool:
        """Whether the page has not asked for a while."""
        return time.monotonic() - self.seen_s > GONE_S

    def sized(self, total_bytes: int) -> None:
        self.total_bytes = total_bytes

    def came(self, count_bytes: int) -> None:
        self.done_bytes += count_bytes
        if self.is_gone:
            self.stop.set()


class HubModels:
    """One per server; pages are Gradio sessions. Thread-safe."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._room = settings, Room(settings, Privacy(settings))
        self.cache = HubCache(
            settings.hub_cache, settings.max_hub_mb * MB, settings.hub_kept, settings.hub_days
        )
        if settings.hub:
            self.cache.remove_unfinished()
            self.cache.evict()
        self._pool = ThreadPoolExecutor(AT_ONCE, "hub")
        self._lock = threading.Lock()
        self._jobs: dict[str, _Job] = {}  # by page
        self._used: dict[str, list[str]] = {}  # models by page, the last used page last

    def folders(self) -> dict[str, Path]:
        """Folders of the cached models by id ("hub:owner/name")."""
        if not self._settings.hub:
            return {}
        return {hub_id(name): folder for name, folder in self.cache.folders().items()}

    def is_listed(self, model: str, page: str | None) -> bool:
        """Return whether the menu of this page shows that model."""
        if not self._settings.public:
            return True
        with self._lock:
            return model in self._used.get(page or "", ())

    def saw(self, model: str, page: str | None) -> None:
        """Note that a page uses a model, of any kind."""
        if not model.startswith(PREFIX) or not page:
            return
        self.cache.touch(model.removeprefix(PREFIX))
        with self._lock:
            known = [name for name in self._used.pop(page, ()) if name != model]
            self._used[page] = [*known[1 - NAMES_KNOWN :], model]
            while len(self._used) > PAGES_KNOWN:
                self._used.pop(next(iter(self._used)))

    def begin(self, page: str, typed: Any) -> bool:
        """Start a download in place of the page's last one; False if there are too many."""
        self.stop(page)
        with self._lock:
            ended = {name for name, job in self._jobs.items() if job.future.done() and job.is_gone}
            self._jobs = {name: job for name, job in self._jobs.items() if name not in ended}
            # a stopped one may occupy its thread for a moment; the pool then queues this one
            going = [job.address for job in self._jobs.values() if not job.future.done()]
            here = address.present()
            if len(going) >= AT_ONCE or (here and here in going):
                return False
            job = self._jobs[page] = _Job(here)
            job.future = self._pool.submit(self._fetch, job, page, typed)
        return True

    def state(self, page: str) -> dict[str, Any] | None:
        """The progress of a page's download: {"done", "total"} in bytes, then once {"model"} or
        {"error", "values"} (see `gan.hub.errors`); None without a download.
        """
        with self._lock:
            job = self._jobs.get(page)
            if job is None:
                return None
            job.seen_s = time.monotonic()
            if not job.future.done():
                return {"done": job.done_bytes, "total": job.total_bytes}
            del self._jobs[page]
        return job.future.result()

    def stop(self, page: str) -> None:
        """Cancel a page's download; nothing of it is kept."""
        with self._lock:
            job = self._jobs.pop(page, None)
        if job is not None:
            job.stop.set()

    def close(self) -> None:
        """Cancel all downloads and wait for them to end."""
        for page in list(self._jobs):
            self.stop(page)
        self._pool.shutdown()

    def _fetch(self, job: _Job, page: str, typed: Any) -> dict[str, Any]:
        if job.stop.is_set():
            return {"error": "stopped", "values": {}}
        typed = typed[:LONGEST_TYPED] if isinstance(typed, str) else ""
        token = False if self._settings.public else None

        def sized(total_bytes: int) -> None:
            self._room.check_disk(self.cache.root, total_bytes)
            job.sized(total_bytes)

        try:
            name = self.cache.get(typed, token, sized, job.came, job.stop)
            self.saw(hub_id(name), page)
            return {"model": hub_id(name)}
        except OSError as error:
            log.warning("Cannot save a model of the Hub: %s", error)
            return {"error": "disk", "values": {}}
        except Exception as error:
            kind = getattr(error, "kind", None)
            if kind is None:
                log.error("Cannot download a model of the Hub.", exc_info=error)
            return {"error": kind or "failed", "values": getattr(error, "values", {})}
