"""One unit of a job: some rows of one input, labelled into one part, in whatever process."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from weibo_nlp.errors import DataError
from weibo_nlp.io import RejectWriter, Table, open_writer
from weibo_nlp.io.checksum import sha256_of_file
from weibo_nlp.io.job_folder import JOB, FinishedPart, part_name, read_job_folder, rejects_path
from weibo_nlp.io.row_ranges import RangeReader
from weibo_nlp.labelling.crawl_threads import CrawlThreads, RowThreads
from weibo_nlp.labelling.endpoints import host_sentences
from weibo_nlp.labelling.files import learn_people, renamed_columns, rows_under
from weibo_nlp.labelling.job_plan import (
    JobPlan,
    PlannedUnit,
    crawl_threads_path,
    passed_on_schema,
    text_path,
    threads_path,
)
from weibo_nlp.labelling.job_request import LabelRequest
from weibo_nlp.labelling.labeller import Labeller
from weibo_nlp.labelling.row_labeller import RowLabeller
from weibo_nlp.labelling.thread_index import ThreadIndex
from weibo_nlp.privacy.protection import Protection
from weibo_nlp.privacy.pseudonyms import Pseudonyms


@dataclass(frozen=True)
class UnitSource:
    """Where the units of a job come from; it can be sent to any process that sees the folder and the inputs."""

    folder: Path
    request: LabelRequest


class UnitLabeller:
    """Labels units of a job: the models are loaded once, each input is opened when the first unit of it comes.

    Parameters
    ----------
    source : UnitSource
        The job.
    labeller : Labeller, optional
        With the models of the job; by default they are loaded.

    Raises
    ------
    UsageError, DataError, UnknownNameError
        If the job or its models cannot be read.
    """

    def __init__(self, source: UnitSource, labeller: Labeller | None = None) -> None:
        self.source = source
        self.plan = JobPlan.of_job(source.folder, read_job_folder(source.folder).job)
        self.labeller = source.request.labeller() if labeller is None else labeller
        host_sentences(self.labeller.language_models, self.plan.n_rows)  # the user was told where the job began
        self._stack = ExitStack()
        self._inputs: dict[int, tuple[RangeReader, RowLabeller]] = {}
        added = self.labeller.columns
        self._renamed: Mapping[str, str] = renamed_columns(self.plan.input_columns, added)

    def label(self, number: int) -> FinishedPart:
        """Label a unit; its part is on disk and in its place when this returns.

        Raises
        ------
        DataError
            If its input is not any more what it was, or breaks off.
        WriteError
            If there is no room.
        """
        unit, request, folder = self.plan.units[number], self.source.request, self.source.folder
        reader, rows = self._input(unit)
        part = folder / part_name(number, request.to)
        rejects = RejectWriter(rejects_path(folder, number), f"../{part.name}")
        inputs = self.plan.inputs
        writer = open_writer(
            part,
            request.to,
            self.labeller.columns if self.plan.is_passed_on else self.plan.columns,
            mark=any(one.has_mark for one in inputs),
            quoted=any(one.sniffed.quoted for one in inputs),
            passed_on=passed_on_schema(reader.table, self._renamed) if self.plan.is_passed_on else None,
            raw_cells=request.raw_cells,
        )
        with rejects, writer as opened:
            counts = rows.label(reader.rows(unit.start, unit.n_rows), opened, rejects)
            aside = rejects.finished()
            if aside is not None:  # before its part: what is in its place is whole
                aside.complete()
                aside.publish()
        aside_sum = None if aside is None else sha256_of_file(rejects.path)
        return FinishedPart(
            number,
            part.name,
            counts.rows,
            counts.rejected,
            part.stat().st_size,
            sha256_of_file(part),
            aside_sum,
            counts.to_dict(),
        )

    def close(self) -> None:
        """Close what is open."""
        self._inputs.clear()
        self._stack.close()

    def _input(self, unit: PlannedUnit) -> tuple[RangeReader, RowLabeller]:
        if unit.input not in self._inputs:
            self._inputs[unit.input] = self._opened(unit.input)
        return self._inputs[unit.input]

    @cached_property
    def _protection(self) -> Protection | None:
        """What takes people out, if it was asked for; of all inputs it knows who is named in them, as one does not."""
        secret = self.source.request.secret
        if secret is None:
            return None
        protection = Protection(Pseudonyms(secret), html=self.labeller.html)
        for number, planned in enumerate(self.plan.inputs):
            learn_people(self._table(number), rows_under(protection, planned.types, planned.texts(self.labeller.html)))
        return protection

    def _table(self, number: int) -> Table:
        planned, text = self.plan.inputs[number], text_path(self.source.folder, number)
        return planned.table((text, self._stack.enter_context(text.open("rb"))) if planned.has_text else None)

    def _opened(self, number: int) -> tuple[RangeReader, RowLabeller]:
        planned, folder = self.plan.inputs[number], self.source.folder
        table = self._table(number)
        texts = planned.texts(self.labeller.html)
        if self.plan.is_passed_on:
            table = replace(table, converted=texts.names)  # what is not looked at cannot be changed
        people = None if self._protection is None else rows_under(self._protection, planned.types, texts)
        threads = None
        crawl = None
        if planned.crawl_place is not None:
            texts_above = CrawlThreads(crawl_threads_path(folder))
            self._stack.callback(texts_above.close)
            crawl = RowThreads(texts_above, planned.crawl_place, planned.id_of_document)
        if planned.has_threads:
            threads = ThreadIndex(threads_path(folder, number))
            self._stack.callback(threads.close)
        reader = RangeReader(table)
        self._stack.callback(reader.close)
        rows = RowLabeller(
            self.labeller,
            texts,
            Path(planned.called),
            renamed=self._renamed,
            passed_on=self.plan.is_passed_on,
            people=people,
            threads=threads,
            crawl_threads=crawl,
        )
        return reader, rows


_kept: list[tuple[str, UnitLabeller]] = []


def label_unit(source: UnitSource, number: int, job_sum: str | None = None) -> FinishedPart:
    """Label a unit of a job; the models stay loaded for the next one that this process is given.

    Parameters
    ----------
    source : UnitSource
        The job.
    number : int
        Of the unit.
    job_sum : str, optional
        SHA-256 of the job's ``_job.json`` as whoever deals the units has it, for a process of another machine.

    Raises
    ------
    DataError
        If this process does not see the same folder, or has other models or versions than the job was begun with.
    DataError, UsageError, WriteError
        As :class:`UnitLabeller`.
    """
    path = source.folder / JOB
    if not path.is_file():
        raise DataError(f"{path} is not there for {_here()}. {_SHARED}")
    found = sha256_of_file(path)  # of the same name, another job may lie there by now
    if job_sum is not None and found != job_sum:
        raise DataError(f"{path} is that of another job for {_here()}. {_SHARED}")
    if not _kept or _kept[0][0] != found or _kept[0][1].source != source:
        for _, each in _kept:
            each.close()
        _kept.clear()
        labeller = UnitLabeller(source)
        _require_same(labeller.plan, source.request)
        _kept[:] = [(found, labeller)]
    return _kept[0][1].label(number)


_SHARED = "The folder of a job and its inputs lie on a file system that all workers see under the same path."


def _here() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"


def _require_same(plan: JobPlan, request: LabelRequest) -> None:
    """Refuse to label with other models or versions than the job was begun with."""
    for what, asked, here in (
        ("weights or models", plan.models, request.model_sums()),
        ("versions", plan.versions, request.versions()),
    ):
        if names := sorted(name for name in asked.keys() | here.keys() if asked.get(name) != here.get(name)):
            raise DataError(
                f"{_here()} has other {what} than the job was begun with: {', '.join(names)}. Install the same there."
            )
