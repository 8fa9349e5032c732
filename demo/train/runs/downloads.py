"""Downloads of runs: checked one after another, then read while they are sent.

A zip is never in memory, but its checkpoint is read once in advance to verify it. So downloads wait
for this in a queue, in the order of their requests; only too many at once are refused.
"""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from demo.text import visitor_texts
from gan.runs.archive import RUN_NAME, RunArchive, pack, packed_bytes
from gan.storage.checkpoint_file import CheckpointError

MOST = 32  # that wait or are sent
TIMEOUT_S = 1800  # as of an upload
RETRY_S = 60


class Downloads:
    """All of one server. Use it in the event loop only."""

    def __init__(self) -> None:
        self._running = 0
        self._packing = asyncio.Lock()  # it is fair

    async def respond(self, request: Request, folder: Path) -> Response:
        """Answer GET or HEAD of the zip of the run in `folder`.

        The status is 409 without a good checkpoint, and 503 with Retry-After, since this is not
        the fault of the visitor, while `MOST` downloads wait or are sent.
        """
        try:
            if request.method == "HEAD":
                size = await run_in_threadpool(packed_bytes, folder)
                return Response(media_type="application/zip", headers=_headers(folder, size))
            if self._running >= MOST:
                return _later(request, "runs.downloads_busy")
            return await self._send(request, folder)
        except (CheckpointError, FileNotFoundError):
            error = "This run is damaged: it has no complete checkpoint to download."
            return JSONResponse({"error": error}, 409)
        except OSError:
            return _later(request, "export.disk")

    async def _send(self, request: Request, folder: Path) -> Response:
        self._running += 1
        try:
            async with self._packing:
                if await request.is_disconnected():  # while it waited
                    raise ConnectionError
                archive = await run_in_threadpool(pack, folder)
        except BaseException:
            self._ended()
            raise
        return _Sending(archive, _headers(folder, len(archive)), self._ended)

    def _ended(self) -> None:
        self._running -= 1


class _Sending(StreamingResponse):
    """A zip that is sent for at most `TIMEOUT_S`; `on_end` is called in any case."""

    def __init__(
        self, archive: RunArchive, headers: Mapping[str, str], on_end: Callable[[], None]
    ) -> None:
        super().__init__(archive, media_type="application/zip", headers=headers)
        self._archive, self._on_end = archive, on_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await super().__call__(scope, receive, send)
        except TimeoutError:  # the connection is closed, so that the file is known to be incomplete
            pass
        finally:
            self._on_end()
            self._archive.close()  # not in a thread: no await is left to a cancelled request


def _later(request: Request, key: str) -> Response:
    say = visitor_texts(request.headers.get("accept-language", ""))
    return JSONResponse({"error": say(key)}, 503, {"retry-after": str(RETRY_S)})


def _headers(folder: Path, size: int) -> dict[str, str]:
    name = folder.name if RUN_NAME.fullmatch(folder.name) else "run"
    disposition = f'attachment; filename="{name}.zip"'
    return {"content-disposition": disposition, "content-length": str(size)}
