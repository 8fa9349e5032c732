"""Downloads of runs: one is checked at a time, too many are refused; HEAD reads no checkpoint."""

import asyncio
import json
import threading

import httpx
import pytest
from starlette.applications import Starlette

from demo.server.studio import Studio
from demo.settings import Settings
from demo.train.runs import downloads
from demo.train.runs.routes import ADDRESS, routes
from gan.presets import preset
from gan.runs import archive
from gan.runs.run import Run
from gan.storage.layout import TEMPORARY

ZIP = f"{ADDRESS}/first.zip"


@pytest.fixture
def site(tmp_path):
    """A server with one run: a client of it."""
    run = Run.create(preset("default", width=4, batch_size=8), tmp_path / "first")
    run.advance()
    run.keep_snapshot()
    run.save()
    run.close()
    studio = Studio(Settings(runs=tmp_path))
    transport = httpx.ASGITransport(Starlette(routes=routes(studio)))
    yield httpx.AsyncClient(transport=transport, base_url="http://here")
    studio.close()


def answers(site, method, count):
    """Send requests at once, and return the responses."""

    async def gather():
        headers = {"accept-language": "zh-CN"}
        return await asyncio.gather(
            *(site.request(method, ZIP, headers=headers) for _ in range(count))
        )

    return asyncio.run(gather())


def test_the_size_is_known_without_reading_a_checkpoint(site, tmp_path, monkeypatch):
    damaged = tmp_path / "first" / "checkpoint.safetensors"
    damaged.write_bytes(damaged.read_bytes()[:-1])  # the one before is sent
    (whole,) = answers(site, "GET", 1)
    monkeypatch.setattr(archive, "verify_checkpoint", None)
    for sent in answers(site, "HEAD", 5):
        assert sent.status_code == 200 and not sent.content
        assert int(sent.headers["content-length"]) == len(whole.content) > 100_000
        assert sent.headers["content-disposition"] == whole.headers["content-disposition"]
    assert not list((tmp_path / TEMPORARY).iterdir())


def test_downloads_are_checked_one_at_a_time_and_too_many_are_refused(site, tmp_path, monkeypatch):
    monkeypatch.setattr(downloads, "MOST", 6)
    real, going, alone = archive.verify_checkpoint, threading.Semaphore(1), []

    def verify(path):
        alone.append(going.acquire(blocking=False))
        real(path)
        going.release()

    monkeypatch.setattr(archive, "verify_checkpoint", verify)
    arrived = answers(site, "GET", 8)
    refused = [sent for sent in arrived if sent.status_code == 503]
    served = [sent for sent in arrived if sent.status_code == 200]
    assert len(served) == 6 and len(refused) == 2
    assert alone == [True] * 6
    assert all(sent.headers["retry-after"] == "60" for sent in refused)
    assert "下载" in json.loads(refused[0].content)["error"]
    assert len({len(sent.content) for sent in served}) == 1
    del arrived, served, refused
    assert [sent.status_code for sent in answers(site, "GET", 1)] == [200]
    assert not list((tmp_path / TEMPORARY).iterdir())


def test_a_download_that_takes_too_long_is_cut_and_makes_room(site, tmp_path, monkeypatch):
    sent = []

    class Slow:
        """A connection that takes nothing after the head of the response."""

        async def __call__(self, scope, receive, send):
            async def once(message):
                sent.append(message["type"])
                if len(sent) > 1:
                    await asyncio.Event().wait()

            await app(scope, receive, once)
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body"})

    monkeypatch.setattr(downloads, "MOST", 1)
    monkeypatch.setattr(downloads, "TIMEOUT_S", 0.5)
    app, site._transport.app = site._transport.app, Slow()
    answers(site, "GET", 1)
    assert sent == ["http.response.start", "http.response.body"]
    site._transport.app = app
    monkeypatch.setattr(downloads, "TIMEOUT_S", 60)
    assert answers(site, "GET", 1)[0].status_code == 200
    assert not list((tmp_path / TEMPORARY).iterdir())


def test_a_full_disk_is_not_called_damage(site, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "link_or_copy", full)
    (sent,) = answers(site, "GET", 1)
    assert sent.status_code == 503 and "磁盘" in json.loads(sent.content)["error"]
