"""The server function that finds an image with chosen attributes near the one that is shown."""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from demo.endpoint import requested_model
from demo.generate.draw import checked_latents
from demo.generate.find import BUSY
from demo.server.studio import Studio
from gan.explore.attribute_search import AGREED, find_attributes
from gan.explore.projection import SearchError
from gan.metrics.judge import find_judge

WAIT_S = 5.0  # how long a call waits for another one: each takes one or two seconds


def attributes_function(studio: Studio) -> Callable[[Any], dict[str, Any]]:
    """Return the function `attributes` for a panel's `server_functions`.

    The payload is untrusted: {model, z: [...], label, wanted: {trait: true or false}}. The answer
    is {z: [...], missed: [traits that the image does not have as wanted]}, or {error: sentence}.
    """
    one_at_a_time = threading.Lock()

    def attributes(payload: dict[str, Any]) -> dict[str, Any]:
        generator = studio.generator(payload.get("who"), requested_model(payload))
        z = checked_latents([payload.get("z")], generator.z_dim)[0]
        label, wanted = payload.get("label", 0), payload.get("wanted")
        if type(label) is not int or not 0 <= label < max(1, generator.classes):
            raise SearchError("This model has no such class.")
        judge = find_judge(generator.config.data, generator.shape)
        if judge is None or not isinstance(wanted, dict):
            raise SearchError("The attributes of this model's images cannot be read.")
        if not one_at_a_time.acquire(timeout=WAIT_S):
            raise SearchError(BUSY)
        try:
            found = find_attributes(generator, judge, np.asarray(z, np.float32), label, wanted)
        finally:
            one_at_a_time.release()
        missed = [name for name, agreed in found.agreement.items() if agreed <= AGREED]
        return {"z": [round(float(x), 5) for x in found.z], "missed": missed}

    return attributes
