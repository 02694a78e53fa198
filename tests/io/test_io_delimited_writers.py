"""Files of programs that write delimited text each in its own way: rows come as written, or something is told."""

import csv
import io
import re
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.io import Row, open_table

PIECES = ["好", "坏", '"', '""', "\n", ",", "\t", '\n"', '"\n', '好"坏"']


def wrapped(rows, delimiter, *, every):
    """Cells in marks, all or those that need it, and nothing done about the marks inside."""
    needs = re.compile(f'[{delimiter}"\n]')
    return "".join(
        delimiter.join(f'"{cell}"' if every or needs.search(cell) else cell for cell in row) + "\n" for row in rows
    )


def written(rows, delimiter, **dialect):
    handle = io.StringIO()
    csv.writer(handle, delimiter=delimiter, lineterminator="\n", **dialect).writerows(rows)
    return handle.getvalue()


ESCAPED = {"doublequote": False, "escapechar": "\\"}
WRITERS = {
    "wrap-all": lambda rows, delimiter: wrapped(rows, delimiter, every=True),
    "wrap-minimal": lambda rows, delimiter: wrapped(rows, delimiter, every=False),
    "escape-all": lambda rows, delimiter: written(rows, delimiter, quoting=csv.QUOTE_ALL, **ESCAPED),
    "escape-minimal": lambda rows, delimiter: written(rows, delimiter, quoting=csv.QUOTE_MINIMAL, **ESCAPED),
    "escape-none": lambda rows, delimiter: written(rows, delimiter, quoting=csv.QUOTE_NONE, **ESCAPED),
    "double-all": lambda rows, delimiter: written(rows, delimiter, quoting=csv.QUOTE_ALL),
    "double-minimal": lambda rows, delimiter: written(rows, delimiter, quoting=csv.QUOTE_MINIMAL),
}


def is_standard(body, delimiter, width):
    """Whether a file is, by chance, one that RFC 4180 allows: what its program meant cannot be known."""
    cell = rf'(?:"(?:[^"]|"")*+"|[^"{delimiter}\n]*)'
    return re.fullmatch(rf"(?:{cell}(?:{delimiter}{cell}){{{width - 1}}}\n)*", body) is not None


@pytest.mark.parametrize("program", WRITERS)
@pytest.mark.parametrize("format", ["csv", "tsv"])
@given(data=st.data())
def test_rows_come_as_written_or_something_is_told(tmp_path, program, format, data):
    delimiter = "," if format == "csv" else "\t"
    width = data.draw(st.integers(1, 4))
    place = data.draw(st.integers(0, width - 1))
    # What is torn where marks are text is seen by its cells, unless tabs make up for them.
    pieces = [piece for piece in PIECES if format == "csv" or width == 1 or "wrap" not in program or piece != "\t"]
    texts = data.draw(st.lists(st.lists(st.sampled_from(pieces), min_size=1, max_size=6).map("".join), max_size=4))
    names = [f"n{column}" for column in range(width)]
    rows = [[text if column == place else str(number) for column in range(width)] for number, text in enumerate(texts)]
    header = data.draw(st.sampled_from([written, WRITERS[program]]))([names], delimiter)
    body = WRITERS[program](rows, delimiter)
    (tmp_path / f"a.{format}").write_text(header + body, "utf-8")
    items = list(open_table(tmp_path / f"a.{format}", delimiter=delimiter, header=True).rows())
    told = [item for item in items if not isinstance(item, Row) or item.swallows]
    found = [list(item.values.values()) for item in items if isinstance(item, Row)]
    if program.startswith("double") and format == "csv":
        assert found == rows
    elif not told and not ("wrap" in program and is_standard(body, delimiter, width)):
        # Marks that are text, or do not quote, are kept.
        kept = [[cell, f'"{cell}"'] for row in rows for cell in row]
        assert len(found) == len(rows)
        assert all(cell in either for cell, either in zip(chain(*found), kept, strict=True))
