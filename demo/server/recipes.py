"""The recipes that visitors open: of a link, or of a file that embeds one.

POST /studio/recipe?kind=clip&language=en with the fragment of a link ("#recipe=..." or "#clip=...")
or a file as the body. `kind`: what is expected, "picture" or "clip". Of a large file the page sends
only the start, of `head` bytes, and the end, and its `size` in bytes. Answers {"picture": recipe}
or {"clip": recipe}, checked, or {"error": sentence}. A clip's answer may be a picture, which then
becomes a keyframe. Nothing is kept.
"""

from __future__ import annotations

import base64
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from starlette.routing import Route

from demo.server.studio import Studio
from demo.server.uploads import Uploads
from demo.text import visitor_texts
from gan.media.embedded import FILE_MAX, TEXT_MAX
from gan.media.embedded_images import PNG
from gan.models.generator import ModelError
from gan.recipes import fields, image_recipe
from gan.recipes.clip_recipe import ClipRecipe
from gan.recipes.errors import RecipeError
from gan.recipes.image_recipe import Recipe

ADDRESS = "/studio/recipe"
MAX_MB = 13
AT_ONCE = 8
TIMEOUT_S = 120
LINK = re.compile(rb"#(?:recipe|clip)=")


def routes(studio: Studio) -> list[Route]:
    """Return the route to serve beside the page."""

    def create() -> tuple[int, Path]:
        handle, name = tempfile.mkstemp(prefix="latent-studio-recipe-")
        return handle, Path(name)

    def take(path: Path, who: str, query: dict[str, str]) -> dict[str, Any]:
        try:
            _restore(path, *(int(query.get(name, "0")) for name in ("head", "size")))
            return read(path, query.get("kind"), studio, who)
        except RecipeError as error:
            say = visitor_texts(query.get("language", ""))
            return {"error": say(f"recipe.{error.key}", **error.values)}
        finally:
            path.unlink(missing_ok=True)

    uploads = Uploads(MAX_MB, lambda who: None, create, take, AT_ONCE, TIMEOUT_S)
    return [Route(ADDRESS, uploads.upload, methods=["POST"])]


def read(path: Path, kind: str | None, studio: Studio, who: str) -> dict[str, Any]:
    """Return the checked recipe of a file or of a link's text: {"picture": ...} or {"clip": ...}.

    Raises RecipeError if there is none or it is invalid, or a clip does not fit its own model.
    """
    limit = image_recipe.TEXT_MAX if kind == "picture" else TEXT_MAX
    with path.open("rb") as file:
        start = file.read(len(PNG))
    if link := LINK.match(start):
        data = fields.load(_linked(path.read_bytes()[link.end() :]), limit)
    elif kind == "picture" and start != PNG:
        raise RecipeError("not_png")
    else:
        data = fields.read(path, limit)
    if "picture" in (kind, fields.kind_of(data)):
        return {"picture": Recipe.from_json(data).to_json()}
    clip = ClipRecipe.from_json(data)
    with suppress(ModelError):  # of another server: the page shows it with its current model
        clip.check_model(studio.generator(who, clip.model))
    return {"clip": clip.to_json()}


def _linked(text: bytes) -> str:
    """Decode the base64url of a link."""
    try:
        if not re.fullmatch(rb"[A-Za-z0-9_-]+", text):
            raise ValueError("not base64url")
        return base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4)).decode()
    except ValueError as error:
        raise RecipeError("damaged") from error


def _restore(path: Path, head: int, size: int) -> None:
    """Move the end of a file whose middle was not sent to its place; the gap reads as zeros."""
    size = min(size, FILE_MAX + 1)  # which is refused
    if not 0 < head < path.stat().st_size < size:
        return
    with path.open("r+b") as file:
        file.seek(head)
        tail = file.read()
        file.truncate(head)
        file.seek(size - len(tail))
        file.write(tail)
