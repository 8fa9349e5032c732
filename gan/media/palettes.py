"""Which 256 colours a colour GIF gets: each frame its own, or one set for the whole clip.

Own colours are nearer the picture; but they change from frame to frame, so flat parts shimmer, and
they cost 768 bytes a frame. Measured on frames of this very clip, in levels of 255: how far a
frame is off, and how far the step to its neighbour is off, which is what shimmers. The set with the
smaller sum of the two is taken, one set for all unless it is worse by more than SLACK.
"""

from __future__ import annotations

from collections.abc import Sequence
from subprocess import DEVNULL, PIPE, run

import numpy as np

from gan.media.ffmpeg import program
from gan.media.writer import ExportError

SLACK = 0.25  # levels; nobody sees that, and the file is smaller

_MAKE = "palettegen=stats_mode=full:reserve_transparent=0"
_COMMON = f"split[a][b];[a]{_MAKE}[p];[b][p]paletteuse=dither=none"
_OWN = (
    "split[a][b];[a]palettegen=stats_mode=single:reserve_transparent=0[p];"
    "[b][p]paletteuse=new=1:dither=none"
)


def common_palette(runs: Sequence[np.ndarray]) -> np.ndarray | None:
    """Colours for all frames, uint8 (256, 3), or None where each frame's own are better.

    runs: frames that follow one another, uint8 (n, h, w, 3) each and all of one shape, from all
    over the clip. Raises ExportError if ffmpeg cannot be run.
    """
    frames = np.concatenate(runs)
    own, common = _filtered(frames, _OWN), _filtered(frames, _COMMON)
    lengths = [len(one) for one in runs]
    if _off(frames, common, lengths) > _off(frames, own, lengths) + SLACK:
        return None
    return _filtered(frames, _MAKE, (1, 16, 16)).reshape(256, 3)


def _off(frames: np.ndarray, shown: np.ndarray, lengths: list[int]) -> float:
    error = shown.astype(np.float32) - frames
    parts = np.split(error, np.cumsum(lengths)[:-1])
    steps = np.concatenate([np.diff(part, axis=0) for part in parts])
    return _rms(error) + (_rms(steps) if len(steps) else 0.0)


def _rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


def _filtered(
    frames: np.ndarray, graph: str, shape: tuple[int, int, int] | None = None
) -> np.ndarray:
    count, height, width, _ = frames.shape
    source = f"-f rawvideo -pix_fmt rgb24 -s {width}x{height} -r 25 -i pipe:0"
    done = run(
        [
            program(), "-v", "error", *source.split(), "-filter_complex", graph,
            *"-f rawvideo -pix_fmt rgb24 pipe:1".split(),
        ],
        input=frames.tobytes(), stdout=PIPE, stderr=DEVNULL, check=False,
    )  # fmt: skip
    wanted = (*(shape or (count, height, width)), 3)
    if done.returncode or len(done.stdout) != np.prod(wanted):
        raise ExportError("The video encoder could not choose colours for this clip.")
    return np.frombuffer(done.stdout, np.uint8).reshape(wanted)
