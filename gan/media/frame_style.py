"""The appearance of exported frames: size, colours, caption and border.

A grey frame keeps one number per pixel until the end, colour map included, so that formats of at
most 256 colours (GIF, palette PNG) store exactly what `FrameStyle.apply` returns.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from gan.media.captions import check_caption, strip, strip_height
from gan.media.colormaps import COLOURS

SCALE_MAX = 64
BORDER_MAX = 256  # pixels of the final picture, on each side


def check_whole(name: str, value: int, low: int, high: int) -> None:
    """Raise ValueError unless `value` is an integer from `low` to `high`."""
    is_integer = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not is_integer or not low <= value <= high:
        raise ValueError(f"The {name} must be a whole number from {low} to {high}, not {value!r}.")


@dataclass(frozen=True)
class FrameStyle:
    """How frames are enlarged and decorated. Raises ValueError for values out of range.

    scale: integer enlargement, nearest neighbour or, if `smooth`, bicubic (Keys 1981). border:
    pixels on each side of the final picture. caption: one line of text below the picture. colours:
    one of COLOURS, for grey frames. Caption strip and border have the colour of level 0.
    """

    scale: int = 1
    smooth: bool = False
    border: int = 0
    caption: str = ""
    colours: str = "grey"

    def __post_init__(self) -> None:
        check_whole("scale", self.scale, 1, SCALE_MAX)
        check_whole("border", self.border, 0, BORDER_MAX)
        if not isinstance(self.colours, str) or self.colours not in COLOURS:
            raise ValueError(f"Choose one of the colours {', '.join(COLOURS)}.")
        check_caption(self.caption)

    @property
    def palette(self) -> np.ndarray | None:
        """The colour of each grey level, uint8 (256,3); None: grey."""
        return None if self.colours == "grey" else COLOURS[self.colours]

    @property
    def interpolates(self) -> bool:
        """Whether the enlarged frames have soft pixel edges."""
        return self.smooth and self.scale > 1

    def size(self, height: int, width: int, channels: int) -> tuple[int, int, int]:
        """Return (H, W, C) of a styled frame. Raises ValueError: see `levels`."""
        if self.palette is not None and channels != 1:
            raise ValueError(
                f"The colours {self.colours!r} are for grey pictures, and this model draws in "
                "colour: choose grey."
            )
        height, width = height * self.scale, width * self.scale
        below = strip_height(width) if self.caption else 0
        channels = 3 if self.palette is not None else channels
        return height + below + 2 * self.border, width + 2 * self.border, channels

    def apply(self, frame: np.ndarray) -> np.ndarray:
        """Style a frame uint8 (h,w,c): uint8 `size(h, w, c)`. Raises ValueError: see `levels`."""
        levels = self.levels(frame)
        return levels if self.palette is None else self.palette[levels[..., 0]]

    def levels(self, frame: np.ndarray) -> np.ndarray:
        """Style a frame except for the palette: a grey frame stays uint8 (H,W,1).

        Raises ValueError for a colour map with a colour frame.
        """
        height, width, _ = self.size(*frame.shape)
        enlarged = self._enlarge(frame)
        edge = self.border
        if not edge and not self.caption:
            return enlarged
        picture = np.zeros((height, width, frame.shape[2]), np.uint8)
        below, right = edge + enlarged.shape[0], edge + enlarged.shape[1]
        picture[edge:below, edge:right] = enlarged
        if self.caption:
            picture[below : height - edge, edge:right] = strip(self.caption, enlarged.shape[1])
        return picture

    def _enlarge(self, frame: np.ndarray) -> np.ndarray:
        if self.scale == 1:
            return frame
        if not self.smooth:
            # Columns first: the second repeat then copies whole rows, four times as fast.
            return frame.repeat(self.scale, axis=1).repeat(self.scale, axis=0)
        height, width, channels = frame.shape
        picture = Image.fromarray(frame[..., 0] if channels == 1 else frame)
        big = picture.resize((width * self.scale, height * self.scale), Image.Resampling.BICUBIC)
        return np.asarray(big).reshape(height * self.scale, width * self.scale, channels)
