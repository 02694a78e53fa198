"""A long labelling in parts, each of which is there whole or not at all: whatever ends it, it is gone on with.

A unit of rows becomes a part beside its name, is brought to disk and renamed, and then told of in the manifest by a
line that is on disk before the next. A process that is killed leaves parts that are told of, at most one for each of
its workers that is not, and files that are nobody's; the next run makes what is not told of again, which gives the
same bytes.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from weibo_nlp.errors import UsageError
from weibo_nlp.io.atomic import SUFFIX, atomic_path, sync_folder, write_errors
from weibo_nlp.io.checksum import sha256_of_file
from weibo_nlp.io.job_folder import (
    JOB,
    LOCK,
    MANIFEST,
    REJECTED,
    SUMMARY,
    JobFolder,
    is_job_folder,
    job_text,
    locked_job,
    open_manifest,
    read_job_folder,
)
from weibo_nlp.io.names import quoted_list
from weibo_nlp.io.typed_json import to_json
from weibo_nlp.labelling.inputs import LabelInput
from weibo_nlp.labelling.job_plan import (
    JobPlan,
    PlannedInput,
    crawl_threads_path,
    is_prepared,
    plan_job,
    prepared_input,
    text_path,
    threads_path,
)
from weibo_nlp.labelling.job_request import LabelRequest
from weibo_nlp.labelling.job_summary import job_summary
from weibo_nlp.labelling.labeller import Labeller
from weibo_nlp.labelling.row_counts import RowCounts
from weibo_nlp.labelling.thread_index import ThreadIndex
from weibo_nlp.labelling.units import UnitSource
from weibo_nlp.labelling.workers import Executor

Opening = Callable[[], AbstractContextManager[LabelInput]]
"""Opens an input for as long as it is looked through."""

_NAMES = (JOB, MANIFEST, SUMMARY, LOCK, REJECTED)
_COPIES = re.compile(rf"_text-\d+|_threads-(?:\d+|crawl)\.sqlite|\..*{re.escape(SUFFIX)}")


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job has come.

    Attributes
    ----------
    n_done, n_units : int
        Units that are done, and all.
    rows_done, n_rows : int
        Rows of the input in these.
    rows_now : int
        Those of them that this run did.
    seconds : float
        Since this run began to label.
    """

    n_done: int
    n_units: int
    rows_done: int
    n_rows: int
    rows_now: int
    seconds: float

    @property
    def rate(self) -> float | None:
        """Rows a second; None as long as nothing is done."""
        return self.rows_now / self.seconds if self.rows_now and self.seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds that the rest will take at this rate."""
        return None if self.rate is None else (self.n_rows - self.rows_done) / self.rate


@dataclass(frozen=True)
class LabelledJob:
    """What a finished job came to.

    Attributes
    ----------
    folder : JobFolder
        Its folder.
    plan : JobPlan
        What was asked.
    counts : RowCounts
        Of all parts together.
    doubled_ids : int or None
        Rows with the id of an earlier one that is answered; None where no rows answer others.
    """

    folder: JobFolder
    plan: JobPlan
    counts: RowCounts
    doubled_ids: int | None

    @property
    def n_unread(self) -> int:
        """Records of crawls that no row could be made of."""
        return sum(each.n_unread for each in self.plan.inputs)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Columns of the inputs that no part has, where people were taken out: pictures, addresses and profiles."""
        held = {name: None for each in self.plan.inputs for name in each.types}
        return tuple(name for name in held if name not in self.plan.input_columns)


