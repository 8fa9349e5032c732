"""GIF, MP4 and WebM, encoded by the ffmpeg of imageio-ffmpeg.

imageio's writers hide ffmpeg's exit status and Pillow's GIF writer keeps all frames in memory, so
ffmpeg is run here: a full disk is an error, never a truncated file.
"""

import contextlib
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen

import imageio_ffmpeg
import numpy as np
from PIL import Image

from gan.media import embedded
from gan.media.writer import ExportError, Output
from gan.system import priority

KEYFRAME_EVERY = 250  # frames of an MP4 or WebM; players can only seek to keyframes
PALETTE_PER_FRAME = (
    "split[a][b];[a]palettegen=stats_mode=single:reserve_transparent=0[p];"
    "[b][p]paletteuse=new=1:dither=none"
)
_PIPE_BYTES = 1_000_000  # the largest that Linux allows without privileges; ignored elsewhere
_STOP_S = 0.05  # interval between checks of the stop event


@dataclass(frozen=True)
class Command:
    """ffmpeg's options: codec, container and additional inputs."""

    codec: str
    container: str
    inputs: tuple[str, ...] = ()


def program() -> str:
    """Return the path of ffmpeg. Raises ExportError if there is none for this machine."""
    try:
        return imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        raise ExportError("There is no ffmpeg for this machine in imageio-ffmpeg.") from error


class Ffmpeg:
    """A Writer; `command` gets the output and a folder for files that ffmpeg reads."""

    def __init__(self, output: Output, command: Callable[[Output, Path], Command]) -> None:
        self._output, height, width = output, *output.shape[:2]
        pixels = "rgb24" if output.shape[2] == 3 else "gray" if output.palette is None else "pal8"
        self._after = b""
        if output.palette is not None:  # a raw pal8 frame ends with its palette, as BGRA
            opaque = np.full((256, 1), 255, np.uint8)
            self._after = np.hstack([output.palette[:, ::-1], opaque]).tobytes()
        # No probing: ffmpeg would wait for five megabytes of input.
        source = "-probesize 32 -analyzeduration 0 -f rawvideo "
        source += f"-pix_fmt {pixels} -s {width}x{height} -r {output.settings.rate} -i pipe:0"
        with contextlib.ExitStack() as failing:
            # beside the output, since the temporary folder of the system may be read-only
            folder = tempfile.TemporaryDirectory(prefix=".", dir=output.path.parent)
            folder = Path(failing.enter_context(folder))
            chosen = command(output, folder)
            # A file, since a pipe that is not read would fill up and block ffmpeg.
            self._log = failing.enter_context((folder / "log").open("w+b"))
            self._process = Popen(
                [
                    program(), "-nostdin", "-v", "error", *source.split(), *chosen.inputs,
                    *chosen.codec.split(), *chosen.container.split(), "-fflags", "+bitexact",
                    "-y", f"file:{output.path}",
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
        self._output.check_stop()
        if status:
            self._log.seek(0)
            reason = self._log.readline().decode(errors="replace").rpartition("] ")[2].strip()
            raise ExportError(f"The video encoder stopped: {reason or f'exit status {status}'}.")
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
        while data:  # an unbuffered pipe accepts partial writes
            data = data[self._process.stdin.write(data) :]

    def _watch_stop(self) -> None:
        # Ends a write to a slow encoder, and the encoding of the last frames.
        while self._output.stop is not None and not self._over.wait(_STOP_S):
            if self._output.stop.is_set():
                self._process.kill()
                return


def gif(output: Output, folder: Path) -> Command:
    """Grey and palette frames are exact; colour is reduced to 256 colours per frame or in all.

    No dithering, which would break up the enlarged pixels.
    """
    # GIF counts repetitions: 0 is forever, and a GIF that plays once has no loop extension.
    loops = output.settings.loops
    loop = -1 if loops == 1 else max(0, loops - 1)
    container = f"-loop {loop} -f gif"
    if output.shape[2] == 1:
        pixels = "gray" if output.palette is None else "pal8"
        # Transparency for unchanged pixels would save a tenth of the bytes for a quarter more time.
        return Command(f"-pix_fmt {pixels} -gifflags -transdiff", container)
    if output.common is not None:
        Image.fromarray(output.common.reshape(16, 16, 3)).save(folder / "palette.png")
        codec = "-filter_complex [0:v][1:v]paletteuse=dither=none -gifflags -transdiff"
        return Command(codec, container, ("-i", f"file:{folder / 'palette.png'}"))
    # ffmpeg compares palette indices of frames with different palettes: both differences are off.
    codec = f"-filter_complex {PALETTE_PER_FRAME} -gifflags -offsetting-transdiff"
    return Command(codec, container)


def mp4(output: Output, folder: Path) -> Command:
    """H.264, yuv420p, 8-bit BT.709, with the index first (faststart)."""
    # Measured on 240 frames of 448 x 448: hard pixels are flat squares, for which the fastest
    # preset with CABAC and large transforms is as small as the default, in a third of the time;
    # smooth pictures need half the bytes with a slower preset.
    if output.settings.style.interpolates:
        speed = "-preset veryfast -tune animation"
    else:
        speed = "-preset ultrafast -tune animation -x264-params "
        speed += "cabac=1:8x8dct=1:deblock=0,0:partitions=i8x8,i4x4:aq-mode=1"
    # x264's output depends on the number of threads: fixed, for the same bytes on every machine.
    codec = f"-c:v libx264 {speed} -crf 18 -threads 2"
    return _video(output, folder, codec, "-movflags +faststart -f mp4")


def webm(output: Output, folder: Path) -> Command:
    """VP9, yuv420p, in one pass at constant quality."""
    # `-deadline good` needs a third to a half fewer bytes for smooth pictures, in 3x the time.
    codec = "-c:v libvpx-vp9 -b:v 0 -crf 30 -deadline realtime -cpu-used 6 -lag-in-frames 0 "
    codec += "-row-mt 1 -threads 2"
    return _video(output, folder, codec, "-f webm")


COMMANDS: Mapping[str, Callable[[Output, Path], Command]] = {"gif": gif, "mp4": mp4, "webm": webm}


def _video(output: Output, folder: Path, codec: str, container: str) -> Command:
    # An odd side is extended by one pixel that repeats its edge. Without accurate_rnd, swscale
    # truncates instead of rounding.
    right, bottom = output.shape[1] % 2, output.shape[0] % 2
    even = f"format=gbrp,pad=iw+{right}:ih+{bottom},"
    even += f"fillborders=right={right}:bottom={bottom}:mode=smear,"
    colours = "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,"
    # tags of the frames: ffmpeg prefers them, even if unknown, to options of the encoder
    colours += "format=yuv420p,setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:"
    colours += "range=tv"
    filters = even + colours if right or bottom else colours
    inputs = ()
    if (note := output.settings.note) is not None:
        (folder / "note.txt").write_text(embedded.ffmetadata(note), encoding="utf-8")
        inputs = ("-f", "ffmetadata", "-i", f"file:{folder / 'note.txt'}", "-map_metadata", "1")
    codec = f"-map 0:v -vf {filters} {codec} -g {KEYFRAME_EVERY}"
    return Command(codec, container, inputs)
