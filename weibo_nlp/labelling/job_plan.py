"""How the inputs of a job are cut into units, and all that a process needs to label one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import Reject, Row, Table
from weibo_nlp.io.checksum import sha256_of_file
from weibo_nlp.io.column_types import ColumnType, ValueKind, arrow_schema, column_type, value_kind
from weibo_nlp.io.formats import OutputFormat, Sniffed
from weibo_nlp.io.job_folder import JOB, MAX_UNITS
from weibo_nlp.io.limits import MAX_COLUMNS
from weibo_nlp.io.pandas_metadata import has_range_index, renamed_schema, with_index_column
from weibo_nlp.io.row_places import RowStart
from weibo_nlp.io.row_ranges import cut, needs_text, of_text, write_text
from weibo_nlp.io.stable import FileState
from weibo_nlp.io.typed_json import from_json
from weibo_nlp.labelling.columns import TextColumns, input_columns
from weibo_nlp.labelling.files import renamed_columns, unlearnt_rows
from weibo_nlp.labelling.inputs import LabelInput
from weibo_nlp.labelling.job_request import LabelRequest
from weibo_nlp.labelling.labeller import Labeller
from weibo_nlp.labelling.thread_index import write_thread_index
from weibo_nlp.labelling.threads import thread_rows
from weibo_nlp.text.plain import HtmlChoice


@dataclass(frozen=True, slots=True)
class PlannedInput:
    """One input of a job, as its file was when the job was begun.

    Attributes
    ----------
    path : str
        The file.
    called : str
        What it is called in messages and in what is set aside.
    n_bytes, modified_ns, sha256
        By what it is known again.
    n_rows : int
        Its rows, with those that cannot be read.
    n_unread : int
        Of a crawl, records that no row could be made of.
    text, parent, id : str or None
        Columns with the text, and with what it answers.
    are_posts : bool
        Whether the texts are a platform's.
    sniffed : Sniffed
        What it is read as.
    names : tuple of str
        Its columns where the file names them.
    short : tuple of int
        As of :class:`weibo_nlp.io.Table`.
    has_text : bool
        Whether its rows are read of a copy of its text, in the job's folder.
    has_mark : bool
        Whether a delimited output of it begins with a mark, by which Excel knows Chinese.
    types : mapping of str to column type
        Its columns.
    crawl_place : int or None
        Of a crawl whose threads were put together, its place in it, as
        :class:`weibo_nlp.labelling.crawl_threads.RowThreads` takes it.
    id_of_document : str or None
        Of such a crawl, the column of ids by which its rows are known, if it is not their numbers.
    """

    path: str
    called: str
    n_bytes: int
    modified_ns: int
    sha256: str
    n_rows: int
    n_unread: int
    text: str
    parent: str | None
    id: str | None
    are_posts: bool
    sniffed: Sniffed
    names: tuple[str, ...]
    short: tuple[int, ...]
    has_text: bool
    has_mark: bool
    types: Mapping[str, ColumnType]
    crawl_place: int | None = None
    id_of_document: str | None = None

    def texts(self, html: HtmlChoice) -> TextColumns:
        """Where its rows hold what is labelled."""
        return TextColumns(self.text, self.parent, html, self.id, self.are_posts)

    @property
    def has_threads(self) -> bool:
        """Whether rows name others of the file that they answer."""
        return self.crawl_place is None and self.parent is not None and self.id is not None

    def table(self, copy: tuple[Path, IO[bytes]] | None) -> Table:
        """Open it again, as it was found to be.

        Parameters
        ----------
        copy : (Path, binary file), optional
            Of its text, where it has one.

        Raises
        ------
        DataError
            If the file is not any more what it was.
        """
        path = Path(self.path) if copy is None else copy[0]
        state = FileState.of(path)
        if copy is None and (state.size, state.modified_ns) != (self.n_bytes, self.modified_ns):
            raise DataError(f"{path}: was changed since the job was begun. Put back what it was, or begin another job.")
        table = Table(path, self.sniffed, self.names, state, short=frozenset(self.short), alias=Path(self.called))
        return table if copy is None else of_text(table, *copy)


@dataclass(frozen=True, slots=True)
class PlannedUnit:
    """Some rows of one input that follow each other; of each unit, one part is made."""

    input: int
    n_rows: int
    start: RowStart


@dataclass(frozen=True)
class JobPlan:
    """All of a job: what was asked, of what, and its units in order.

    Attributes
    ----------
    n_units, n_rows : int
        Units, and rows of all inputs.
    to : str
        Format of the parts.
    options, models, versions : mapping
        As :class:`~weibo_nlp.labelling.job_request.LabelRequest` tells of them.
    inputs : tuple of PlannedInput
        In order.
    input_columns : mapping of str to column type
        Columns of the inputs, of all together.
    columns : mapping of str to column type
        Columns of the parts.
    label_columns : tuple of str
        Those of them that hold labels.
    is_passed_on : bool
        Whether rows of Parquet are written as they lie there.
    units : tuple of PlannedUnit
        In order.
    """

    n_units: int
    n_rows: int
    to: OutputFormat
    options: Mapping[str, Any]
    models: Mapping[str, str]
    versions: Mapping[str, str]
    inputs: tuple[PlannedInput, ...]
    input_columns: Mapping[str, ColumnType]
    columns: Mapping[str, ColumnType]
    label_columns: tuple[str, ...]
    is_passed_on: bool
    units: tuple[PlannedUnit, ...]

    @classmethod
    def of_job(cls, folder: Path, job: Mapping[str, Any]) -> JobPlan:
        """Read the plan in a job's folder.

        Raises
        ------
        DataError
            If it is damaged.
        """
        plan = from_json(cls, job, f"{folder / JOB}")
        if plan.n_units != len(plan.units) or any(unit.input >= len(plan.inputs) for unit in plan.units):
            raise DataError(f"{folder / JOB}: is damaged: its units are not those that it counts.")
        return plan


def text_path(folder: Path, number: int) -> Path:
    """Where the copy of an input's text lies until the job is finished."""
    return folder / f"_text-{number:05}"


