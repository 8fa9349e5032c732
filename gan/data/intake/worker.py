"""Decode untrusted images and clips in a process of its own: `python -m gan.data.intake.worker`.

A file that exhausts memory or time, or crashes a decoder, ends only this process;
`gan.data.intake.supervisor` restarts it after that file. Starting it takes a third of a second.

The protocol is that of `gan.system.bounded_process`. The request: "source", "pixels" (the file to
append to), "size", "fit", "limits", "clips" (`ClipOptions`), "first" (index of the first file to
decode) and "skip_first" (whether to report that one as skipped).

The events: {"total", "classes", "skipped", "noted", "clips"} when the files are listed; "clips" is
whether they are clips. Then for each file, or folder of frames, {"kept": label, "notes", "hash",
"frames"} or {"skip": reason, "name", "values"}; or {"fatal": key, "values"}. "frames" has {"grey",
"range", "contrasts"} of each picture (see `gan.data.intake.decode.DecodedImage`). The event of a
clip also has "skipped", the files of frames that were.
"""

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from PIL import AvifImagePlugin, Image

from gan.data.intake.classes import image_classes, natural_order
from gan.data.intake.clip_reader import ClipReader, frame_facts
from gan.data.intake.decode import decode_image
from gan.data.intake.messages import SkipCounts, Skipped
from gan.data.intake.moving import video_format
from gan.data.intake.names import reported
from gan.data.intake.sources import MB, START_BYTES, Limits, Source, SourceError
from gan.data.intake.units import ClipOptions, Unit, holds_clips, units_of
from gan.datasets import MOST_CLASSES
from gan.system.bounded_process import limit_memory, limit_time, read_request, send

MEMORY_BYTES = 2 << 30  # the largest image accepted needs half of it
# processor time; a busy machine does not count. A clip ends itself before.
LISTING_CPU_S, IMAGE_CPU_S, CLIP_CPU_S = 120, 20, 90

Read = Callable[[Unit, BinaryIO], dict[str, Any]]


def main() -> None:
    """Carry out the request on stdin."""
    limit_memory(MEMORY_BYTES)
    Image.MAX_IMAGE_PIXELS = None  # `decode_image` checks first, and reports the size
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # else one per core, and each takes address space
    request = read_request()
    try:
        decode_all(request)
    except SourceError as error:
        send({"fatal": f"{error}"})
    except MemoryError:
        send({"fatal": "too_many_files"})
    except OSError as error:
        send({"fatal": "disk", "values": {"why": error.strerror or "unknown"}})


def decode_all(request: dict[str, Any]) -> None:
    """List the files of the source, and decode those from "first" on."""
    limit_time(LISTING_CPU_S)
    limits, skipped = Limits(**request["limits"]), SkipCounts()
    options = ClipOptions(**request["clips"])
    source = Source(Path(request["source"]), limits, skipped)
    are_clips = options.folders == "clips" or holds_clips(source)
    units = units_of(source.entries, options.folders)
    names, noted = image_classes([unit.parts for unit in units], source.labels)
    without = [i for i, name in enumerate(names) if name is None]
    if without:
        skipped.add("unlabelled", units[without[0]].name, len(without))
        labelled = [i for i, name in enumerate(names) if name is not None]
        units, names = [units[i] for i in labelled], [names[i] for i in labelled]
    most = max(1, limits.images // options.length) if are_clips else limits.images
    if len(units) > most:
        skipped.add("over_limit", count=len(units) - most, most=most)
        sample = [i * len(units) // most for i in range(most)]
        units, names = [units[i] for i in sample], [names[i] for i in sample]
    classes = natural_order(names)
    if len(classes) > MOST_CLASSES:
        noted["too_many_classes"] = len(classes)
        classes, names = [""], [""] * len(names)
    send(
        {"total": len(units), "classes": classes, "noted": noted, "clips": are_clips}
        | {"skipped": skipped.to_json()}
    )
    how = {"size": request["size"], "fit": request["fit"], "most_pixels": limits.megapixels * MB}
    path = Path(request["pixels"])
    if are_clips:
        share = limits.images // max(1, len(units))  # so that no clip leaves nothing for others
        read = ClipReader(source, fps=options.fps, most=share, folder=path.parent, **how).read
    else:
        read = partial(_read_image, source, how)
    labels = {name: label for label, name in enumerate(classes)}
    with open(path, "ab") as pixels:
        for number in range(request["first"], len(units)):
            limit_time(CLIP_CPU_S if are_clips else IMAGE_CPU_S)
            is_bad = request["skip_first"] and number == request["first"]
            event = _event_of(units[number], read, pixels, is_bad)
            send(event if "skip" in event else {"kept": labels[names[number]]} | event)


def _event_of(unit: Unit, read: Read, pixels: BinaryIO, is_bad: bool) -> dict[str, Any]:
    try:
        if is_bad:
            raise Skipped("too_heavy")
        return read(unit, pixels)
    except MemoryError:
        return {"skip": "too_heavy", "name": unit.name, "values": {}}
    except Skipped as error:
        key = reported(error.key, unit.parts)
        return {"skip": key, "name": unit.name, "values": error.values}


def _read_image(
    source: Source, how: dict[str, Any], unit: Unit, pixels: BinaryIO
) -> dict[str, Any]:
    data = source.read(unit.entries[0])
    if video_format(data[:START_BYTES]):
        raise Skipped("video")
    image = decode_image(data, **how)
    raw = image.pixels.tobytes()
    pixels.write(raw)
    pixels.flush()
    digest = hashlib.blake2b(raw, digest_size=16).hexdigest()
    return {"hash": digest, "notes": image.notes, "frames": [frame_facts(image)]}


if __name__ == "__main__":
    main()
