"""The events of the Export buttons: the queue position, the progress bar, the file."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, closing
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.context import LocalContext

from demo import address, text
from demo.endpoint import asking, sentence_of
from demo.export.jobs import Cancelled, ExportJob, Exports
from demo.export.queue import QueueFullError
from demo.export.spec import ExportedFile, ExportSpec
from demo.panels import QUIET
from gan.media.writer import ExportError

UNREAD_MOST = 200  # progress updates that the visitor's page has not fetched, 20 s of them

log = logging.getLogger(__name__)


async def stream_export(
    exports: Exports, request: gr.Request, kind: str, check: Callable[[], ExportSpec]
) -> AsyncIterator[tuple[list[str], str]]:
    """Write the export that `check` returns; yield (files, a line of HTML), at last with the files.

    No thread is blocked meanwhile. Ends soon after the visitor leaves or stops reading, or after
    another `begin` or `stop` for the same visitor and kind. The files exist until the iterator is
    resumed. Raises gr.Error, for callers of the API, with the sentence that was yielded.
    """
    texts = text.visitor_texts(request.headers.get("accept-language", ""))
    try:
        spec = await asyncio.to_thread(check)
        network = address.of(request) if exports.public else ""
        begun = exports.begin(visitor(request), kind, spec, network)
        with closing(begun) as job:
            while not await job.tick():
                if unread(request) > UNREAD_MOST:
                    raise Cancelled
                yield [], _bar(job, texts)
            file = job.future.result()
            yield [str(file.path), str(file.recipe_path)], _note(_summary(file, texts))
    except Cancelled:
        yield [], _note(texts("export.cancelled"))
    except Exception as error:
        sentence = _why(error, texts)
        yield [], f'<p class="ls-error" role="alert">{escape(sentence)}</p>'
        raise gr.Error(sentence, visible=False, print_exception=False) from error


def export_controls(
    exports: Exports,
    kind: str,
    check: Callable[[str, Any], ExportSpec],
    inputs: Any,
    buttons: tuple[gr.Button, gr.Button],
    classes: tuple[str, str],
    **api: str,
) -> None:
    """Build the line of progress and the files of an export, and connect its buttons.

    `check` gets the visitor and what an event gets of `inputs`; `buttons` start and cancel;
    `classes` are CSS classes of the line and of the files; `api` holds `api_name` and
    `api_description`.
    """
    line = gr.HTML(elem_classes=f"ls-export-line {classes[0]}", padding=False)
    with gr.Row(elem_classes=f"ls-export ls-export-files {classes[1]}"):
        files = [gr.DownloadButton(visible=False, min_width=0, size="md") for _ in range(2)]

    async def write(payload: Any, request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
        texts = text.visitor_texts(request.headers.get("accept-language", ""))
        stream = stream_export(
            exports, request, kind, lambda: check(asking(request.headers), payload)
        )
        async with aclosing(stream) as states:
            async for paths, words in states:
                yield *(_download(path, texts) for path in paths or (None, None)), words

    def cancel(request: gr.Request) -> None:
        exports.stop(visitor(request), kind)

    start, halt = buttons
    # exports wait in `demo.export.queue`, not in Gradio's own queue
    options = {"concurrency_limit": None, "show_progress": "hidden", **api}
    start.click(write, inputs, [*files, line], **options)
    halt.click(cancel, **QUIET)


def _download(path: str | None, texts: Callable[..., str]) -> gr.DownloadButton:
    if path is None:
        return gr.DownloadButton(value=None, visible=False)
    label = texts("export.download", kind=Path(path).suffix.removeprefix(".").upper())
    return gr.DownloadButton(label, path, visible=True)


def _why(error: Exception, texts: Callable[..., str]) -> str:
    """Return a sentence for the visitor; unexpected errors are logged."""
    if isinstance(error, (ValueError, QueueFullError)):
        return sentence_of(error)
    if any(isinstance(one, OSError) for one in (error, error.__cause__)):
        return texts("export.disk")  # the message would reveal a folder of the server
    if isinstance(error, ExportError):
        return sentence_of(error)
    log.error("an export failed", exc_info=error)
    return texts("export.failed")


def visitor(request: gr.Request) -> str:
    """Return the owner of an export: one open page."""
    return str(request.session_hash)


def unread(request: gr.Request) -> int:
    """Return how many messages Gradio keeps for a page that has not fetched them."""
    blocks = LocalContext.blocks.get(None)
    kept = blocks and blocks._queue.pending_messages_per_session.get(request.session_hash)
    return kept.qsize() if kept else 0


def _bar(job: ExportJob, texts: Callable[..., str]) -> str:
    done, total = job.progress
    if place := job.position:
        words, share = texts("export.position", place=place), ""
    elif not total:
        words, share = texts("export.preparing"), ""
    elif done < total:
        words = texts("export.frames", done=f"{done:,}", total=f"{total:,}")
        share = f' max="{total}" value="{done}"'
    else:
        words, share = texts("export.finishing"), f' max="{total}" value="{done}"'
    label = escape(texts("export.bar"), quote=True)
    bar = f'<progress aria-label="{label}"{share}></progress>'
    return f'<p class="ls-note">{escape(words)}</p>{bar}'


def _summary(file: ExportedFile, texts: Callable[..., str]) -> str:
    sentence = texts(
        "export.made",
        frames=f"{file.frames:,}",
        seconds=f"{file.seconds:.2f}",
        size=_size(file.size),
        took=f"{file.took_s:.1f}",
    )
    return f"{sentence} {texts('export.other_weights')}" if file.other_weights else sentence


def _size(count: int) -> str:
    for unit, one in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= one:
            return f"{count / one:.1f} {unit}"
    return f"{count} B"


def _note(words: str) -> str:
    return f'<p class="ls-note" role="status">{escape(words)}</p>'
