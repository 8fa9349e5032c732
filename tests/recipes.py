"""Valid and invalid recipes, for the tests of Python and JavaScript."""

import base64

import numpy as np


def packed(*numbers):
    """Return base64 of float32, little-endian."""
    return base64.b64encode(np.array(numbers, "<f4").tobytes()).decode()


PLAIN = {
    "latent_studio": 1,
    "model": "mnist",
    "model_id": "0123456789ab",
    "seed": 7,
    "classes": 3,
    "scale": 1.0,
}
UNCONDITIONAL = {key: value for key, value in PLAIN.items() if key != "classes"}

GOOD = [
    PLAIN,
    UNCONDITIONAL,
    PLAIN | {"unknown": {"deep": [1, None]}, "__proto__": {"seed": 5}, "constructor": 1},
    PLAIN | {"seed": 0},
    PLAIN | {"seed": 2**32 - 1},
    PLAIN | {"z": packed(0.5, -100)},
    PLAIN | {"z": packed(*[1] * 512)},
    PLAIN | {"classes": [-10, 10, 0.5]},
    PLAIN | {"classes": 999},
    PLAIN | {"scale": 0},
    PLAIN | {"scale": 3},
    PLAIN | {"model": "模" * 200},
    PLAIN | {"model": "🙂" * 200},  # 200 characters, 400 halves of pairs
    PLAIN | {"model": "../../etc/passwd <b>"},  # only looked up by name
]

# (recipe, part of the error message in Python)
BAD = [
    (None, "not a recipe"),
    ([], "not a recipe"),
    ("text", "not a recipe"),
    (7, "not a recipe"),
    ({}, "not a recipe"),
    ({"__proto__": PLAIN}, "not a recipe"),
    (PLAIN | {"latent_studio": "1"}, "not a recipe"),
    (PLAIN | {"latent_studio": True}, "not a recipe"),
    (PLAIN | {"latent_studio": 0}, "not a recipe"),
    (PLAIN | {"latent_studio": 1.5}, "not a recipe"),
    (PLAIN | {"latent_studio": 2}, "newer"),
    *[
        ({name: value for name, value in PLAIN.items() if name != gone}, gone)
        for gone in ("model", "model_id", "seed", "scale")
    ],
    *[(PLAIN | {"seed": bad}, "seed") for bad in (-1, 2**32, 1.5, "7", None, True, [7], 1e300)],
    *[(PLAIN | {"scale": bad}, "scale") for bad in (-0.1, 3.01, "1", None, True, [], 1e308)],
    *[
        (PLAIN | {"model_id": bad}, "model_id")
        for bad in ("", "0123456789a", "0123456789AB", "0123456789ab0", "0123456789ab\n", 12, None)
    ],
    *[
        (PLAIN | {"model": bad}, "model must")
        for bad in ("", "a" * 201, "a\nb", "a\0", "\x9f", "\ud800", 7, None, ["mnist"])
    ],
    *[
        (PLAIN | {"z": bad}, "z must")
        for bad in (
            "",
            "AAAA",
            packed(1),
            packed(*[0] * 513),
            packed(*[0] * 5000),
            packed(0, float("nan")),
            packed(0, float("inf")),
            packed(0, 100.001),
            packed(1, 2)[:-1],
            packed(1, 2).rstrip("="),
            " " + packed(1, 2)[1:],
            packed(1, 2) + "\n",
            packed(1, 2).replace("A", "-"),
            "====",
            "A===",
            None,
            [0.5, 0.5],
            5,
        )
    ],
    *[
        (PLAIN | {"classes": bad}, "classes")
        for bad in (
            -1,
            1000,
            1.5,
            "3",
            None,
            True,
            {},
            [],
            [10.01],
            [0, -11],
            [0, None],
            [0, "1"],
            [0, True],
            [[1]],
            [0] * 1001,
        )
    ],
]
