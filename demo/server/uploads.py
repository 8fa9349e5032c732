"""Uploads: the body of a request as a file, refused while it arrives if it is too large.

These are plain routes of the site rather than Gradio events, so that a large file is neither held
in memory nor copied.
"""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from demo.endpoint import Refused, asking, is_disk_full, sentence_of

AT_ONCE = 2
TIMEOUT_S = 1800
STALLED_S = 20.0  # without a byte, after which an upload ends
# slower ones make room for others, but not in their first seconds
SLOW_BYTES_PER_S, PATIENCE_S = 50_000, 20.0
MB = 1_000_000


@dataclass(eq=False)
class _Transfer:
    """An upload in progress; `limit` ends it while its body arrives."""

    who: str
    began_s: float
    received: int = 0
    limit: asyncio.Timeout | None = None

    def is_slow(self, now_s: float) -> bool:
        took_s = now_s - self.began_s
        slow = self.limit is not None and self.received < SLOW_BYTES_PER_S * took_s
        return slow and took_s > PATIENCE_S


class Uploads:
    """The endpoint of one kind of upload.

    `admit(who)` raises Refused if this visitor may not upload now. `create()` opens a new file:
    (handle, path). `take(path, who, query)` returns the JSON answer and from then on owns the file;
    if it raises, the file is deleted. At most `at_once` uploads run, one per visitor, each for
    `timeout_s`. One that stalls ends, and a slow one makes room when another visitor comes.
    """

    def __init__(
        self,
        max_mb: int,
        admit: Callable[[str], None],
        create: Callable[[], tuple[int, Path]],
        take: Callable[[Path, str, dict[str, str]], dict[str, Any]],
        at_once: int = AT_ONCE,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._max_mb, self._admit, self._create, self._take = max_mb, admit, create, take
        self._at_once, self._timeout_s = at_once, timeout_s
        self._running: list[_Transfer] = []  # changed by the event loop only

    async def upload(self, request: Request) -> Response:
        """Answer like a server function, with status 200: a refusal is no failure of the page."""
        who, path = asking(request.headers), None
        transfer = _Transfer(who, asyncio.get_running_loop().time())
        if not self._admits(transfer):
            return JSONResponse(Refused("uploads_busy").answer())
        self._running.append(transfer)
        try:
            await run_in_threadpool(self._admit, who)
            length = request.headers.get("content-length", "")
            self._check(int(length) if length.isdecimal() else 0)
            handle, path = await run_in_threadpool(self._create)
            await self._receive(request, handle, transfer)
            answer = await run_in_threadpool(self._take, path, who, dict(request.query_params))
            path = None
            return JSONResponse(answer)
        except Refused as refused:
            return JSONResponse(refused.answer())
        except ValueError as error:
            return JSONResponse({"error": sentence_of(error)})
        except TimeoutError:
            return JSONResponse(Refused("upload_slow").answer())
        except OSError as error:
            if is_disk_full(error):
                return JSONResponse(Refused("disk").answer())
            return JSONResponse({"error": f"The upload could not be saved ({error.strerror})."})
        except ClientDisconnect:
            return Response(status_code=400)
        finally:
            self._running.remove(transfer)
            if path is not None:
                path.unlink(missing_ok=True)

    def _admits(self, new: _Transfer) -> bool:
        if any(new.who and one.who == new.who for one in self._running):
            return False
        if len(self._running) < self._at_once:
            return True
        slow = next((one for one in self._running if one.is_slow(new.began_s)), None)
        if slow is None:
            return False
        slow.limit.reschedule(new.began_s)
        slow.limit = None
        return True

    async def _receive(self, request: Request, handle: int, transfer: _Transfer) -> None:
        end_s = transfer.began_s + self._timeout_s
        try:
            with os.fdopen(handle, "wb") as file:
                async with asyncio.timeout(STALLED_S) as transfer.limit:
                    async for piece in request.stream():
                        transfer.received += len(piece)
                        self._check(transfer.received)
                        await run_in_threadpool(file.write, piece)
                        if (limit := transfer.limit) is not None:
                            now_s = asyncio.get_running_loop().time()
                            limit.reschedule(min(end_s, now_s + STALLED_S))
        finally:
            transfer.limit = None

    def _check(self, size_bytes: int) -> None:
        if size_bytes > self._max_mb * MB:
            raise Refused("upload_large", most=f"{self._max_mb:,}")
