"""What a visitor sees of an export, in either tab: the place in line, the bar, the file."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, closing
from html import escape
from typing import TYPE_CHECKING, Any

import gradio as gr

from demo import text
from demo.export.jobs import Cancelled, Exports, Job
from demo.export.queue import QueueFullError
from gan.media.export import ExportError

if TYPE_CHECKING:
    from demo.export.order import Made, Order

log = logging.getLogger(__name__)

# how such an event is listened to: without a limit of Gradio's, for the line is
# `demo.export.queue`, and waiting there holds no thread
EXPORT = {"concurrency_limit": None, "show_progress": "hidden"}


async def exporting(
    exports: Exports, request: gr.Request, kind: str, read: Callable[[], Order]
) -> AsyncIterator[tuple[list[str], str]]:
    """Write what `read` orders: (files, a line of HTML) again and again, with files at the end.

    No thread waits meanwhile. It ends soon after the visitor leaves, or another `begin` or `stop`
    for the same visitor and kind; the files are there only until the iterator goes on.

    Raises:
        gr.Error: the sentence that has been shown already, for those who called by the API.
    """
    said = text.Said.to(request)
    try:
        order = await asyncio.to_thread(read)
        job = exports.begin(
            visitor(request), kind, order.make, long=order.long, expected_s=order.expected_s
        )
    except (ValueError, QueueFullError) as error:
        yield [], _refusal(str(error))
        raise _told(error) from error
    with closing(job):
        while not await job.tick():
            yield [], _bar(job, said)
        try:
            made = job.result()
        except Cancelled:
            yield [], _note(said("export.cancelled"))
            return
        except Exception as error:
            sentence = _why(error, said)
            yield [], _refusal(sentence)
            raise _told(sentence) from error
        yield [str(made.path), str(made.recipe_path)], _note(_summary(made, said))


def exporter(
    exports: Exports, kind: str, order: Callable[[Any], Order]
) -> Callable[..., AsyncIterator[tuple[list[str] | None, str]]]:
    """The event of an Export button: writes what `order(wish)` makes of its input; see `EXPORT`."""

    async def write(wish: Any, request: gr.Request) -> AsyncIterator[tuple[list[str] | None, str]]:
        async with aclosing(exporting(exports, request, kind, lambda: order(wish))) as states:
            async for files, line in states:
                yield files or None, line

    return write


def canceller(exports: Exports, kind: str) -> Callable[[gr.Request], None]:
    """The event of the Cancel button beside it."""

    def cancel(request: gr.Request) -> None:
        exports.stop(visitor(request), kind)

    return cancel


def _why(error: Exception, said: text.Said) -> str:
    """A sentence for the visitor; what nobody foresaw goes to the log as well."""
    if any(isinstance(one, OSError) for one in (error, error.__cause__)):
        return said("export.disk")  # ours would name a folder of the server
    if isinstance(error, (ValueError, ExportError)):
        return str(error)
    log.error("an export failed", exc_info=error)
    return said("export.failed")


def visitor(request: gr.Request) -> str:
    """Whom an export belongs to: one open page."""
    return str(request.session_hash)


def _bar(job: Job, said: text.Said) -> str:
    done, total = job.at
    if place := job.place:
        words, share = said("export.position", place=place), ""
    elif not total:
        words, share = said("export.preparing"), ""
    elif done < total:
        words = said("export.frames", done=f"{done:,}", total=f"{total:,}")
        share = f' max="{total}" value="{done}"'
    else:
        words, share = said("export.finishing"), f' max="{total}" value="{done}"'
    label = escape(said("export.bar"), quote=True)
    bar = f'<progress aria-label="{label}"{share}></progress>'
    return f'<p class="ls-note">{escape(words)}</p>{bar}'


def _summary(made: Made, said: text.Said) -> str:
    sentence = said(
        "export.made",
        frames=f"{made.frames:,}",
        seconds=f"{made.seconds:.2f}",
        size=_size(made.size),
        took=f"{made.took_s:.1f}",
    )
    return f"{sentence} {said('export.other_weights')}" if made.other_weights else sentence


def _size(count: int) -> str:
    for unit, one in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= one:
            return f"{count / one:.1f} {unit}"
    return f"{count} B"


def _note(words: str) -> str:
    return f'<p class="ls-note" role="status">{escape(words)}</p>'


def _refusal(sentence: str) -> str:
    return f'<p class="ls-error" role="alert">{escape(sentence)}</p>'


def _told(sentence: Any) -> gr.Error:
    return gr.Error(str(sentence), visible=False, print_exception=False)