def threads_path(folder: Path, number: int) -> Path:
    """Where the texts of an input that are answered lie until the job is finished."""
    return folder / f"_threads-{number:05}.sqlite"


def crawl_threads_path(folder: Path) -> Path:
    """Where the threads of the inputs that are of crawlers lie until the job is finished."""
    return folder / "_threads-crawl.sqlite"


def plan_job(
    folder: Path,
    inputs: Iterable[tuple[Path, LabelInput]],
    request: LabelRequest,
    labeller: Labeller,
    tell: Callable[[str], None],
) -> JobPlan:
    """Look all inputs through, and cut them into units.

    Parameters
    ----------
    folder : Path
        The job's, where copies of texts and what is answered are written.
    inputs : iterable of (Path, LabelInput)
        Each file, and what it was opened as; the next one is opened when this one is done with.
    request, labeller
        What is asked.
    tell : callable
        Given a line on what is going on, now and then.

    Raises
    ------
    UsageError
        If there are too many rows for their number in a part.
    DataError
        If an input breaks off or changes, or has too many columns.
    """
    planned: list[PlannedInput] = []
    units: list[PlannedUnit] = []
    types: list[dict[str, ColumnType]] = []
    schemas: list[Any] = []
    for number, (source, given) in enumerate(inputs):
        state = FileState.of(source)
        with prepared_input(folder, number, given, tell) as table:
            one, starts, columns, schema = _planned(table, source, state, given, request, labeller, tell)
        planned.append(one)
        types.append(columns)
        schemas.append(schema)
        ends = [*(start.above for start in starts[1:]), one.n_rows][: len(starts)]
        units += [PlannedUnit(number, end - start.above, start) for start, end in zip(starts, ends, strict=True)]
        if len(units) > MAX_UNITS:
            raise UsageError(
                f"the inputs would become more than {MAX_UNITS:,} parts; make them larger with --rows-per-part."
            )
    joined = _joined(types)
    first = schemas[0] if schemas else None
    is_passed_on = first is not None and all(each is not None and each.equals(first) for each in schemas)
    added = labeller.columns
    renamed = renamed_columns(joined, added)
    return JobPlan(
        len(units),
        sum(each.n_rows for each in planned),
        request.to,
        request.options(),
        request.model_sums(),
        request.versions(),
        tuple(planned),
        joined,
        {renamed.get(name, name): kind for name, kind in joined.items()} | added,
        tuple(slot.label for slot in labeller.slots),
        is_passed_on,
        tuple(units),
    )


