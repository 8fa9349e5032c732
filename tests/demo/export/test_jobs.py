"""Exports on the server: queued, cancelled in any state, no files left."""

import asyncio
import tempfile
import threading
from types import SimpleNamespace

import gradio as gr
import pytest

from demo.export import events, jobs
from demo.export.events import UNREAD_MOST, stream_export
from demo.export.jobs import Cancelled, Exports
from demo.export.spec import ExportedFile
from gan.media.writer import ExportError

FRAMES = 5


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Where all temporary folders go; a test ends with none."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    assert not list(tmp_path.iterdir())


@pytest.fixture
def exports(folders):
    made = Exports(2)
    yield made
    made.close()


class Work:
    """Writes one file, and says when it has begun; `hold` keeps it at its first frame."""

    long, expected_s = False, 1.0

    def __init__(self, hold=False, error=None):
        self.begun, self.go, self.error = threading.Event(), threading.Event(), error
        if not hold:
            self.go.set()

    def write(self, folder, on_frame, stop):
        path = folder / "clip.gif"
        path.write_bytes(b"GIF")
        on_frame(0, 0)
        self.begun.set()
        while not self.go.wait(0.002) and not stop.is_set():
            pass
        for done in range(FRAMES):
            on_frame(done + 1, FRAMES)
        if self.error:
            raise self.error
        recipe = path.with_suffix(".json")
        recipe.write_bytes(b"{}")
        return ExportedFile(path, recipe, FRAMES, 0.2, 3, 0.1)


def reported(exports, work, session="a", then=lambda number: None):
    """Every (files, line) of an export, with what `then` does after each."""
    request = SimpleNamespace(session_hash=session, headers={})

    async def listen():
        seen = []
        read = work if callable(work) else lambda: work
        async for files, line in stream_export(exports, request, "clip", read):
            seen.append(([open(file, "rb").read() for file in files], line))
            then(len(seen))
        return seen

    return asyncio.run(listen())


def test_the_files_exist_until_the_iterator_is_resumed(exports, folders):
    assert reported(exports, Work())[-1] == (
        [b"GIF", b"{}"],
        '<p class="ls-note" role="status">5 frames, 0.20 s, 3 B, exported in 0.1 s.</p>',
    )


def test_the_bar_is_indeterminate_while_the_export_prepares(exports, folders):
    work = Work(hold=True)
    _, line = reported(exports, work, then=lambda _: work.go.set())[0]
    assert "<progress" in line and "value" not in line  # nothing is drawn yet


def test_a_failure_is_reported_and_leaves_no_file(exports, folders):
    for error, says in (
        (ExportError("It broke."), "It broke."),
        (OSError(28, "/tmp/x"), "disk may be full"),
        (ZeroDivisionError("x"), "server log"),
    ):
        with pytest.raises(gr.Error, match=says):
            reported(exports, Work(error=error))
        assert not list(folders.iterdir()), "left behind"


def test_an_invalid_request_is_not_queued(exports, folders):
    def read():
        raise ValueError("No such model.")

    with pytest.raises(gr.Error, match="No such model"):
        reported(exports, read)


def test_cancelling_a_running_export_leaves_no_files(exports, folders):
    seen = reported(exports, Work(hold=True), then=lambda _: exports.stop("a"))
    assert seen[-1] == ([], '<p class="ls-note" role="status">Export cancelled.</p>')


def test_cancelling_a_waiting_export_ends_it_at_once(exports, folders):
    busy = [Work(hold=True) for _ in range(2)]
    jobs = [exports.begin(f"b{i}", "clip", work) for i, work in enumerate(busy)]
    waits = Work()

    def cancel(number):
        if number == 1:
            exports.stop("a", "clip")

    seen = reported(exports, waits, then=cancel)
    assert "position 1 in the queue" in seen[0][1] and "cancelled" in seen[-1][1]
    assert not waits.begun.is_set()
    for job in jobs:
        job.close()


def test_closing_the_stream_stops_the_work(exports, folders):
    """As Gradio does when the page is closed: the iterator is not asked again."""
    work = Work(hold=True)
    request = SimpleNamespace(session_hash="a", headers={})

    async def leave():
        states = stream_export(exports, request, "clip", lambda: work)
        await anext(states)
        await states.aclose()

    asyncio.run(leave())
    exports.close()  # joins: had it not been told to stop, it would hold for ever
    assert not list(folders.iterdir())


def test_a_new_export_of_a_visitor_replaces_the_previous_one(exports, folders):
    old = Work(hold=True)
    first = exports.begin("a", "clip", old)
    assert old.begun.wait(60)
    second = exports.begin("a", "clip", Work())
    with pytest.raises(Cancelled):
        first.future.result(60)
    assert second.future.result(60).frames == FRAMES
    second.close()
    first.close()


def test_closing_the_server_stops_all_jobs(folders):
    exports = Exports(1)
    work, waits = Work(hold=True), Work()
    jobs = [exports.begin("a", "clip", work), exports.begin("b", "clip", waits)]
    exports.close()
    for job in jobs:
        with pytest.raises(Cancelled):
            job.future.result()
    assert not waits.begun.is_set()


def test_stop_ends_all_jobs_of_a_visitor_only(exports, folders):
    works = {(who, kind): Work(hold=True) for who, kind in (("a", "clip"), ("a", "film"))}
    jobs = {key: exports.begin(*key, work) for key, work in works.items()}
    other = exports.begin("b", "clip", Work())
    exports.stop("a")
    for job in jobs.values():
        with pytest.raises(Cancelled):
            job.future.result(60)
        job.close()
    assert other.future.result(60).frames == FRAMES
    other.close()


def test_an_export_whose_progress_nobody_reads_is_stopped(exports, folders, monkeypatch):
    unread = iter([0, 0, UNREAD_MOST + 1])
    monkeypatch.setattr(events, "unread", lambda request: next(unread))
    seen = reported(exports, Work(hold=True))
    assert len(seen) == 3 and seen[-1][0] == [] and "cancelled" in seen[-1][1]


def test_an_export_on_a_public_server_is_limited_in_time(folders, monkeypatch):
    monkeypatch.setattr(jobs, "MOST_S", -1.0)
    public = Exports(1, public=True)
    with pytest.raises(ExportError, match="limit of this server"):
        public.begin("a", "clip", Work()).future.result(60)
    public.close()
