"""An output and its companion, the rejects, appear together; cut short at any moment, neither misleads."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Container, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from weibo_nlp.io.atomic import PendingFile, pending_file, sync_folder
from weibo_nlp.io.destination import destination_of
from weibo_nlp.io.locks import HAS_LOCKS, lock
from weibo_nlp.io.rejects import RejectWriter, reject_line, require_rejects_file
from weibo_nlp.io.rows import Reject

UNFINISHED = "the run that was replacing the output was cut short; what was set aside is not known, run it again"
# Another run publishes in milliseconds. Who holds the lock for longer is somebody else, such as flock(1) around us.
LOCK_SECONDS, LOCK_INTERVAL = 2.0, 0.02


def publish_pair(
    output: PendingFile, rejects: RejectWriter, outputs: Container[str | None], report: PendingFile | None = None
) -> None:
    """Publish an output with its companion, or without one, in which case that of an earlier run goes.

    Parameters
    ----------
    output : PendingFile
        Written to its end.
    rejects : RejectWriter
        The companion, with the place where it stands, or would.
    outputs : container of str or None
        Those whose companion it may replace (:func:`~weibo_nlp.io.rejects.outputs_of_rejects`).
    report : PendingFile, optional
        What is said of the output, complete; it appears right behind it, and that of an earlier output goes before.

    Raises
    ------
    UsageError
        If something else than a companion of this output stands there; nothing is published then.

    Notes
    -----
    Two files cannot be renamed in one step. In between, so that a companion never stands beside another run's output,
    its place holds one line of JSON saying ``UNFINISHED``: first the old companion gives way to it, then the old output
    to the new one, then it to the new companion. Killed before or behind, a run leaves the old pair or the new one;
    killed in between, a companion that says so. After an error or a signal in between, what belongs to the output that
    stands is put beside it.
    """
    companion, place = rejects.finished(), rejects.path
    output.complete()
    if companion is not None:
        companion.complete()
    file = destination_of(place).file
    if file is None:  # a stream, which holds nothing that could stand beside
        if companion is not None:
            companion.publish()
        _publish(output, report)
        return
    with _alone_in(file.parent):
        is_replaced = file.exists()
        require_rejects_file(place, outputs)  # again: it may have come while the rows were written
        if companion is None and not is_replaced:
            _publish(output, report)
            return
        with pending_file(place) as note, pending_file(place) if is_replaced else nullcontext() as old:
            line = reject_line(Reject(str(output.destination.target), 0, UNFINISHED), rejects.output)
            note.path.write_text(line, "utf-8", errors="backslashreplace")
            note.complete()
            if old is not None:
                shutil.copyfile(file, old.path)
                old.complete()
            try:
                note.publish()
                _publish(output, report)
            finally:
                fitting = companion if output.is_published else old
                if fitting is not None:
                    fitting.publish()
                else:
                    file.unlink(missing_ok=True)
                    sync_folder(file.parent)


def _publish(output: PendingFile, report: PendingFile | None) -> None:
    """Publish an output and, behind it, the report on it.

    In between there is none, so that that of an earlier output never stands beside this one; it is put back where the
    output was not published.
    """
    if report is None:
        output.publish()
        return
    file = report.destination.file
    with pending_file(report.destination.target) if file is not None and file.exists() else nullcontext() as old:
        if old is not None and file is not None:
            shutil.copyfile(file, old.path)
            old.complete()
        try:
            if old is not None and file is not None:
                file.unlink()
                sync_folder(file.parent)
            output.publish()
        finally:
            fitting = report if output.is_published else old
            if fitting is not None:
                fitting.publish()


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep two runs that finish at once from mixing their pairs, as far as the file system has locks for folders."""
    handle = os.open(folder, os.O_RDONLY) if HAS_LOCKS and os.access(folder, os.R_OK) else None
    try:
        give_up = time.monotonic() + LOCK_SECONDS
        while handle is not None:
            try:
                lock(handle, wait=False)
                break
            except BlockingIOError:
                if time.monotonic() > give_up:
                    break
                time.sleep(LOCK_INTERVAL)
        yield
    finally:
        if handle is not None:
            os.close(handle)
