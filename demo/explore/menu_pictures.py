"""The pictures in the menu of models: the image that Explore first shows of each model."""

import base64
from collections.abc import Callable
from functools import lru_cache
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from demo.server.model_library import changed_ns
from demo.server.model_menu import choices
from demo.server.studio import Studio
from gan.explore.first_seed import first_seed
from gan.hub.names import PREFIX
from gan.latent.latents import latent
from gan.media.contact_sheet import png_bytes, shrunk
from gan.metrics.judge import find_judge
from gan.models.generator import Generator, ModelError
from gan.storage.layout import MODEL

SIDE = 64  # px, twice the size on the page
MOST = 64  # pictures per request; no screen shows as many at once
CACHED = 512  # pictures, of about 1 to 8 kB


def pictures_function(studio: Studio) -> Callable[[Any], dict[str, Any]]:
    """Return the function `pictures` for a panel's `server_functions`.

    The payload is untrusted: {have: {name in the menu: version of its picture, or ""}}. The answer
    is {pictures: {name: [version, PNG in base64]}} of the models that this visitor may see and
    whose weights have another version; "" instead of a PNG if the files are damaged.
    """
    one_at_a_time = Lock()  # many visitors may open the menu at once

    @lru_cache(CACHED)
    def picture(folder: Path, _version: str) -> str:
        try:
            # not through the library, whose cache is for the models in use
            generator = Generator.load(folder)
            judge = find_judge(generator.config.data, generator.shape)
            return small_picture(generator, first_seed(generator, judge))
        except ModelError:
            return ""

    def pictures(payload: dict[str, Any]) -> dict[str, Any]:
        have = payload.get("have")
        known = dict(choices(studio, payload.get("who")))
        folders = studio.library.folders()
        found = {}
        for name, version in islice(have.items() if isinstance(have, dict) else (), MOST):
            folder = folders.get(known.get(name, PREFIX + name))
            if folder is None:
                continue
            now = str(changed_ns(folder / MODEL))
            if now != version:
                with one_at_a_time:
                    found[name] = [now, picture(folder, now)]
        return {"pictures": found}

    return pictures


def small_picture(generator: Generator, seed: int) -> str:
    """Draw a seed, in the first class, as a square PNG of `SIDE` px in base64."""
    drawn = generator.sample(latent(seed, generator.z_dim)[None])
    image = shrunk(drawn, SIDE)[0]
    times = SIDE // len(image)  # whole, so that the pixels stay sharp
    image = image.repeat(times, axis=0).repeat(times, axis=1)
    spare = SIDE - len(image)
    edges = (spare // 2, spare - spare // 2)
    return base64.b64encode(png_bytes(np.pad(image, (edges, edges, (0, 0))))).decode()
