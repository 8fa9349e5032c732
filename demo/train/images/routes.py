"""The upload of a visitor's own images.

POST /studio/images?name=...&size=64&fit=crop&fps=12&length=32&folders=classes with the visitor in
the header x-studio-who. The body
is a zip file, or several files as a bundle (`gan.data.intake.sources`), which a page makes without
reading them: new Blob(['{"latent_studio_images": 1}\\n', '{"name": "cats/1.png", "bytes": 9}\\n',
file, ...]). Answers {"import": key}, {"refused": key, "values"} or {"error": message} with status
200. Only the pixels that `gan.data.intake.importer` makes are kept; names are mere labels.
"""

from pathlib import Path
from typing import Any

from starlette.routing import Route

from demo.server.image_collections import ADDRESS
from demo.server.studio import Studio
from demo.server.uploads import Uploads
from gan.data.collection import CollectionStore


def routes(studio: Studio) -> list[Route]:
    """Return the routes to serve beside the page."""
    collections = studio.collections
    collections.open()

    def take(path: Path, who: str, query: dict[str, str]) -> dict[str, Any]:
        name, size = query.get("name", ""), query.get("size", "64")
        options = {
            "name": name.rpartition(".zip")[0] or name or "images",
            "size": int(size) if size.isdecimal() else 0,
            "fit": query.get("fit", "crop"),
        }
        for key in ("fps", "length"):
            if key in query:
                options[key] = int(query[key]) if query[key].isdecimal() else 0
        options |= {"folders": query["folders"]} if "folders" in query else {}
        return collections.take(who, path, options, leave_nothing=True)

    create = CollectionStore().new_upload
    uploads = Uploads(studio.settings.max_upload_mb, collections.admit, create, take)
    return [Route(ADDRESS, uploads.upload, methods=["POST"])]
