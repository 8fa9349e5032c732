"""Uploads: nobody holds a place by sending slowly or not at all."""

import asyncio
import json
import os
import tempfile
from pathlib import Path

import pytest

from demo.server import uploads
from demo.server.uploads import Uploads

TOLD = {"anna": "a" * 32, "ben": "b" * 32, "cleo": "c" * 32, "": ""}


class Desk:
    """An endpoint that keeps what arrives, with a file for each upload."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.taken = folder, []
        self.uploads = Uploads(1, lambda who: None, self.create, self.take, at_once=2)

    def create(self):
        handle, name = tempfile.mkstemp(dir=self.folder)
        return handle, Path(name)

    def take(self, path, who, _query):
        self.taken.append((who, path.stat().st_size))
        os.unlink(path)
        return {"done": True}

    async def send(self, who, *pieces, pause_s=0.0, start=None):
        """Send pieces with pauses; the last pause is for ever where there is one."""

        async def receive():
            if start is not None:
                start.set()
            await asyncio.sleep(pause_s)
            return {"type": "http.request", "body": next(parts, b""), "more_body": bool(pause_s)}

        parts = iter(pieces)
        headers = [(b"x-studio-who", TOLD[who].encode())]
        scope = {"type": "http", "method": "POST", "headers": headers, "query_string": b""}
        answer = await self.uploads.upload(uploads.Request(scope, receive))
        return json.loads(answer.body)


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def test_an_upload_arrives(desk):
    assert asyncio.run(desk.send("anna", b"x" * 1000)) == {"done": True}
    assert desk.taken == [(TOLD["anna"], 1000)]


def test_a_stalled_upload_ends(desk, monkeypatch):
    monkeypatch.setattr(uploads, "STALLED_S", 0.05)
    answer = asyncio.run(desk.send("anna", pause_s=60))
    assert answer["refused"] == "upload_slow"
    assert not list(desk.folder.iterdir()) and not desk.uploads._running


def test_slow_uploads_make_room_for_others_only_when_they_are_slow(desk, monkeypatch):
    async def compete(patience_s):
        monkeypatch.setattr(uploads, "PATIENCE_S", patience_s)
        slow = [asyncio.create_task(desk.send(who, pause_s=0.02)) for who in ("anna", "ben")]
        await asyncio.sleep(0.1)
        third = await desk.send("cleo", b"x")
        if "done" in third:
            await asyncio.wait(slow, timeout=60, return_when=asyncio.FIRST_COMPLETED)
        ended = sum(one.done() for one in slow)
        for one in slow:
            one.cancel()
        results = await asyncio.gather(*slow, return_exceptions=True)
        return third, ended, results

    third, ended, results = asyncio.run(compete(patience_s=0.01))
    assert third == {"done": True} and ended == 1
    assert {"refused": "upload_slow", "values": {}} in results
    third, ended, _ = asyncio.run(compete(patience_s=60))
    assert third["refused"] == "uploads_busy" and ended == 0


def test_a_visitor_sends_one_at_a_time(desk):
    async def both():
        first = asyncio.create_task(desk.send("anna", pause_s=0.02))
        await asyncio.sleep(0.05)
        second = await desk.send("anna", b"x")
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        return second

    assert asyncio.run(both())["refused"] == "uploads_busy"
