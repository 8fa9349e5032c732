"""The frames of an animated GIF, PNG, WebP or AVIF at a chosen rate."""

from collections.abc import Iterator
from itertools import count

from gan.data.intake.decode import ANIMATED, DecodedImage, decode_frame, opened
from gan.data.intake.messages import Skipped

HASTY_MS = 10  # browsers show frames that claim no more for `USUAL_MS`
USUAL_MS = 100
ROUNDING_S = 1e-6


def read_animation(
    data: bytes, size: int, fit: str, most_pixels: int, fps: float
) -> Iterator[DecodedImage]:
    """Yield what is seen at 0, 1/fps, 2/fps ... s; see `decode_image`.

    Raises Skipped: a single picture, or damaged, which may be found after some frames.
    """
    with opened(data, most_pixels) as image:
        if not getattr(image, "is_animated", False) or image.format not in ANIMATED:
            raise Skipped("still")
        shown, end_s = 0, 0.0
        # the picture of an APNG for programs without animation is no frame
        for index in count(int(getattr(image, "default_image", False))):
            try:
                image.seek(index)
            except EOFError:
                return
            image.load()
            lasts_ms = image.info.get("duration") or 0
            end_s += (lasts_ms if lasts_ms > HASTY_MS else USUAL_MS) / 1000
            frame = None
            while shown / fps < end_s - ROUNDING_S:
                frame = frame or decode_frame(image, size, fit)
                yield frame
                shown += 1
