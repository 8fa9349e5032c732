"""The frames of a video at a chosen rate, decoded by the ffmpeg of imageio-ffmpeg.

Nothing that the file claims is relied on: frames are counted as they arrive, and are placed by
their time stamps. ffmpeg has the memory limit of the process that starts it, which is
`gan.data.intake.worker`, and its own limits of time and pixels; it opens no other file and no
network.
"""

import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import imageio_ffmpeg
from PIL import Image

from gan.data.intake.decode import SMALLEST_PX, DecodedImage, decode_frame
from gan.data.intake.messages import Skipped

CPU_S = 60  # of ffmpeg
VIDEO_S = 200  # in all, less than `supervisor.IMAGE_S`
PROBE_CPU_S, PROBE_S = 10, 60
LONGEST_PAUSE_S = 60  # ffmpeg repeats a frame to the end of a pause before it returns any
LONGEST_REPORT_BYTES = 65_536
CODECS = (
    "h264,hevc,vp8,vp9,av1,libdav1d,libvpx,libvpx-vp9,mpeg4,msmpeg4v2,msmpeg4v3,mpeg1video,"
    "mpeg2video,mjpeg,prores,png,qtrle,rawvideo,ffv1,huffyuv,ffvhuff,utvideo,theora,dvvideo,h263"
)
SIDES = re.compile(rb"Stream #0:\d.*Video: .*?, (\d+)x(\d+)")


def read_video(
    path: Path, form: str, size: int, fit: str, most_pixels: int, fps: float
) -> Iterator[DecodedImage]:
    """Yield what is seen at 0, 1/fps, 2/fps ... s after the first frame; see `decode_image`.

    `form` is ffmpeg's format. A pause of more than `LONGEST_PAUSE_S` is shortened.
    Raises Skipped: not accepted, or damaged, which may be found after some frames.
    """
    _check_sides(path, form, most_pixels)
    if fit == "crop":
        shape = rf"crop=min(iw\,ih):min(iw\,ih),scale={size}:{size}"
    else:
        shape = f"scale={size}:{size}:force_original_aspect_ratio=decrease"
    paused = rf"clip(PTS-PREV_INPTS\,0\,{LONGEST_PAUSE_S}/TB)"
    times = rf"setpts=if(isnan(PREV_OUTPTS)\,0\,PREV_OUTPTS+{paused})"
    filters = f"{times},fps={fps:g},{shape}:flags=lanczos"
    process = subprocess.Popen(
        [
            *_reading(path, form, CPU_S),
            *f"-max_pixels {most_pixels} -i".split(),
            str(path),
            *f"-map 0:V:0 -filter_threads 1 -vf {filters} -fps_mode passthrough".split(),
            *"-pix_fmt rgba -c:v pam -f image2pipe pipe:1".split(),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    limit = threading.Timer(VIDEO_S, process.kill)
    limit.daemon = True
    limit.start()
    count = 0
    try:
        for image in _images(process.stdout, size):
            count += 1
            yield decode_frame(image, size, fit)
        if process.wait() or not count:
            raise Skipped("damaged")
    finally:
        limit.cancel()
        process.kill()
        process.wait()
        process.stdout.close()


def _reading(path: Path, form: str, cpu_s: int) -> list[str]:
    limits = f"-timelimit {cpu_s} -threads 1 -codec_whitelist {CODECS} -protocol_whitelist file"
    return [
        imageio_ffmpeg.get_ffmpeg_exe(),
        *"-hide_banner -nostdin -nostats".split(),
        *limits.split(),
        *f"-an -sn -dn -f {form}".split(),
    ]


def _check_sides(path: Path, form: str, most_pixels: int) -> None:
    """Raise Skipped if ffmpeg finds no video of an accepted size."""
    command = [*_reading(path, form, PROBE_CPU_S), "-i", str(path)]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    limit = threading.Timer(PROBE_S, process.kill)
    limit.start()
    try:
        found = SIDES.search(process.stderr.read(LONGEST_REPORT_BYTES))
    finally:
        limit.cancel()
        process.kill()
        process.wait()
        process.stderr.close()
    if found is None:
        raise Skipped("damaged")
    width, height = map(int, found.groups())
    if width * height > most_pixels:
        most = most_pixels // 1_000_000
        raise Skipped("too_many_pixels", width=width, height=height, most_megapixels=most)
    if min(width, height) < SMALLEST_PX:
        raise Skipped("too_small", least=SMALLEST_PX)


def _images(stream: BinaryIO, size: int) -> Iterator[Image.Image]:
    """Yield the pictures of a stream of PAM files, of at most `size` px a side."""
    while stream.readline() == b"P7\n":
        header = {}
        while (line := stream.readline()).strip() not in (b"ENDHDR", b""):
            name, _, value = line.partition(b" ")
            header[name] = value
        width, height = int(header[b"WIDTH"]), int(header[b"HEIGHT"])
        data = stream.read(4 * width * height)
        if max(width, height) > size or len(data) < 4 * width * height:
            return
        yield Image.frombytes("RGBA", (width, height), data)
