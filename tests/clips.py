"""Valid and invalid recipes of clips, for the tests of Python and JavaScript."""

from tests.recipes import packed

KEYS = [{"seed": 7, "class": 3}, {"seed": 9, "class": 8, "hold": 0.5, "length": 2}]
CLIP = {
    "latent_studio_clip": 1,
    "model": "mnist",
    "model_id": "0123456789ab",
    "keys": KEYS,
    "path": "spline",
    "closed": True,
    "wander": 0,
    "easing": "none",
    "even": True,
    "back": False,
    "tiles": 1,
    "frames": 125,
    "fps": 25,
    "format": "gif",
    "scale": 16,
    "smooth": False,
    "loops": 0,
    "border": 0,
    "caption": "",
    "colours": "grey",
}
LEAST = {name: CLIP[name] for name in ("latent_studio_clip", "model", "model_id", "keys")}


def key(**changes):
    """Return the clip with its second keyframe changed."""
    return CLIP | {"keys": [KEYS[0], KEYS[1] | changes]}


GOOD = [
    CLIP,
    LEAST,
    LEAST | {"unknown": {"deep": [1, None]}, "__proto__": {"path": "x"}, "constructor": 1},
    CLIP | {"latent_studio_clip": 1.0, "wander": 7.0, "frames": 2.0, "fps": 12.5, "scale": 1},
    CLIP | {"path": "walk", "keys": KEYS[:1], "wander": 2**32 - 1},
    CLIP | {"path": "circle", "easing": "hold", "tiles": 4, "format": "sprite"},
    CLIP | {"path": "slerp", "closed": False, "back": True, "even": False, "smooth": True},
    CLIP | {"keys": KEYS * 32, "frames": 100_000, "fps": 240, "scale": 64, "loops": 1000},
    CLIP | {"fps": 1e-9, "border": 256, "caption": "🙂" * 80, "colours": "neon"},
    CLIP | {"caption": "<script>&'\"\u2028=;#\\", "model": "../../etc/passwd <b>"},
    CLIP | {"keys": KEYS[:1], "motion": 0},
    CLIP | {"path": "circle", "keys": KEYS[:1], "motion": 0.3},  # of a model of clips
    key(z=packed(0.5, -100), hold=8, length=0.1),
    key(z=packed(*[1] * 512), **{"class": [0.5, -10, 1e-7]}, hold=-0.0, length=10.0),
    key(seed=2**32 - 1, unknown=1, __proto__={"seed": -1}),
    CLIP | {"keys": [{"seed": 0}, {"seed": 0.0}]},
]

_NO_NUMBERS = ("7", None, True, [7], {}, 1e300, float("inf"))

# (recipe, part of the error message in Python)
BAD = [
    *[(bad, "not a clip recipe") for bad in (None, [], "text", 7, {}, {"__proto__": CLIP})],
    *[
        (CLIP | {"latent_studio_clip": bad}, "not a clip recipe")
        for bad in ("1", True, 0, 1.5, None)
    ],
    (CLIP | {"latent_studio_clip": 2}, "newer"),
    ({"latent_studio": 1, "seed": 3}, "recipe of an image"),
    ({"latent_studio_growth": 1}, "training video"),
    *[
        (CLIP | {"model": bad}, "model must")
        for bad in ("", "a" * 201, "a\nb", "a\0", "\x9f", "\ud800", 7, None, ["mnist"])
    ],
    *[
        (CLIP | {"model_id": bad}, "model_id")
        for bad in ("", "0123456789AB", "0123456789ab\n", 12, None)
    ],
    *[(CLIP | {"keys": bad}, "keys must") for bad in (None, {}, [], "ab", KEYS * 33, 2)],
    *[(CLIP | {"keys": [KEYS[0], bad]}, "Keyframe 2 must") for bad in (None, [], 7, "7")],
    *[(key(seed=bad), "seed of keyframe 2") for bad in (-1, 2**32, 1.5, *_NO_NUMBERS)],
    (CLIP | {"keys": [KEYS[0], {"__proto__": KEYS[0]}]}, "seed of keyframe 2"),
    *[
        (key(z=bad), "z of keyframe 2")
        for bad in ("", packed(1), packed(*[0] * 513), packed(0, float("nan")), packed(0, 100.001),
                    packed(1, 2)[:-1], packed(1, 2) + "\n", None, [0.5, 0.5], 5)
    ],
    *[
        (key(**{"class": bad}), "class of keyframe 2")
        for bad in (-1, 1000, 1.5, None, True, {}, [], [10.01], [0, None], [0, True], [0] * 1001)
    ],
    *[(key(hold=bad), "hold of keyframe 2") for bad in (-0.1, 8.1, *_NO_NUMBERS)],
    *[(key(length=bad), "length of keyframe 2") for bad in (0, 10.1, *_NO_NUMBERS)],
    *[
        (CLIP | {field: bad}, f"recipe's {field} must be one of")
        for field in ("path", "easing", "format", "colours")
        for bad in ("", "Spline", "constructor", "toString", None, 0, ["spline"], {})
    ],
    *[
        (CLIP | {field: bad}, f"recipe's {field} must be true or false")
        for field in ("closed", "even", "back", "smooth")
        for bad in (0, 1, "true", None, [])
    ],
    *[
        (CLIP | {field: bad}, f"recipe's {field} must be a whole number from")
        for field, high in (("wander", 2**32), ("tiles", 5), ("frames", 100_001), ("scale", 65),
                            ("loops", 1001), ("border", 257))
        for bad in (-1, high, 2.5, *_NO_NUMBERS)
    ],
    *[(CLIP | {name: 0}, f"{name} must") for name in ("tiles", "frames", "scale", "fps")],
    (CLIP | {"frames": 1}, "frames must"),
    *[(CLIP | {"motion": bad}, "motion must") for bad in (-0.1, 4.1, *_NO_NUMBERS)],
    *[(CLIP | {"fps": bad}, "fps must") for bad in (-1, -0.0, 240.1, *_NO_NUMBERS)],
    *[
        (CLIP | {"caption": bad}, "caption must")
        for bad in ("a" * 81, "🙂" * 81, "a\nb", "\t", "\x7f", "\x85", "\udfff", None, 7, ["a"])
    ],
    (CLIP | {"path": "circle", "keys": [*KEYS, KEYS[0]]}, "circle path needs exactly 2"),
    *[(CLIP | {"path": path, "closed": False}, f"{path} path always closes")
      for path in ("circle", "walk")],
    (CLIP | {"keys": [{"seed": 1, "z": packed(1, 2)}, {"seed": 1, "z": packed(1, 2, 3)}]},
     "z of all keyframes"),
    (CLIP | {"keys": [{"seed": 1, "class": [1]}, {"seed": 1, "class": [1, 0]}]}, "class weights"),
]  # fmt: skip
