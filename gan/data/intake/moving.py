"""Whether a file moves, by its first bytes: a video, or an animation of several pictures.

Nothing is decoded, so that no file can harm the process that lists all of them.
"""

from gan.data.intake.decode import is_image

READ_BYTES = 65_536  # of each file: enough for the first picture of most animations
PNG = b"\x89PNG\r\n\x1a\n"
PICTURE, EXTENSION = 0x2C, 0x21  # blocks of a GIF
MOV_ATOMS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")  # a .mov may lack "ftyp"


def video_format(start: bytes) -> str | None:
    """Return ffmpeg's format of a video that starts with these (at least 16) bytes, or None."""
    if start.startswith(b"\x1aE\xdf\xa3"):
        return "matroska"  # and WebM
    if start.startswith(b"RIFF") and start[8:12] == b"AVI ":
        return "avi"
    return "mov" if start[4:8] in MOV_ATOMS and not is_image(start) else None


def moves(start: bytes) -> bool:
    """Return whether a file that starts with these bytes, `READ_BYTES` if it has them, moves."""
    if video_format(start):
        return True
    if start.startswith(b"RIFF") and start[8:16] == b"WEBPVP8X":
        return len(start) > 20 and bool(start[20] & 2)
    if start.startswith(PNG):
        return _is_apng(start)
    if start.startswith(b"GIF8"):
        return _gif_moves(start)
    return start[4:12] == b"ftypavis"


def _is_apng(start: bytes) -> bool:
    at = len(PNG)
    while at + 8 <= len(start) and start[at + 4 : at + 8] != b"IDAT":
        if start[at + 4 : at + 8] == b"acTL":
            return True
        at += 12 + int.from_bytes(start[at : at + 4])
    return False


def _gif_moves(start: bytes) -> bool:
    """Return whether a second picture follows; if that is not in `start`, whether a loop is set."""
    at, pictures = 13 + _palette_bytes(start[10:11]), 0
    while at < len(start):
        kind = start[at]
        if kind == PICTURE:
            pictures += 1
            if pictures == 2:
                return True
            at += 11 + _palette_bytes(start[at + 9 : at + 10])
        elif kind == EXTENSION:
            at += 2
        else:  # the end, or damage
            return False
        while at < len(start) and start[at]:
            at += 1 + start[at]
        at += 1
    return b"NETSCAPE2.0" in start


def _palette_bytes(flags: bytes) -> int:
    return 3 << (flags[0] & 7) + 1 if flags and flags[0] & 0x80 else 0