class LabelJob:
    """A job in its folder, held against other runs as long as it is open.

    Parameters
    ----------
    folder : Path
        Its own: not there, empty, or with the same job.
    request : LabelRequest
        What is asked.
    labeller : Labeller
        The models of the request.
    inputs : sequence of (Path, callable)
        Each file, and what opens it.
    tell : callable
        Given a line on what is going on.
    """

    def __init__(
        self,
        folder: Path,
        request: LabelRequest,
        labeller: Labeller,
        inputs: Sequence[tuple[Path, Opening]],
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.folder, self.request, self.labeller, self.inputs, self._tell = folder, request, labeller, inputs, tell
        self.progress = JobProgress(0, 0, 0, 0, 0, 0.0)

    def run(self, executor: Executor, advance: Callable[[JobProgress], None] = lambda progress: None) -> LabelledJob:
        """Do what is missing of the job, and sum it up.

        Parameters
        ----------
        executor : Executor
            Who labels.
        advance : callable
            Told of each unit that is done, and before the first.

        Raises
        ------
        UsageError
            If the folder holds something else, another run works in it, the job that was begun there is another, or
            one of its parts was altered.
        DataError
            If an input cannot be read.
        WriteError
            If there is no room; what is done stays.
        """
        _require_own(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        with locked_job(self.folder):
            _sweep(self.folder)
            with ExitStack() as stack:
                if is_job_folder(self.folder):
                    plan = self._begun()
                else:
                    n_bytes = sum(path.stat().st_size for path, _ in self.inputs if path.is_file())
                    stack.enter_context(executor.prepared(UnitSource(self.folder, self.request), n_bytes))
                    plan = self._planned()
                found = self._checked(read_job_folder(self.folder))
                if missing := found.missing:
                    self._prepare(plan)
                    self._label(plan, found, missing, executor, advance)
            found = read_job_folder(self.folder)
            return self._summed_up(plan, found)

    def _planned(self) -> JobPlan:
        for path in self.folder.glob("_t*-*"):  # copies of whatever was looked through before
            path.unlink()

        def opened() -> Iterator[tuple[Path, LabelInput]]:
            for path, opening in self.inputs:
                with opening() as given:
                    yield path, given

        with write_errors(self.folder):
            plan = plan_job(self.folder, opened(), self.request, self.labeller, self._tell)
        self._write(plan)
        return plan

    def _write(self, plan: JobPlan) -> None:
        with atomic_path(self.folder / JOB) as temporary:
            temporary.write_text(job_text(to_json(plan)), "utf-8", errors="backslashreplace")

    def _begun(self) -> JobPlan:
        """Read the plan of the job that was begun here, and refuse it if anything that decides is another by now."""
        plan = JobPlan.of_job(self.folder, read_job_folder(self.folder).job)
        paths = [path for path, _ in self.inputs]
        if problems := _differences(plan, self.request, paths):
            raise UsageError(
                f"{self.folder} holds another job: {'; '.join(problems)}. Give what that was begun with, and it is "
                "gone on with, or name another folder."
            )
        now = tuple(map(_as_now, paths, plan.inputs))
        if now != plan.inputs:  # moved, or copied with other dates; the same bytes
            plan = replace(plan, inputs=now)
            self._write(plan)
        return plan

    def _checked(self, found: JobFolder) -> JobFolder:
        """Refuse parts that were altered; what is missing is made again."""
        self.folder.joinpath(REJECTED).mkdir(exist_ok=True)
        lost = set()
        for unit in sorted(found.parts):
            problem = found.problem(unit)
            if problem is None:
                continue
            if not problem.is_missing:
                raise UsageError(
                    f"{problem} since it was written; move it away, and the same command makes it again, or name "
                    "another folder."
                )
            self._tell(f"{problem}; it is made again")
            lost.add(unit)
        if lost or found.missing:
            (self.folder / SUMMARY).unlink(missing_ok=True)
        return replace(found, parts={unit: part for unit, part in found.parts.items() if unit not in lost})

    def _prepare(self, plan: JobPlan) -> None:
        """Write again what units are read of, if it is not there any more."""
        for number, (planned, (_, opening)) in enumerate(zip(plan.inputs, self.inputs, strict=True)):
            if not is_prepared(self.folder, number, planned):
                with (
                    opening() as given,
                    write_errors(self.folder),
                    prepared_input(self.folder, number, given, self._tell),
                ):
                    pass

    def _label(
        self,
        plan: JobPlan,
        found: JobFolder,
        missing: Sequence[int],
        executor: Executor,
        advance: Callable[[JobProgress], None],
    ) -> None:
        rows_done = sum(plan.units[unit].n_rows for unit in found.parts)
        self.progress = JobProgress(len(found.parts), plan.n_units, rows_done, plan.n_rows, 0, 0.0)
        advance(self.progress)
        began = time.monotonic()
        units = executor.run(UnitSource(self.folder, self.request), missing)
        with open_manifest(found) as manifest:
            try:
                for part in units:
                    manifest.append(part)
                    n_rows = plan.units[part.unit].n_rows
                    self.progress = replace(
                        self.progress,
                        n_done=self.progress.n_done + 1,
                        rows_done=self.progress.rows_done + n_rows,
                        rows_now=self.progress.rows_now + n_rows,
                        seconds=time.monotonic() - began,
                    )
                    advance(self.progress)
            finally:
                if (close := getattr(units, "close", None)) is not None:
                    close()
                _sweep(self.folder)

    def _summed_up(self, plan: JobPlan, found: JobFolder) -> LabelledJob:
        counts = RowCounts(self.labeller.summary())
        rows_of = [0] * len(plan.inputs)
        for unit in range(plan.n_units):
            number = plan.units[unit].input
            counts.add(found.parts[unit].counts, plan.inputs[number].called)
            rows_of[number] += found.parts[unit].rows
        doubled = self._doubled(plan, found)
        done = LabelledJob(found, plan, counts, doubled)
        if not found.is_finished:
            summary = job_summary(done, rows_of, self.request.secret)
            text = json.dumps(summary, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
            with atomic_path(self.folder / SUMMARY) as temporary:
                temporary.write_text(text + "\n", "utf-8", errors="backslashreplace")
        for number in range(len(plan.inputs)):
            text_path(self.folder, number).unlink(missing_ok=True)
            threads_path(self.folder, number).unlink(missing_ok=True)
        crawl_threads_path(self.folder).unlink(missing_ok=True)
        sync_folder(self.folder)
        return replace(done, folder=read_job_folder(self.folder))

    def _doubled(self, plan: JobPlan, found: JobFolder) -> int | None:
        if found.is_finished:
            doubled: int | None = found.summary()["doubled_ids"]
            return doubled
        if not any(each.has_threads for each in plan.inputs):
            return None
        total = 0
        for number, planned in enumerate(plan.inputs):
            if planned.has_threads:
                index = ThreadIndex(threads_path(self.folder, number))
                total += index.n_doubled
                index.close()
        return total


def _as_now(path: Path, planned: PlannedInput) -> PlannedInput:
    """The planned input as its file is now: the same bytes, elsewhere or with another date."""
    return replace(planned, path=str(path.absolute()), modified_ns=path.stat().st_mtime_ns)


def _is_same(path: Path, planned: PlannedInput) -> bool:
    if not path.is_file():
        raise UsageError(f"{path} is not there any more; put it back, and the job is gone on with.")
    return path.stat().st_size == planned.n_bytes and sha256_of_file(path) == planned.sha256


def _differences(plan: JobPlan, request: LabelRequest, paths: Sequence[Path]) -> list[str]:
    """What of a job is another than what is asked now, a phrase each."""
    problems = []
    if len(paths) != len(plan.inputs):
        problems.append(f"it has {len(plan.inputs)} inputs, and {len(paths)} are given")
    else:
        pairs = zip(paths, plan.inputs, strict=True)
        problems += [f"{path} has other bytes than when it was begun" for path, one in pairs if not _is_same(path, one)]
    for what, before, given in (
        ("", plan.options, json.loads(json.dumps(request.options()))),
        ("the model of ", plan.models, request.model_sums()),
        ("the version of ", plan.versions, request.versions()),
    ):
        for name in [*before, *(name for name in given if name not in before)]:
            if before.get(name) != given.get(name):
                shown = f" was {before.get(name)}, and is {given.get(name)}"
                said = " is another" if what == "the model of " or name == "pseudonymise" else shown
                problems.append(f"{what or '--'}{name if what else name.replace('_', '-')}{said}")
    return problems


def _require_own(folder: Path) -> None:
    """Refuse a folder that holds something else than a job."""
    if not os.path.lexists(folder) or is_job_folder(folder):
        return
    if not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder for the parts of the job.")
    if others := [
        path.name for path in folder.iterdir() if path.name not in _NAMES and not _COPIES.fullmatch(path.name)
    ]:
        raise UsageError(
            f"{folder} holds something else than a labelling job: {quoted_list(sorted(others))}; name a folder that is "
            "not there yet."
        )


def _sweep(folder: Path) -> None:
    """Delete files that processes of a run left unfinished; no other run works here."""
    for place in (folder, folder / REJECTED):
        if place.is_dir():
            for path in place.iterdir():
                if path.name.endswith(SUFFIX) and path.is_file():
                    path.unlink(missing_ok=True)
