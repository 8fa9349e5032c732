"""Runs as files of the site: one goes out as a zip, its picture too, and a zip comes in.

These are plain addresses, not Gradio's events, so that a large run is neither held in memory nor
copied, and one that is too large is refused while it arrives.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from demo.server.refusals import Refused
from demo.server.studio import Studio
from demo.train import settings_form
from gan.runs.archive import RUN_NAME, pack
from gan.runs.listing import run_info
from gan.runs.snapshots import snapshot_steps
from gan.runs.trash import empty_trash
from gan.runs.unpack import ArchiveError, clear_temporary, unpack
from gan.storage.checkpoint import CheckpointError
from gan.storage.layout import TEMPORARY, snapshot_picture_path

ADDRESS = "/studio/runs"
WHO = "x-studio-who"  # a header that other sites cannot send: who uploads, see owner.js
AT_ONCE = 2  # uploads
SLOWEST_S = 1800  # an upload may take so long
DAY_S = 86_400
MB = 1_000_000


def routes(studio: Studio) -> list[Route]:
    """What `Blocks.launch` serves beside the page; what a killed server left behind is removed."""
    runs = studio.settings.runs
    clear_temporary(runs)
    empty_trash(runs)
    files = RunFiles(studio)
    return [
        Route(ADDRESS, files.upload, methods=["POST"]),
        Route(ADDRESS + "/{name}.zip", files.download),
        Route(ADDRESS + "/{name}/{step:int}.png", files.picture),
    ]


class RunFiles:
    """The three, for one server."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._arriving = 0  # only the event loop changes it

    def download(self, request: Request) -> Response:
        """The zip of a run."""
        folder = self._folder(request)
        if folder is None or run_info(folder) is None:
            return _says("That run is not on this server any more.", 404)
        try:
            archive = pack(folder)
        except (CheckpointError, OSError):
            return _says("This run is damaged: there is no whole checkpoint to download.", 409)
        name = folder.name if RUN_NAME.fullmatch(folder.name) else "run"
        headers = {"content-disposition": f'attachment; filename="{name}.zip"'}
        headers["content-length"] = str(len(archive))
        if request.method == "HEAD":
            return Response(media_type="application/zip", headers=headers)
        return StreamingResponse(archive, media_type="application/zip", headers=headers)

    def picture(self, request: Request) -> Response:
        """A kept contact sheet; its address changes when it does."""
        folder, step = self._folder(request), request.path_params["step"]
        try:
            if folder is None or step not in snapshot_steps(folder):
                return Response(status_code=404)
            data = snapshot_picture_path(folder, step).read_bytes()
        except OSError:
            return Response(status_code=404)
        headers = {"cache-control": f"private, max-age={DAY_S}"}
        return Response(data, media_type="image/png", headers=headers)

    async def upload(self, request: Request) -> Response:
        """Take in the run in the body: {"run": name}, {"error": sentence} or {"refused": key}.

        All are answers like those of server functions, with status 200: a page is told, and shows
        it; nothing went wrong.
        """
        who, most = unquote(request.headers.get(WHO, "")), self._studio.settings.max_upload_mb
        if not self._studio.access.may_train(who):
            return JSONResponse(Refused("uploads").answer())
        told = request.headers.get("content-length", "")
        if told.isdecimal() and int(told) > most * MB:
            return _says(_too_large(most))
        if self._arriving >= AT_ONCE:
            return _says("Other runs are being uploaded; try again in a minute.")
        self._arriving += 1
        place = self._studio.settings.runs / TEMPORARY
        path = None
        try:
            async with asyncio.timeout(SLOWEST_S):
                place.mkdir(parents=True, exist_ok=True)
                handle, name = tempfile.mkstemp(".zip", dir=place)
                path = Path(name)
                await _receive(request, handle, most * MB)
            folder = await run_in_threadpool(self._take, path, who)
            return JSONResponse({"run": folder.name})
        except ArchiveError as error:
            return _says(f"{error}")
        except OSError as error:
            return _says(f"The run could not be kept ({error.strerror or 'timed out'}).")
        except ClientDisconnect:
            return Response(status_code=400)
        finally:
            self._arriving -= 1
            if path is not None:
                path.unlink(missing_ok=True)

    def _take(self, path: Path, who: str) -> Path:
        settings = self._studio.settings
        folder = unpack(
            path,
            settings.runs,
            2 * settings.max_upload_mb * MB,
            lambda config: settings_form.wanted(config.to_json(), settings),
        )
        self._studio.access.sign(who, folder)
        return folder

    def _folder(self, request: Request) -> Path | None:
        root = self._studio.settings.runs
        folders = {path.name: path for path in root.iterdir()} if root.is_dir() else {}
        name = request.path_params["name"]
        return None if name.startswith(".") else folders.get(name)


async def _receive(request: Request, handle: int, most_bytes: int) -> None:
    with os.fdopen(handle, "wb") as file:
        size = 0
        async for piece in request.stream():
            size += len(piece)
            if size > most_bytes:
                raise ArchiveError(_too_large(most_bytes // MB))
            await run_in_threadpool(file.write, piece)


def _too_large(most_mb: int) -> str:
    return f"The file is too large: this server takes at most {most_mb:,} MB."


def _says(sentence: str, status: int = 200) -> Response:
    told: dict[str, Any] = {"error": sentence}
    return JSONResponse(told, status)
