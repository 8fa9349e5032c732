"""Encoded clips of a spot that moves, and hostile ones, each as small as possible."""

import io
import subprocess

import imageio_ffmpeg
import numpy as np
from PIL import Image

from tests.hostile import PNG, chunk, encoded

CODECS = {
    ".mp4": "-c:v libx264 -pix_fmt yuv420p",
    ".mov": "-c:v mjpeg -q:v 3",
    ".mkv": "-c:v libx264 -pix_fmt yuv420p",
    ".avi": "-c:v mjpeg -q:v 3",
    ".webm": "-c:v libvpx -pix_fmt yuv420p -b:v 300k",
}
ANIMATIONS = {".gif": "GIF", ".png": "PNG", ".webp": "WEBP"}


def spots(count, seed=0, size=(48, 40), step=1):
    """Return frames uint8 (n,h,w,3): a square that moves to the right by `step` px per frame."""
    width, height = size
    made = np.zeros((count, height, width, 3), np.uint8)
    top = 2 + 5 * seed % (height - 12)
    for t, frame in enumerate(made):
        left = (3 * seed + step * t) % (width - 8)
        frame[top : top + 8, left : left + 8] = 90 + 37 * seed % 160
    return made


def animation(frames, suffix, duration=50, **options):
    """Return the bytes of an animation; `duration` in ms, of all frames or of each."""
    first, *others = map(Image.fromarray, frames)
    kind = ANIMATIONS[suffix]
    lossless = {"lossless": True} if kind == "WEBP" else {}
    rest = {"save_all": True, "append_images": others, "duration": duration}
    return encoded(first, kind, **rest, **lossless, **options)


def film(path, frames, fps="25", options=""):
    """Write a video with ffmpeg alone, and return its path; `fps` may be a fraction."""
    height, width = frames.shape[1:3]
    source = f"-v error -y -f rawvideo -pix_fmt rgb24 -s {width}x{height} -r {fps} -i pipe:0"
    codec = f"{CODECS[path.suffix]} {options}"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), *source.split(), *codec.split(), str(path)]
    subprocess.run(command, input=frames.tobytes(), check=True)
    return path


def gifs(count, folder="", first=0, frames=20):
    """Return `count` different animations of a second as {name: bytes}."""
    made = (animation(spots(frames, first + i), ".gif") for i in range(count))
    return {f"{folder}{first + i:03}.gif": data for i, data in enumerate(made)}


def many_frames_apng(claimed=1_000_000):
    """Return an animated PNG that claims a million frames and has the data of one."""
    plain = encoded(spots(1)[0])
    control = chunk(b"acTL", claimed.to_bytes(4, "big") + bytes(4))
    numbers = (0, 48, 40, 0, 0)
    frame = b"".join(n.to_bytes(4, "big") for n in numbers) + b"\0\1\0\x14\0\0"
    header = len(PNG) + 25
    return plain[:header] + control + chunk(b"fcTL", frame) + plain[header:]


def wide_gif(side=20_000):
    """Return a GIF of two frames whose screen is 20,000 px a side."""
    data = bytearray(animation(spots(3), ".gif"))
    data[6:10] = side.to_bytes(2, "little") * 2
    return bytes(data)


def clear_webp(seed=0):
    """Return an animated WebP of a dark square whose background is transparent."""
    frames = spots(20, seed) // 2
    alpha = 255 * (frames.max(-1, keepdims=True) > 0).astype(np.uint8)
    first, *others = map(Image.fromarray, np.concatenate([frames, alpha], -1))
    file = io.BytesIO()
    first.save(file, "WEBP", save_all=True, append_images=others, duration=50, lossless=True)
    return file.getvalue()
