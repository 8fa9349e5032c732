"""Where a visitor's own images arrive: one request, held in a file until it was read.

POST /studio/images?name=...&size=64&fit=crop with the header x-studio-who (see owner.js). Its body
is a zip as it is, or several files as a bundle (`gan.data.intake.sources`), which a page makes
without reading them: new Blob(['{"latent_studio_images": 1}\\n', '{"name": "cats/1.png", "bytes":
9}\\n', file, ...]). Answers {"import": key}, {"refused": key, "values"} or {"error": sentence},
with status 200. Nothing of it is kept but the pixels that `gan.data.intake.importer` makes; a name
is only ever a label.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.server.image_collections import ADDRESS, WHO, ImageCollections
from demo.server.refusals import Refused
from demo.server.studio import Studio
from gan.data.collection import CollectionStore

AT_ONCE = 2  # uploads
SLOWEST_S = 1800
MB = 1_000_000


def routes(studio: Studio) -> list[Route]:
    """What `Blocks.launch` serves beside the page."""
    studio.collections.open()
    uploads = ImageUploads(studio.collections, studio.settings.max_upload_mb)
    return [Route(ADDRESS, uploads.upload, methods=["POST"])]


class ImageUploads:
    """For one server."""

    def __init__(self, collections: ImageCollections, most_mb: int) -> None:
        self._collections, self._most_mb = collections, most_mb
        self._arriving = 0  # only the event loop changes it

    async def upload(self, request: Request) -> Response:
        """Take in what is in the body."""
        who, path = unquote(request.headers.get(WHO, "")), None
        told = request.headers.get("content-length", "")
        if self._arriving >= AT_ONCE:
            return JSONResponse(Refused("images_busy").answer())
        self._arriving += 1
        try:
            await run_in_threadpool(self._collections.admit, who)
            if told.isdecimal() and int(told) > self._most_mb * MB:
                raise Refused("images_large", most=f"{self._most_mb:,}")
            options = _options(request)
            async with asyncio.timeout(SLOWEST_S):
                path = await self._receive(request)
            begun = self._collections.take(who, path, options, leave_nothing=True)
            path = None  # whoever reads it removes it
            return JSONResponse(begun)
        except Refused as refused:
            return JSONResponse(refused.answer())
        except ValueError as error:
            return JSONResponse({"error": f"{error}"})
        except OSError as error:
            why = error.strerror or "timed out"
            return JSONResponse({"error": f"The images could not be kept ({why})."})
        except ClientDisconnect:
            return Response(status_code=400)
        finally:
            self._arriving -= 1
            if path is not None:
                path.unlink(missing_ok=True)

    async def _receive(self, request: Request) -> Path:
        """The body as a file; of one that does not come whole nothing is left."""
        handle, path = CollectionStore().new_upload()
        try:
            with os.fdopen(handle, "wb") as file:
                size = 0
                async for piece in request.stream():
                    size += len(piece)
                    if size > self._most_mb * MB:
                        raise Refused("images_large", most=f"{self._most_mb:,}")
                    await run_in_threadpool(file.write, piece)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path


def _options(request: Request) -> dict[str, Any]:
    asked = request.query_params
    size = asked.get("size", "64")
    name = asked.get("name", "").rpartition(".zip")[0] or asked.get("name", "")
    return {"name": name or "images", "size": int(size) if size.isdecimal() else 0} | {
        "fit": asked.get("fit", "crop")
    }
