"""File names: which files may be images or clips, and why others are not."""

import re

IMAGES = frozenset(
    "jpg jpeg jpe jfif png apng gif webp bmp dib tif tiff ppm pgm pbm pnm mpo avif avifs heic "
    "heics heif heifs hif".split()
)
# formats of images that are not read
OTHER_IMAGES = frozenset(
    "svg svgz ai eps ps psd psb xcf kra jxl jp2 j2k jpf jpx jxr exr hdr dds tga pcx ico icns cur "
    "emf wmf raw cr2 cr3 crw nef nrw arw dng orf rw2 raf pef srw dcm dicom nii mha nrrd".split()
)
VIDEOS = frozenset("mp4 m4v mov avi mkv webm".split())
# a file with any other ending is looked into: not every text after a dot is an ending
NO_IMAGES = frozenset(
    "txt csv tsv json jsonl xml yaml yml toml ini cfg conf log md rst html htm css js ts py pyc "
    "ipynb sh bat cpp java exe dll npy npz mat pkl pickle pt pth onnx h5 hdf5 parquet arrow "
    "tfrecord mdb db sqlite pdf doc docx xls xlsx ppt pptx odt rtf mp3 wav flac ogg m4a aac mpg "
    "mpeg wmv flv srt ttf otf woff woff2 obj ply stl glb fbx bin dat idx "
    "url lnk xmp aae".split()
)
ARCHIVES = frozenset("zip rar 7z tar gz tgz bz2 tbz xz txz zst cbz cbr iso jar".split())
HIDDEN = frozenset({"__macosx", "thumbs.db", "desktop.ini", "@eadir", "$recycle.bin"})

Parts = tuple[str, ...]


def safe_parts(name: str) -> Parts | None:
    """Split a name in an archive into folders and file; None if it points outside the archive."""
    name = name.replace("\\", "/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or "\0" in name:
        return None
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    return None if ".." in parts else parts


def skip_reason(parts: Parts) -> str | None:
    """Return why a file is not an image by its name alone: a key of `messages.REASONS`, or None."""
    if any(part.startswith(".") or part.lower() in HIDDEN for part in parts):
        return "hidden"
    ending = ending_of(parts)
    if ending in ARCHIVES:
        return "archive"
    if ending in OTHER_IMAGES:
        return "format"
    return "other" if ending in NO_IMAGES else None


def reported(key: str, parts: Parts) -> str:
    """Return the reason to report for a file: what has another ending is not called an image."""
    is_named = key != "not_image" or ending_of(parts) in IMAGES | VIDEOS
    return key if is_named else "other"


def ending_of(parts: Parts) -> str:
    """Return what is after the last dot of a file's name, in lower case; "" without a dot."""
    return parts[-1].lower().rpartition(".")[2] if "." in parts[-1] else ""
