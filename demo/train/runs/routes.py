"""Runs as files of the site: download one as a zip, its pictures, and upload a zip."""

import tempfile
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.endpoint import Refused
from demo.server.studio import Studio
from demo.server.uploads import MB, Uploads
from demo.train import settings_form
from demo.train.runs.downloads import Downloads
from gan.runs.listing import run_folders, run_info
from gan.runs.snapshots import snapshot_steps
from gan.runs.trash import empty_trash
from gan.runs.unpack import clear_temporary, unpack
from gan.storage.layout import TEMPORARY, snapshot_picture_path
from gan.storage.process_files import own_prefix

ADDRESS = "/studio/runs"
DAY_S = 86_400


def routes(studio: Studio) -> list[Route]:
    """Return the routes to serve beside the page; remove leftovers of a killed server."""
    runs = studio.settings.runs
    clear_temporary(runs)
    empty_trash(runs)
    files = RunFiles(studio)
    uploads = Uploads(studio.settings.max_upload_mb, files.admit, files.create, files.take)
    return [
        Route(ADDRESS, uploads.upload, methods=["POST"]),
        Route(ADDRESS + "/{name}.zip", files.download),
        Route(ADDRESS + "/{name}/{step:int}.png", files.picture),
    ]


class RunFiles:
    """The runs of one server as files."""

    def __init__(self, studio: Studio) -> None:
        self._studio, self._settings = studio, studio.settings
        self._downloads = Downloads()

    async def download(self, request: Request) -> Response:
        """Send a run as a zip."""
        folder = await run_in_threadpool(self._folder, request)
        if folder is None or await run_in_threadpool(run_info, folder) is None:
            return JSONResponse({"error": "That run is not on this server any more."}, 404)
        return await self._downloads.respond(request, folder)

    def picture(self, request: Request) -> Response:
        """Send the contact sheet of a step, which never changes."""
        folder, step = self._folder(request), request.path_params["step"]
        try:
            if folder is None or step not in snapshot_steps(folder):
                return Response(status_code=404)
            data = snapshot_picture_path(folder, step).read_bytes()
        except OSError:
            return Response(status_code=404)
        headers = {"cache-control": f"private, max-age={DAY_S}"}
        return Response(data, media_type="image/png", headers=headers)

    def admit(self, who: str) -> None:
        """Raise Refused if this visitor may not upload runs."""
        if not self._studio.access.may_train(who):
            raise Refused("uploads")
        self._studio.access.room.check_upload(who)

    def create(self) -> tuple[int, Path]:
        """Open the file of an upload: (handle, path)."""
        folder = self._settings.runs / TEMPORARY
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(".zip", own_prefix(), folder)
        return handle, Path(name)

    def take(self, path: Path, who: str, _query: dict[str, str]) -> dict[str, Any]:
        """Unpack an uploaded run and delete the zip: {"run": name}."""

        def check(config: Any) -> Any:
            return settings_form.parse(config.to_json(), self._settings)

        most_bytes = 2 * self._settings.max_upload_mb * MB
        # others may have taken it meanwhile; what is unpacked is about as large as the file
        self._studio.access.room.check_upload(who, path.stat().st_size)
        folder = unpack(path, self._settings.runs, most_bytes, check)
        self._studio.access.sign(who, folder)
        path.unlink(missing_ok=True)
        return {"run": folder.name}

    def _folder(self, request: Request) -> Path | None:
        name = request.path_params["name"]
        return None if name.startswith(".") else run_folders(self._settings.runs).get(name)