@contextmanager
def prepared_input(folder: Path, number: int, given: LabelInput, tell: Callable[[str], None]) -> Iterator[Table]:
    """Write what units of an input are read of, where it is not there; give the table as it is then read.

    Raises
    ------
    WriteError
        If there is no room.
    """
    table = given.table
    text = text_path(folder, number)
    with ExitStack() as stack:
        if _has_text(given):
            if not text.is_file():
                tell(f"Copying the text of {table.called}")
                write_text(table, text)
            table = of_text(table, text, stack.enter_context(text.open("rb")))
        if given.has_threads_of_crawl:
            if given.crawls is not None and not crawl_threads_path(folder).is_file():
                tell("Putting the threads of the crawl together")
                given.crawls.write_threads(crawl_threads_path(folder))
        elif given.parent is not None and given.id is not None and not threads_path(folder, number).is_file():
            tell(f"Looking for the threads of {table.called}")
            columns = (given.text, given.id, given.parent)
            write_thread_index(threads_path(folder, number), lambda: thread_rows(table, *columns))
        yield table


def is_prepared(folder: Path, number: int, planned: PlannedInput) -> bool:
    """Whether all that units of an input are read of is there."""
    return (
        (not planned.has_text or text_path(folder, number).is_file())
        and (not planned.has_threads or threads_path(folder, number).is_file())
        and (planned.crawl_place is None or crawl_threads_path(folder).is_file())
    )


def passed_on_schema(table: Table, renamed: Mapping[str, str]) -> Any:
    """Schema of the columns that parts pass on from a Parquet file.

    An index of first, last and step, as pandas writes it, is left out: it says nothing of a part.
    """
    schema = renamed_schema(arrow_schema(table), renamed)
    return with_index_column(schema, -1, ())[0] if has_range_index(schema) else schema


def _has_text(given: LabelInput) -> bool:
    is_of_documents = given.crawl is not None and given.crawl.own is None
    return is_of_documents or needs_text(given.table)


def _planned(
    table: Table,
    source: Path,
    state: FileState,
    given: LabelInput,
    request: LabelRequest,
    labeller: Labeller,
    tell: Callable[[str], None],
) -> tuple[PlannedInput, Sequence[RowStart], dict[str, ColumnType], Any]:
    texts = given.texts(labeller.html)
    called = table.called
    kinds: dict[str, set[ValueKind]] = {}

    def look(item: Row | Reject) -> None:
        if not isinstance(item, Row) or (item.values.keys() <= kinds.keys() and not _is_news(item, kinds)):
            return
        # A row to be set aside has no say: one number among the texts would turn them all into JSON.
        if texts.read(item.values).problem is None:
            for name, value in item.values.items():
                kinds.setdefault(name, set()).add(value_kind(value))
            if len(kinds) > MAX_COLUMNS:
                raise DataError(
                    f"{called}:{item.number}: more than {MAX_COLUMNS:,} different keys up to here, each of them a "
                    "column; put what varies from row to row under one key."
                )

    starts, n_rows = cut(
        table,
        request.rows_per_part,
        look if table.is_keyed else None,
        lambda count: tell(f"Looking through {called}: {count:,} rows"),
    )
    types = {name: column_type(seen) for name, seen in kinds.items()} if table.is_keyed else input_columns(table, texts)
    schema = arrow_schema(table) if table.format == request.to == "parquet" and request.secret is None else None
    columns = types if request.secret is None else unlearnt_rows(types, texts, request.secret).columns
    tell(f"Taking the checksum of {called}")
    one = PlannedInput(
        str(source.absolute()),
        str(called),
        state.size,
        state.modified_ns,
        sha256_of_file(source),
        n_rows,
        given.n_unread,
        given.text,
        given.parent,
        given.id,
        given.crawl is not None,
        given.table.sniffed,
        tuple(given.table.columns),
        tuple(sorted(given.table.short)),
        _has_text(given),
        given.table.has_mark,
        types,
        given.crawl.place if given.crawl is not None and given.has_threads_of_crawl else None,
        given.crawl.id_of_document if given.crawl is not None and given.has_threads_of_crawl else None,
    )
    return one, starts, columns, schema


def _is_news(row: Row, kinds: Mapping[str, set[ValueKind]]) -> bool:
    """Whether a row has a value of a kind that its column had not yet."""
    return any(value_kind(value) not in kinds[name] for name, value in row.values.items())


def _joined(types: Sequence[Mapping[str, ColumnType]]) -> dict[str, ColumnType]:
    """Columns of several inputs together: what is of one type in some and of another in others becomes JSON."""
    joined: dict[str, ColumnType] = {}
    for columns in types:
        for name, kind in columns.items():
            before = joined.setdefault(name, kind)
            if before != kind:
                joined[name] = "float" if {before, kind} == {"int", "float"} else "json"
    return joined
