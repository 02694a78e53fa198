"""What a file is, told once by its first bytes and first rows before anything of it is used.

Content decides and not the name: compression, encoding, shape, the sign between cells, the header. Where two readings
are about equally likely, the user is asked.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.column_names import is_header, is_text_name, names_a_text
from weibo_nlp.io.compression import Compression, compression_of, without_compression_suffix
from weibo_nlp.io.delimited import PhysicalLine
from weibo_nlp.io.delimiters import DELIMITERS, first_records, guess_delimiter
from weibo_nlp.io.encodings import UTF8, guess_encoding, require_encoding
from weibo_nlp.io.formats import DELIMITED, FORMATS, SUFFIXES, WORKBOOKS, Format, Reading, Sniffed
from weibo_nlp.io.json_documents import TOP, RecordsPath, document_records, path_text, records_paths
from weibo_nlp.io.jsonl import lines_of, parse_json_line, without_marks
from weibo_nlp.io.limits import SNIFFED_BYTES
from weibo_nlp.io.magic import is_zip, no_text, page, table_kind, zip_kind
from weibo_nlp.io.names import quoted, quoted_list
from weibo_nlp.io.quoting import uses_quoting
from weibo_nlp.io.spreadsheets import chosen_sheet, sheet_names
from weibo_nlp.io.stable import FileState, open_unchanged
from weibo_nlp.io.streams import open_seekable, open_stream

_LOOKED_AT = 20
_MOST_TITLES = 3
_SEPARATOR = re.compile(r'"?sep=(?P<sign>.)"?\s*\Z', re.IGNORECASE)
_BLANKS = " \r\t,;|"
"""What a line above the header may be of: spreadsheets export a blank row as one of delimiters."""
_ARRAY = re.compile(r"\[\s*(?:\{|\]\s*\Z)")
_KEY = re.compile(r'\{\s*"(?:[^"\\]|\\.)*"\s*:')
_SIGN_NAMES = {"\t": "tab"}


def sniff(path: Path, state: FileState, wanted: Reading) -> Sniffed:
    """Find out what a file is.

    Raises
    ------
    DataError
        If it holds no rows of text, or not what `wanted` says.
    UsageError
        If two readings are about equally likely, naming them and the option that decides; or if `wanted` names what
        there is not.
    """
    _require_possible(wanted)
    with open_unchanged(path, state) as handle:
        compression = compression_of(handle.read(16))
    with open_stream(path, state, compression) as stream:
        sample = stream.read(SNIFFED_BYTES)
    if not without_marks(sample):
        what = f"{path} is empty but for a byte order mark" if sample else f"{path} unpacks to nothing"
        raise DataError(f"{what}; nothing to read.")
    if (what_else := no_text(sample)) is not None:
        raise DataError(f"{path} is {what_else}.")
    kind: str | None = table_kind(sample)
    if is_zip(sample):
        with open_seekable(path, state, compression) as archive:
            kind = zip_kind(archive)
        if kind not in WORKBOOKS:
            raise DataError(f"{path} is {kind}.")
    if kind is None:
        return _sniff_text(_Text(path, state, compression, sample, wanted))
    if wanted.format is not None and wanted.format != kind and not {wanted.format, kind} <= WORKBOOKS:
        raise DataError(f"{path} is {kind} and not {wanted.format}; correct --format, or leave it out.")
    if kind == "parquet":
        return Sniffed("parquet", compression, header_line=None)
    shape: Format = "xlsx" if kind == "xlsx" else "xls"
    with open_seekable(path, state, compression) as book:
        sheet = chosen_sheet(sheet_names(book, str(path), shape), wanted.sheet, str(path))
    return Sniffed(shape, compression, sheet=sheet)


def sheets_of(path: Path, state: FileState) -> list[str]:
    """Names of the sheets that hold cells, in their order; none of what is no workbook.

    Raises
    ------
    DataError
        If it is a workbook that cannot be read.
    """
    with open_unchanged(path, state) as handle:
        compression = compression_of(handle.read(16))
    with open_stream(path, state, compression) as stream:
        head = stream.read(16)
    if not is_zip(head) and table_kind(head) != "xls":
        return []
    with open_seekable(path, state, compression) as book:
        kind = zip_kind(book) if is_zip(head) else "xls"
        return sheet_names(book, str(path), kind) if kind in WORKBOOKS else []


def _require_possible(wanted: Reading) -> None:
    if wanted.format is not None and wanted.format not in FORMATS:
        raise UsageError(f"--format {wanted.format!r} is not known; there is: {', '.join(FORMATS)}.")
    if wanted.delimiter is not None and (len(wanted.delimiter) != 1 or wanted.delimiter in '"\r\n'):
        raise UsageError(f"--delimiter {wanted.delimiter!r} is not one sign between cells, such as ; or |.")


@dataclass(frozen=True)
class _Text:
    """A file that is text, if anything: its beginning, unpacked, and how it is wanted to be read."""

    path: Path
    state: FileState
    compression: Compression | None
    sample: bytes
    wanted: Reading

    @property
    def is_whole(self) -> bool:
        """Whether the sample is all there is."""
        return len(self.sample) < SNIFFED_BYTES

    @property
    def suffix(self) -> str:
        """Suffix in small letters, that of a compression left out."""
        return without_compression_suffix(self.path).suffix.lower()


def _sniff_text(file: _Text) -> Sniffed:
    encoding = _encoding(file)
    decoded = codecs.getincrementaldecoder(encoding)("replace").decode(file.sample, final=False)
    text = decoded.lstrip("\ufeff")
    if (what := page(text[:1000].encode("utf-8", "replace"))) is not None:
        raise DataError(f"{file.path} is {what}.")
    returns = "\r" in text and "\n" not in text
    lines = (text.replace("\r", "\n") if returns else text).split("\n")
    if not file.is_whole and len(lines) > 1:
        lines.pop()  # it may be cut
    base = Sniffed("lines", file.compression, encoding, text != decoded, returns, header_line=None)
    if file.wanted.format is not None and file.wanted.format not in ("csv", "tsv", "jsonl", "json", "lines"):
        what = "a Parquet file" if file.wanted.format == "parquet" else "a workbook"
        raise DataError(f"{file.path}: not {what}: it is text. Write it again, or correct its suffix or --format.")
    shape = file.wanted.format or _shape(file, lines)
    if shape == "json":
        return replace(base, format="json", records=_records(file, base, text))
    if shape == "jsonl":
        return replace(base, format="jsonl")
    if shape == "lines":
        _require_narrow(file.path, lines[:_LOOKED_AT])
        return base
    return _table(file, base, lines, None if shape is None else DELIMITED[shape])


def _encoding(file: _Text) -> str:
    guess = guess_encoding(file.sample)
    if file.wanted.encoding is not None:
        name = require_encoding(file.wanted.encoding)
        if name in ("utf-16", "utf-32"):  # which byte comes first, the file says
            likely = guess.encoding or ""
            return likely if likely.startswith(name) else f"{name}-le"
        if guess.bom and guess.encoding is not None and guess.encoding != name:
            raise DataError(f"{file.path} begins with the mark of {guess.encoding}; correct --encoding.")
        return name
    if guess.alternatives:
        raise UsageError(
            f"{file.path} may be in {' or '.join(guess.alternatives)}; its characters do not tell. Name it with "
            "--encoding."
        )
    if guess.encoding is None:
        raise DataError(
            f"{file.path} is no text in UTF-8, GB 18030, Big5 or UTF-16; name its --encoding, or save it as UTF-8."
        )
    return guess.encoding


def _shape(file: _Text, lines: Sequence[str]) -> Format | None:
    """Tell JSON by its brackets, and other shapes by the suffix; None for lines that may be of a table."""
    named: Format | None = SUFFIXES.get(file.suffix)
    given = [line for line in lines if line.strip()]
    beginning = "\n".join(given[:_LOOKED_AT]).lstrip()
    if _ARRAY.match(beginning) or (file.suffix == ".json" and beginning.startswith("[")):
        return "json"
    if beginning.startswith("{"):
        n_objects = sum(_object(line) is not None for line in given[:_LOOKED_AT])
        if len(given) == 1 and (_is_document(given[0]) if file.is_whole else named is None):
            return "json"
        if len(given) == 1 and named is None:
            return "jsonl"
        if n_objects:
            return "jsonl"
        if named != "jsonl" and _KEY.match(beginning):
            return "json"
    if named in ("parquet", "xlsx"):
        what = "a Parquet file" if named == "parquet" else "a workbook"
        raise DataError(f"{file.path}: not {what}: it is text. Write it again, or correct its suffix or --format.")
    if file.suffix == ".json":
        raise DataError(f"{file.path} begins with {quoted(beginning[:40])}, which is no JSON; name its --format.")
    return named


def _object(line: str) -> dict[str, object] | None:
    return parse_json_line(line.encode("utf-8", "replace"), 0).value


def _is_document(line: str) -> bool:
    """Whether an object on a single line is no row but holds rows, which it does where it has no text of its own."""
    value = _object(line)
    if value is None or any(is_text_name(name) and isinstance(text, str) for name, text in value.items()):
        return False
    inner: list[object] = list(value.values())
    while inner:
        each = inner.pop()
        if isinstance(each, list) and any(isinstance(item, dict) for item in each):
            return True
        if isinstance(each, dict):
            inner += each.values()
    return False


def _records(file: _Text, base: Sniffed, text: str) -> RecordsPath:
    """Find out where in a document its records are.

    Raises
    ------
    UsageError
        If several arrays may hold them.
    DataError
        If none does.
    """
    if (wanted := file.wanted.records) is not None:
        return TOP if wanted == "$" else tuple(key for key in wanted.split(".") if key)
    if text.lstrip().startswith("["):
        return ()

    def first(path: RecordsPath) -> dict[str, object]:
        with open_stream(file.path, file.state, base.compression, base.encoding, returns=base.returns) as stream:
            _, raw, _ = next(document_records(stream, file.path, path), (0, b"", False))
        return parse_json_line(without_marks(raw), 0).value or {}

    def has_text(row: dict[str, object]) -> bool:
        return any(is_text_name(name) and isinstance(value, str) for name, value in row.items())

    if file.is_whole and has_text(first(TOP)):
        return TOP
    with open_stream(file.path, file.state, base.compression, base.encoding, returns=base.returns) as stream:
        paths = list(records_paths(stream, file.path))
    if len(paths) > 1:
        paths = [path for path in paths if has_text(first(path))] or paths
    if not paths:
        raise DataError(f"{file.path}: holds no array of objects, which rows could be; name its --format.")
    if len(paths) > 1:
        raise UsageError(
            f"{file.path}: several arrays may hold the rows: {quoted_list([path_text(path) for path in paths])}; name "
            "one with --records."
        )
    return paths[0]


def _table(file: _Text, base: Sniffed, lines: list[str], usual: str | None) -> Sniffed:
    skipped, sign = _leading(lines)
    titles = _title_lines(lines[skipped:])
    below = [line.removesuffix("\r") for line in lines[skipped + titles :] if line.strip()]
    if not below:
        raise DataError(f"{file.path} has blank lines alone; nothing to read.")
    if usual is None and sign is None and file.wanted.delimiter is None:
        sign = _unnamed_delimiter(file.path, below)
        if sign is None:
            _require_narrow(file.path, lines[:_LOOKED_AT])
            return base
    delimiter = file.wanted.delimiter or sign
    if delimiter is None:
        guess = guess_delimiter(below, usual)
        if guess.delimiter is None:
            signs = " or ".join(_SIGN_NAMES.get(each, each) for each in guess.alternatives)
            raise UsageError(f"{file.path}: cells may be parted by {signs}; name the sign with --delimiter.")
        delimiter = guess.delimiter
    if base.encoding == UTF8 and "\0" in below[0]:
        raise _wide(file.path)
    skipped += titles
    found = replace(
        base,
        format="tsv" if delimiter == "\t" else "csv",
        delimiter=delimiter,
        skipped=skipped,
        header_line=skipped + 1,
    )
    if delimiter == "\t":
        with open_stream(file.path, file.state, base.compression, base.encoding, returns=base.returns) as stream:
            found = replace(found, quoted=uses_quoting(lines_below(lines_of(stream), skipped), delimiter))
    rows = first_records(below, delimiter, quoted=found.quoted)
    has_header = is_header(rows) if file.wanted.header is None else file.wanted.header
    if has_header is None:
        raise UsageError(
            f"{file.path}: its first row, {quoted_list(rows[0])}, may be the names of the columns or a row as the "
            "others; say which with --header or --no-header."
        )
    notes = (f"{titles} lines above the header are left out",) if titles else ()
    if has_header:
        return replace(found, notes=notes)
    widths = [len(row) for row in rows]
    return replace(found, header_line=None, width=max(set(widths), key=widths.count), notes=notes)


def _leading(lines: Sequence[str]) -> tuple[int, str | None]:
    """Count the lines above a table that are blank or name its delimiter, as spreadsheets take it; and that sign."""
    sign: str | None = None
    for number, line in enumerate(lines):
        if named := _SEPARATOR.match(line.strip("\r")):
            sign = named["sign"]
        elif line.strip(_BLANKS):
            return number, sign
    return len(lines), sign


def _title_lines(lines: Sequence[str]) -> int:
    """Count lines of one cell above one with several names, of which one of a text is known: titles of an export."""
    for number, line in enumerate(lines[: _MOST_TITLES + 1]):
        for sign in DELIMITERS:
            cells = [cell.strip('" \r') for cell in line.split(sign)]
            if names_a_text(cells):
                above = [each.strip(_BLANKS).split(sign) for each in lines[:number]]
                is_cut = any(each.count('"') % 2 for each in lines[:number])  # a name may run over lines
                return number if not is_cut and all(len(each) == 1 for each in above) else 0
    return 0


def _unnamed_delimiter(path: Path, lines: Sequence[str]) -> str | None:
    """Sign between the cells of a file whose name promises no table; None where each line is a text."""
    first, *others = lines[:_LOOKED_AT]
    tabs = first.count("\t")
    if tabs and sum(line.count("\t") == tabs for line in others) * 2 >= len(others):
        return "\t"
    guess = guess_delimiter(lines, None)
    if guess.alternatives:
        raise UsageError(
            f"{path} begins as a table does, with {quoted(first)}; name the --format, csv or tsv, or lines if each "
            "line is a text."
        )
    return guess.delimiter


def lines_below(lines: Iterator[PhysicalLine], count: int) -> Iterator[PhysicalLine]:
    """Lines of a file without the first `count`."""
    return islice(lines, count, None)


def _require_narrow(path: Path, lines: Sequence[str]) -> None:
    """Refuse text of two bytes a character that no encoding explains: read as UTF-8, it would be noise."""
    if sum("\0" in line for line in lines) * 2 > len(lines):
        raise _wide(path)


def _wide(path: Path) -> DataError:
    return DataError(
        f"{path} holds NUL characters in its header or most lines, as UTF-16 does; name its --encoding, or save it as "
        "UTF-8."
    )
