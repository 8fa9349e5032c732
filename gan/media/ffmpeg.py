"""GIF, MP4 and WebM, by the ffmpeg that imageio-ffmpeg brings.

imageio's own writers hide ffmpeg's exit status and Pillow's GIF writer keeps every frame, so the
program is run here: a full disk is then an error, never a torn file.
"""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from types import MappingProxyType

import imageio_ffmpeg
import numpy as np
from PIL import Image

from gan.media import embedded
from gan.media.writer import ExportError, Target
from gan.system import priority

KEYFRAME_EVERY = 250  # frames of an MP4 or WebM: players can only jump to those
_PIPE_BYTES = 1_000_000  # Linux's most without asking; elsewhere it stays as it is
_STOP_S = 0.05  # how often a running encoder is looked at


@dataclass(frozen=True)
class Command:
    """ffmpeg's options around the stream of frames: more `inputs`, the codec, the container."""

    codec: str
    container: str
    inputs: tuple[str, ...] = ()


def program() -> str:
    """The path of ffmpeg. Raises ExportError if this machine has none."""
    try:
        return imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        raise ExportError("There is no ffmpeg for this machine in imageio-ffmpeg.") from error


class Ffmpeg:
    """A writer; `command` is asked for the target and a folder for what ffmpeg must read."""

    def __init__(self, target: Target, command: Callable[[Target, Path], Command]) -> None:
        self._target, height, width = target, *target.shape[:2]
        pixels = "rgb24" if target.shape[2] == 3 else "gray" if target.palette is None else "pal8"
        self._after = b""
        if target.palette is not None:  # a raw frame of palette colours ends with them, as BGRA
            opaque = np.full((256, 1), 255, np.uint8)
            self._after = np.hstack([target.palette[:, ::-1], opaque]).tobytes()
        # Nothing to probe for: else the encoder waits until five megabytes have been read.
        source = "-probesize 32 -analyzeduration 0 -f rawvideo "
        source += f"-pix_fmt {pixels} -s {width}x{height} -r {target.rate} -i pipe:0"
        with contextlib.ExitStack() as failing:
            folder = Path(failing.enter_context(tempfile.TemporaryDirectory()))
            chosen = command(target, folder)
            # Not a pipe: one that nobody reads can fill up and stop ffmpeg for ever.
            self._log = failing.enter_context((folder / "log").open("w+b"))
            self._process = Popen(
                [
                    program(), "-nostdin", "-v", "error", *source.split(), *chosen.inputs,
                    *chosen.codec.split(), *chosen.container.split(), "-fflags", "+bitexact",
                    "-y", f"file:{target.path}",
                ],
                stdin=PIPE, stdout=DEVNULL, stderr=self._log, bufsize=0, pipesize=_PIPE_BYTES,
            )  # fmt: skip
            priority.lower(self._process.pid)
            self._over = threading.Event()
            self._watch = threading.Thread(target=self._watch_stop, name="stop", daemon=True)
            self._watch.start()
            self._open = failing.pop_all()

    def write(self, frame: np.ndarray) -> None:
        try:
            self._put(memoryview(np.ascontiguousarray(frame)).cast("B"))
            if self._after:
                self._put(memoryview(self._after))
        except BrokenPipeError:
            self.finish()
            raise

    def finish(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        status = self._process.wait()
        self._over.set()
        self._watch.join()
        self._target.check_stop()
        if status:
            self._log.seek(0)
            said = self._log.readline().decode(errors="replace").rpartition("] ")[2].strip()
            raise ExportError(f"The video encoder stopped: {said or f'exit status {status}'}.")
        self._open.close()

    def abort(self) -> None:
        self._process.kill()
        self._process.wait()
        self._over.set()
        self._watch.join()
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        self._open.close()

    def _put(self, data: memoryview) -> None:
        while data:  # an unbuffered pipe takes what it has room for
            data = data[self._process.stdin.write(data) :]

    def _watch_stop(self) -> None:
        # Frames wait for a slow encoder, and its last ones take a while: a kill ends either.
        while self._target.stop is not None and not self._over.wait(_STOP_S):
            if self._target.stop.is_set():
                self._process.kill()
                return


def gif(target: Target, folder: Path) -> Command:
    """Grey and palette exact; colour in its own 256 colours a frame, or in `target.common`.

    No dither: at a whole-number enlargement it would break up the model's own pixels.
    """
    # The file counts repeats, not plays: 0 is for ever, and one that plays once says nothing.
    loop = -1 if target.loops == 1 else max(0, target.loops - 1)
    container = f"-loop {loop} -f gif"
    if target.shape[2] == 1:
        pixels = "gray" if target.palette is None else "pal8"
        # Making what did not change transparent saves a tenth of the bytes for a quarter more time.
        return Command(f"-pix_fmt {pixels} -gifflags -transdiff", container)
    if target.common is not None:
        Image.fromarray(target.common.reshape(16, 16, 3)).save(folder / "palette.png")
        codec = "-filter_complex [0:v][1:v]paletteuse=dither=none -gifflags -transdiff"
        return Command(codec, container, ("-i", f"file:{folder / 'palette.png'}"))
    colours = "split[a][b];[a]palettegen=stats_mode=single:reserve_transparent=0[p];"
    colours += "[b][p]paletteuse=new=1:dither=none"
    # ffmpeg's frame differences compare across two palettes and leave wrong pixels: both off.
    return Command(f"-filter_complex {colours} -gifflags -offsetting-transdiff", container)


def mp4(target: Target, folder: Path) -> Command:
    """H.264, yuv420p, 8-bit BT.709, with the index first, so that it plays while it loads."""
    # Measured on 240 frames of 448 x 448: enlarged pixels are flat squares, which the fastest
    # preset with CABAC and large transforms stores as well as the default, in a third of the time;
    # smooth pictures gain half their bytes from the next steps up.
    if target.smooth:
        speed = "-preset veryfast -tune animation"
    else:
        speed = "-preset ultrafast -tune animation -x264-params "
        speed += "cabac=1:8x8dct=1:deblock=0,0:partitions=i8x8,i4x4:aq-mode=1"
    # x264's output depends on its thread count: two, so that every machine writes the same bytes.
    codec = f"-c:v libx264 {speed} -crf 18 -threads 2"
    return _video(target, folder, codec, "-movflags +faststart -f mp4")


def webm(target: Target, folder: Path) -> Command:
    """VP9, yuv420p, in one pass at constant quality."""
    # `good` makes a third to a half fewer bytes of smooth pictures, in three times the time.
    codec = "-c:v libvpx-vp9 -b:v 0 -crf 30 -deadline realtime -cpu-used 6 -lag-in-frames 0 "
    codec += "-row-mt 1 -threads 2"
    return _video(target, folder, codec, "-f webm")


COMMANDS: Mapping[str, Callable[[Target, Path], Command]] = MappingProxyType(
    {"gif": gif, "mp4": mp4, "webm": webm}
)


def _video(target: Target, folder: Path, codec: str, container: str) -> Command:
    # An odd side gains one pixel, a copy of its edge. Without accurate_rnd every level loses up to
    # one: swscale then cuts instead of rounding.
    right, bottom = target.shape[1] % 2, target.shape[0] % 2
    even = f"format=gbrp,pad=iw+{right}:ih+{bottom},"
    even += f"fillborders=right={right}:bottom={bottom}:mode=smear,"
    colours = "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,"
    colours += "format=yuv420p"
    tags = "-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv"
    filters = even + colours if right or bottom else colours
    inputs = ()
    if target.note is not None:
        (folder / "note.txt").write_text(embedded.ffmetadata(target.note), encoding="utf-8")
        inputs = ("-f", "ffmetadata", "-i", f"file:{folder / 'note.txt'}", "-map_metadata", "1")
    codec = f"-map 0:v -vf {filters} {codec} -g {KEYFRAME_EVERY} {tags}"
    return Command(codec, container, inputs)
