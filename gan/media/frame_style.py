"""How a generator's frames are dressed for a file: size, colours, caption and border.

A grey frame stays one number a pixel until the very end, the colour map's included, so that a file
of at most 256 colours (GIF, palette PNG) holds exactly what `Look.dress` shows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from gan.media.captions import check_caption, strip, strip_height
from gan.media.colormaps import COLOURS

SCALE_MAX = 64
BORDER_MAX = 256  # pixels of the final picture, on each side


@dataclass(frozen=True)
class Look:
    """`scale`: whole enlargement, nearest neighbour or, if `smooth`, bicubic (Keys 1981).

    `border`: pixels on each side of the final picture. `caption`: one line on a strip below the
    picture. `colours`: one of COLOURS, for grey frames. Strip and border are of no ink's colour.

    Raises ValueError, with a sentence for people, for anything else.
    """

    scale: int = 1
    smooth: bool = False
    border: int = 0
    caption: str = ""
    colours: str = "grey"

    def __post_init__(self) -> None:
        for name, low, high in (("scale", 1, SCALE_MAX), ("border", 0, BORDER_MAX)):
            given = getattr(self, name)
            whole = isinstance(given, int | np.integer) and not isinstance(given, bool)
            if not whole or not low <= given <= high:
                raise ValueError(
                    f"The {name} must be a whole number from {low} to {high}, not {given!r}."
                )
        if not isinstance(self.colours, str) or self.colours not in COLOURS:
            raise ValueError(f"Choose one of the colours {', '.join(COLOURS)}.")
        check_caption(self.caption)

    @property
    def palette(self) -> np.ndarray | None:
        """The colour of each level of a grey frame, uint8 (256, 3); None: its own grey."""
        return None if self.colours == "grey" else COLOURS[self.colours]

    def size(self, height: int, width: int, channels: int) -> tuple[int, int, int]:
        """(H, W, C) of a dressed frame of this shape. Raises ValueError: see `levels`."""
        if self.palette is not None and channels != 1:
            raise ValueError(
                f"The colours {self.colours!r} are for grey pictures, and this model draws in "
                "colour: choose grey."
            )
        height, width = height * self.scale, width * self.scale
        below = strip_height(width) if self.caption else 0
        channels = 3 if self.palette is not None else channels
        return height + below + 2 * self.border, width + 2 * self.border, channels

    def dress(self, frame: np.ndarray) -> np.ndarray:
        """The frame as people see it: uint8 (h, w, c) to uint8 `size(h, w, c)`."""
        levels = self.levels(frame)
        return levels if self.palette is None else self.palette[levels[..., 0]]

    def levels(self, frame: np.ndarray) -> np.ndarray:
        """As `dress`, but a grey frame still as uint8 (H, W, 1), to be looked up in `palette`.

        Raises:
            ValueError: a colour map for a frame that has colours already.
        """
        height, width, channels = self.size(*frame.shape)
        drawn = self._enlarged(frame)
        edge = self.border
        if not edge and not self.caption:
            return drawn
        channels = frame.shape[2]
        picture = np.zeros((height, width, channels), np.uint8)
        below, right = edge + drawn.shape[0], edge + drawn.shape[1]
        picture[edge:below, edge:right] = drawn
        if self.caption:
            picture[below : height - edge, edge:right] = strip(self.caption, drawn.shape[1])
        return picture

    def _enlarged(self, frame: np.ndarray) -> np.ndarray:
        if self.scale == 1:
            return frame
        if not self.smooth:
            # Columns first: the second repeat then copies whole rows, four times as fast.
            return frame.repeat(self.scale, axis=1).repeat(self.scale, axis=0)
        height, width, channels = frame.shape
        picture = Image.fromarray(frame[..., 0] if channels == 1 else frame)
        big = picture.resize((width * self.scale, height * self.scale), Image.Resampling.BICUBIC)
        return np.asarray(big).reshape(height * self.scale, width * self.scale, channels)
