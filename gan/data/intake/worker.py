"""Decode untrusted images in a process of its own: `python -m gan.data.intake.worker`.

A file that exhausts memory or time, or crashes a decoder, ends only this process;
`gan.data.intake.supervisor` restarts it after that file. Starting it takes a third of a second.

The protocol is that of `gan.system.bounded_process`. The request: "source", "pixels" (the file to
append to), "size", "fit", "limits", "first" (index of the first file to decode) and "skip_first"
(whether to report that one as skipped). The events: {"total", "classes", "skipped", "noted"} when
the files are listed, then for each {"kept": label, "grey", "notes", "hash", "range", "contrasts"}
(see `gan.data.intake.decode.DecodedImage`) or {"skip": reason, "name", "values"}; or {"fatal": key,
"values"}.
"""

import hashlib
from dataclasses import astuple
from pathlib import Path
from typing import Any

from PIL import AvifImagePlugin, Image

from gan.data.intake.classes import image_classes, natural_order
from gan.data.intake.decode import decode_image
from gan.data.intake.messages import SkipCounts, Skipped
from gan.data.intake.names import IMAGES, ending_of
from gan.data.intake.sources import MB, Limits, Source, SourceError
from gan.datasets import MOST_CLASSES
from gan.system.bounded_process import limit_memory, limit_time, read_request, send

MEMORY_BYTES = 2 << 30  # the largest image accepted needs half of it
LISTING_CPU_S, IMAGE_CPU_S = 120, 20  # processor time; a busy machine does not count


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
    source = Source(Path(request["source"]), limits, skipped)
    entries = source.entries
    names, noted = image_classes([entry.parts for entry in entries], source.labels)
    without = [i for i, name in enumerate(names) if name is None]
    if without:
        skipped.add("unlabelled", entries[without[0]].name, len(without))
        labelled = [i for i, name in enumerate(names) if name is not None]
        entries, names = [entries[i] for i in labelled], [names[i] for i in labelled]
    if len(entries) > limits.images:
        skipped.add("over_limit", count=len(entries) - limits.images, most=limits.images)
        sample = [i * len(entries) // limits.images for i in range(limits.images)]
        entries, names = [entries[i] for i in sample], [names[i] for i in sample]
    classes = natural_order(names)
    if len(classes) > MOST_CLASSES:
        noted["too_many_classes"] = len(classes)
        classes, names = [""], [""] * len(names)
    send({"total": len(entries), "classes": classes, "skipped": skipped.to_json(), "noted": noted})
    labels = {name: label for label, name in enumerate(classes)}
    with open(request["pixels"], "ab") as pixels:
        for number in range(request["first"], len(entries)):
            entry = entries[number]
            limit_time(IMAGE_CPU_S)
            try:
                if request["skip_first"] and number == request["first"]:
                    raise Skipped("too_heavy")
                data = source.read(entry)
                image = decode_image(data, request["size"], request["fit"], limits.megapixels * MB)
            except (Skipped, MemoryError) as error:
                reason = error if isinstance(error, Skipped) else Skipped("too_heavy")
                named = reason.key != "not_image" or ending_of(entry.parts) in IMAGES
                key = reason.key if named else "other"
                send({"skip": key, "name": entry.name, "values": reason.values})
                continue
            raw = image.pixels.tobytes()
            pixels.write(raw)
            pixels.flush()
            digest = hashlib.blake2b(raw, digest_size=16).hexdigest()
            event = {"kept": labels[names[number]], "grey": image.is_grey, "hash": digest}
            scale = image.range and astuple(image.range)
            send(event | {"notes": image.notes, "range": scale, "contrasts": image.contrasts})


if __name__ == "__main__":
    main()
