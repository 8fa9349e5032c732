"""Uploads: the body of a request as a file, refused while it arrives if it is too large.

These are plain routes of the site rather than Gradio events, so that a large file is neither held
in memory nor copied.
"""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from demo.endpoint import Refused, is_disk_full

WHO = "x-studio-who"  # who uploads; a header of our own, which other sites cannot send
AT_ONCE = 2
TIMEOUT_S = 1800
MB = 1_000_000


class Uploads:
    """The endpoint of one kind of upload.

    `admit(who)` raises Refused if this visitor may not upload now. `create()` opens a new file:
    (handle, path). `take(path, who, query)` returns the JSON answer and from then on owns the file;
    if it raises, the file is deleted. At most `at_once` uploads run, each for `timeout_s`.
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
        self._running = 0  # changed by the event loop only

    async def upload(self, request: Request) -> Response:
        """Answer like a server function, with status 200: a refusal is no failure of the page."""
        if self._running >= self._at_once:
            return JSONResponse(Refused("uploads_busy").answer())
        who, path = unquote(request.headers.get(WHO, "")), None
        self._running += 1
        try:
            await run_in_threadpool(self._admit, who)
            length = request.headers.get("content-length", "")
            self._check(int(length) if length.isdecimal() else 0)
            handle, path = await run_in_threadpool(self._create)
            async with asyncio.timeout(self._timeout_s):
                await self._receive(request, handle)
            answer = await run_in_threadpool(self._take, path, who, dict(request.query_params))
            path = None
            return JSONResponse(answer)
        except Refused as refused:
            return JSONResponse(refused.answer())
        except ValueError as error:
            return JSONResponse({"error": str(error)})
        except OSError as error:
            if is_disk_full(error):
                return JSONResponse(Refused("disk").answer())
            why = error.strerror or "timed out"
            return JSONResponse({"error": f"The upload could not be saved ({why})."})
        except ClientDisconnect:
            return Response(status_code=400)
        finally:
            self._running -= 1
            if path is not None:
                path.unlink(missing_ok=True)

    async def _receive(self, request: Request, handle: int) -> None:
        with os.fdopen(handle, "wb") as file:
            size = 0
            async for piece in request.stream():
                size += len(piece)
                self._check(size)
                await run_in_threadpool(file.write, piece)

    def _check(self, size_bytes: int) -> None:
        if size_bytes > self._max_mb * MB:
            raise Refused("upload_large", most=f"{self._max_mb:,}")
