"""Many texts, in order, in one process or several, without holding more than a few batches of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from weibo_nlp._processes import require_processes
from weibo_nlp._renamed import with_old_keywords
from weibo_nlp.errors import DataError
from weibo_nlp.segmentation.arguments import require_strings
from weibo_nlp.segmentation.base import Segmenter
from weibo_nlp.segmentation.lexicon import Lexicon
from weibo_nlp.segmentation.registry import create_segmenter

if TYPE_CHECKING:
    from concurrent.futures import Future

BATCH_TEXTS = 512
BATCH_CHARACTERS = 65_536
BATCHES_AHEAD = 3
"""For each process: one being cut, and two so that none waits."""

_Batch = tuple[int, list[str]]


@with_old_keywords
def segment_many(
    texts: Iterable[str],
    segmenter: str = "fast",
    lexicon: Lexicon | Iterable[str] | Path | str | None = None,
    processes: int = 1,
) -> Iterator[list[str]]:
    """Cut texts into words, one list for each text, in the order of the texts.

    Parameters
    ----------
    texts : iterable of str
        A list, a Series, a generator; read as results are asked for, at most a few batches ahead.
    segmenter : str
        ``fast``, ``pkuseg``, ``jieba`` or ``char``.
    lexicon : Lexicon, iterable of str, Path or str, optional
        Words to keep whole, or the path of a file, as in :func:`create_segmenter`.
    processes : int
        1 works in this process. More, at most 1,024 (61 under Windows), start that many worker processes, each with a
        segmenter of its own; under Windows and macOS the calling script then needs ``if __name__ == "__main__":``.

    Returns
    -------
    iterator of list of str

    Raises
    ------
    UnknownNameError
        For an unknown segmenter.
    UsageError
        If `texts` is a single string, a mapping, a table or nothing to iterate over; if `processes` is
        below 1 or above its limit; or for misuse of `segmenter` or `lexicon`, as in :func:`create_segmenter`.
    DataError
        If the model of ``pkuseg`` is not there or damaged; and while iterating, if a text is no string or holds a lone
        surrogate, saying which, counted from 0.
    concurrent.futures.process.BrokenProcessPool
        While iterating, if a worker process was killed, as the system does when memory runs out.
    """
    require_strings("texts", texts, "pass a list of texts or a column of them, or call segment(text) for one")
    processes = require_processes(processes)
    # Made here in any case: a model that is missing is said before a worker starts, and a forked worker shares it.
    chosen = create_segmenter(segmenter, lexicon)
    if processes > 1:
        return _in_workers(texts, chosen, processes)
    return (_cut(chosen, number, text) for number, text in enumerate(texts))


def _in_workers(texts: Iterable[str], segmenter: Segmenter, processes: int) -> Iterator[list[str]]:
    from concurrent.futures import ProcessPoolExecutor  # takes longer to import than all of this room

    waiting: deque[Future[list[list[str]]]] = deque()
    pool = ProcessPoolExecutor(processes, initializer=_start_worker, initargs=(segmenter,))
    try:
        for batch in _batches(texts):
            waiting.append(pool.submit(_cut_batch, batch))
            if len(waiting) >= BATCHES_AHEAD * processes:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        # Also when the caller stops early or a text is refused: nobody wants the rest.
        pool.shutdown(cancel_futures=True)


def _batches(texts: Iterable[str]) -> Iterator[_Batch]:
    """Group texts, each group with the number of its first: many short ones, or one long one."""
    first, batch, size = 0, [], 0
    for text in texts:
        batch.append(text)
        size += len(text) if isinstance(text, str) else 0
        if len(batch) >= BATCH_TEXTS or size >= BATCH_CHARACTERS:
            yield first, batch
            first, batch, size = first + len(batch), [], 0
    if batch:
        yield first, batch


_worker: Segmenter  # of a worker process: set when it starts


def _start_worker(segmenter: Segmenter) -> None:
    global _worker
    _worker = segmenter


def _cut_batch(batch: _Batch) -> list[list[str]]:
    first, texts = batch
    return [_cut(_worker, number, text) for number, text in enumerate(texts, first)]


def _cut(segmenter: Segmenter, number: int, text: str) -> list[str]:
    try:
        return segmenter.cut(text)
    except DataError as error:
        raise DataError(f"text {number}: {error}") from error
