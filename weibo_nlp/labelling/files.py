"""Labels for a file of any size, row by row; rows that cannot be labelled are set aside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from weibo_nlp.io import Reject, Row, Table, open_outputs
from weibo_nlp.io.atomic import PendingFile, pending_file
from weibo_nlp.io.column_types import ColumnType
from weibo_nlp.io.copy import read_once
from weibo_nlp.io.destination import destination_of
from weibo_nlp.io.formats import output_of
from weibo_nlp.io.pandas_metadata import has_range_index, renamed_schema, with_index_column
from weibo_nlp.io.parquet import open_parquet
from weibo_nlp.io.rejects import usable_rejects_path
from weibo_nlp.io.writers import output_format
from weibo_nlp.labelling.columns import TextColumns, input_columns
from weibo_nlp.labelling.crawl_threads import RowThreads
from weibo_nlp.labelling.labeller import Labeller
from weibo_nlp.labelling.row_labeller import RowLabeller
from weibo_nlp.labelling.summary import LabelSummary
from weibo_nlp.labelling.summary_file import require_summary_file, usable_summary_path, write_summary
from weibo_nlp.labelling.threads import ThreadTexts
from weibo_nlp.privacy.protection import Protection
from weibo_nlp.privacy.pseudonyms import Pseudonyms
from weibo_nlp.privacy.rows import ProtectedRows
from weibo_nlp.privacy.secret import Secret


@dataclass(frozen=True)
class LabelledFile:
    """What labelling a file came to: where the rows went, how many, and what was set aside.

    ``reasons`` counts rejects by reason, ``first_lines`` has the line where each reason first occurred; beyond
    ``MAX_REASONS`` of them, others are counted together as ``OTHER_REASONS``. ``renamed`` maps input columns whose
    names the output needs to the names they got instead. ``swallowing`` counts rows of a delimited file that may be
    several or parts of one (``Row.swallows``), ``first_swallowing`` is where the first begins: they are labelled.
    ``answering`` counts rows with words in the text that they answer, ``missing_parents`` those that answer one that is
    not in the file or cannot be read, ``doubled_ids`` rows with the id of an earlier one that is answered; None where
    no such column was named. ``unplaced`` counts rows of a crawl that are no document of its threads, and were read
    without what stands above them; None where threads were not put together for it.
    ``html`` counts labelled texts that were read as HTML, ``below_min_score`` those whose
    label was left out for its score, by the label's column, where a score was asked for. ``replaced`` counts what leads
    to people and was replaced, by kind, where that was asked for, and ``left_out`` names the columns that were left out
    for it. ``summary`` is what the labels came to; it stands in ``summary_file`` too, unless the output is a stream.
    """

    output: Path
    rows: int
    rejected: int
    reasons: Mapping[str, int]
    rejects: Path | None
    summary: LabelSummary
    summary_file: Path | None
    first_lines: Mapping[str, int] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    swallowing: int = 0
    first_swallowing: int | None = None
    answering: int | None = None
    missing_parents: int | None = None
    doubled_ids: int | None = None
    html: int = 0
    below_min_score: Mapping[str, int] = field(default_factory=dict)
    replaced: Mapping[str, int] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    unplaced: int | None = None


def label_file(
    table: Table,
    output: Path,
    labeller: Labeller,
    *,
    text_column: str,
    parent_column: str | None = None,
    id_column: str | None = None,
    rejects: Path | None = None,
    raw_cells: bool = False,
    are_posts: bool = False,
    crawl_threads: RowThreads | None = None,
    advance: Callable[[int], None] | None = None,
    secret: Secret | None = None,
    protection: Protection | None = None,
) -> LabelledFile:
    """Label a file row by row, in batches and in order; rows that cannot be labelled go to ``<output>.rejected.jsonl``.

    What the labels came to goes to ``<output>.summary.json``, unless the output is a stream. Scores are written with
    ``SCORE_DIGITS`` digits. From Parquet to Parquet, columns keep types, values and metadata; a tab-separated file
    whose quotation marks are text stays one.

    Parameters
    ----------
    table : Table
        The opened input.
    output : Path
        Its suffix decides the format and the compression; without any, and for a stream, the input's format is kept.
    labeller : Labeller
        The models.
    text_column, parent_column : str
        Columns with the text, and with the text it answers; with `id_column`, with the id of that text.
    id_column : str, optional
        Column with the ids by which `parent_column` names rows of the same file, which is read twice more for them.
    rejects : Path, optional
        Where rows that are set aside go instead.
    raw_cells : bool
        Leave texts that a spreadsheet would execute as they are; by default, in CSV and TSV, an apostrophe is put
        before them.
    are_posts : bool
        Whether the texts are a platform's, whose notices in the place of posts that are gone are set aside.
    crawl_threads : RowThreads, optional
        What stands above the rows of a crawl's file; the columns of ids are then only those.
    advance : callable, optional
        Told the number of records done, for a progress bar.
    secret : Secret, optional
        With it, what leads to people is taken out of all that is written, and pseudonyms are made: see
        :mod:`weibo_nlp.privacy`. Labels are those of the texts as they were. The file is read once more for it.
    protection : Protection, optional
        Of several files that share who is who: it has learnt from all of them, and stands in the place of `secret`.

    Returns
    -------
    LabelledFile
        Counts of what was written and set aside.

    Raises
    ------
    UsageError
        If the output, its file of rejects or its summary is the input, or cannot be written, or a file that holds no
        rejects or no summary stands where they go; or if the output's suffix names a format that is not written.
    DataError
        If the input breaks off, changed since it was opened, or has too many columns; nothing is written then.
    """
    place = usable_rejects_path(output, table.called, rejects)
    summary_file = usable_summary_path(output, table.called, place)
    with read_once(table) as source, nullcontext() if summary_file is None else pending_file(summary_file) as pending:
        texts = TextColumns(text_column, parent_column, labeller.html, id_column, are_posts)
        return _label_rows(
            source, output, place, pending, labeller, texts, raw_cells, crawl_threads, advance, secret, protection
        )


def _label_rows(
    table: Table,
    output: Path,
    place: Path,
    pending: PendingFile | None,
    labeller: Labeller,
    texts: TextColumns,
    raw_cells: bool,
    crawl_threads: RowThreads | None,
    advance: Callable[[int], None] | None,
    secret: Secret | None,
    protection: Protection | None,
) -> LabelledFile:
    shape = output_format(output, output_of(table.format))
    types = input_columns(table, texts)
    people = None
    if protection is not None:
        people = rows_under(protection, types, texts)
    elif secret is not None:
        people = protected_rows(table, types, texts, secret)
    inputs = types if people is None else people.columns
    added = labeller.columns
    renamed = renamed_columns(inputs, added)
    columns = {renamed.get(name, name): kind for name, kind in inputs.items()} | added
    passed_on, index_name, index = None, "", None
    if table.format == shape == "parquet" and people is None:
        with open_parquet(table.path, table.state, table.sniffed.compression) as source:
            schema, n_input = source.schema, source.n_rows
        passed_on, columns = renamed_schema(schema, renamed), added
        # What is not looked at cannot be changed.
        table = replace(table, converted=texts.names)
        if has_range_index(passed_on) and _sets_rows_aside(table, texts):
            passed_on, index_name, index = with_index_column(passed_on, n_input, {*passed_on.names, *added})
            columns = added if index is None else {index_name: "int", **added}
    threads = None
    if crawl_threads is None and texts.parent is not None and texts.id is not None:
        threads = ThreadTexts.of_table(table, texts.text, texts.id, texts.parent)
    rows = RowLabeller(
        labeller,
        texts,
        table.called,
        renamed=renamed,
        passed_on=passed_on is not None,
        people=people,
        threads=threads,
        crawl_threads=crawl_threads,
        index=None if index is None else (index_name, index),
    )
    opened = open_outputs(
        output,
        shape,
        columns,
        source=table.called,
        rejects=place,
        report=pending,
        # Excel opens files; what reads a pipe would take a mark that the input had not for a part of the first name.
        mark=table.has_mark if destination_of(output).file is not None else table.sniffed.has_mark,
        quoted=table.quoted,
        passed_on=passed_on,
        raw_cells=raw_cells,
    )
    with opened as (writer, rejects):
        counts = rows.label(table.rows(), writer, rejects, advance)
        if pending is not None:
            require_summary_file(pending.destination.target)  # again: it may have come while the rows were written
            write_summary(counts.summary, output, pending)
    return LabelledFile(
        output,
        counts.rows,
        counts.rejected,
        counts.reasons,
        rejects.path if rejects.count else None,
        counts.summary,
        None if pending is None else pending.destination.target,
        counts.first_lines,
        renamed,
        counts.swallowing,
        counts.first_swallowing,
        counts.answering,
        counts.missing_parents,
        None if threads is None else threads.n_doubled,
        counts.html,
        counts.below_min_score,
        counts.replaced,
        () if people is None else people.left_out,
        counts.unplaced,
    )


def rows_under(protection: Protection, columns: Mapping[str, ColumnType], texts: TextColumns) -> ProtectedRows:
    """Return what takes people out of the rows of a table, by what a protection knows of them."""
    above_is_text = texts.parent is not None and texts.id is None
    return ProtectedRows(
        protection,
        columns,
        texts=[name for name in (texts.text, texts.parent if above_is_text else None) if name is not None],
        ids=[name for name in (texts.id, None if above_is_text else texts.parent) if name is not None],
    )


def unlearnt_rows(columns: Mapping[str, ColumnType], texts: TextColumns, secret: Secret) -> ProtectedRows:
    """Return what takes people out of rows and knows nobody yet; it says already which columns stay."""
    return rows_under(Protection(Pseudonyms(secret), html=texts.html), columns, texts)


def learn_people(table: Table, people: ProtectedRows) -> None:
    """Read all rows of a table for who is named in them."""
    for item in table.rows():
        if isinstance(item, Row):
            people.learn(item.values)


def protected_rows(
    table: Table, columns: Mapping[str, ColumnType], texts: TextColumns, secret: Secret
) -> ProtectedRows:
    """Make ready to take people out of the rows of a table, all of which are read for who is named in them."""
    people = unlearnt_rows(columns, texts, secret)
    learn_people(table, people)
    return people


def _sets_rows_aside(table: Table, texts: TextColumns) -> bool:
    return any(isinstance(item, Reject) or texts.read(item.values).problem for item in table.rows())


def renamed_columns(inputs: Collection[str], added: Collection[str]) -> dict[str, str]:
    """Columns of the input whose names the added ones need -> the names they get in the output."""
    return {name: _free_name(name, {*inputs, *added}) for name in inputs if name in added}


def _free_name(name: str, taken: Container[str]) -> str:
    """Return `name` with ``_input`` behind it, and as many underscores as it takes to be no other column's."""
    return next(free for n in count() if (free := f"{name}_input{'_' * n}") not in taken)
