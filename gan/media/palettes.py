"""The palette of a colour GIF: one per frame, or one for the whole clip.

A palette per frame is more accurate, but it changes from frame to frame, which makes flat areas
flicker, and costs 768 bytes per frame. Both are tried on sample frames of the clip. The error is
the RMS error of the frames plus that of their differences (the flicker), in levels of 255. The
common palette is used unless its error is larger by more than SLACK.
"""

from collections.abc import Sequence
from subprocess import DEVNULL, PIPE, run

import numpy as np

from gan.media.ffmpeg import PALETTE_PER_FRAME, program
from gan.media.writer import ExportError

SLACK = 0.25  # levels; invisible, and the file is smaller

_MAKE = "palettegen=stats_mode=full:reserve_transparent=0"
_COMMON = f"split[a][b];[a]{_MAKE}[p];[b][p]paletteuse=dither=none"


def common_palette(runs: Sequence[np.ndarray]) -> np.ndarray | None:
    """Return a palette for all frames, uint8 (256,3), or None if one per frame is better.

    runs: successive frames uint8 (n,h,w,3) from all over the clip. Raises ExportError: no ffmpeg.
    """
    frames = np.concatenate(runs)
    own, common = (_filtered(frames, graph, frames.shape) for graph in (PALETTE_PER_FRAME, _COMMON))
    lengths = [len(one) for one in runs]
    if _error(frames, common, lengths) > _error(frames, own, lengths) + SLACK:
        return None
    return _filtered(frames, _MAKE, (256, 3))


def _error(frames: np.ndarray, decoded: np.ndarray, lengths: list[int]) -> float:
    error = decoded.astype(np.float32) - frames
    parts = np.split(error, np.cumsum(lengths)[:-1])
    steps = np.concatenate([np.diff(part, axis=0) for part in parts])
    return _rms(error) + (_rms(steps) if len(steps) else 0.0)


def _rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


def _filtered(frames: np.ndarray, graph: str, shape: tuple[int, ...]) -> np.ndarray:
    height, width = frames.shape[1:3]
    source = f"-f rawvideo -pix_fmt rgb24 -s {width}x{height} -r 25 -i pipe:0"
    options = f"-v error {source} -filter_complex {graph} -f rawvideo -pix_fmt rgb24 pipe:1"
    command = [program(), *options.split()]
    done = run(command, input=frames.tobytes(), stdout=PIPE, stderr=DEVNULL, check=False)
    if done.returncode or len(done.stdout) != np.prod(shape):
        raise ExportError("The video encoder could not choose colours for this clip.")
    return np.frombuffer(done.stdout, np.uint8).reshape(shape)
