"""Records and votes of delimited text at their borders, read from lines and not from files."""

import pytest

from weibo_nlp.io import delimited
from weibo_nlp.io import quoting as votes
from weibo_nlp.io.delimited import BARE_RETURN, OPEN_QUOTE, DelimitedReader
from weibo_nlp.io.quoting import uses_quoting
from weibo_nlp.io.swallowed import swallowed_lines, swallows_records


def lines_of(*bodies):
    """Physical lines of texts, bytes where a text could not hold them."""
    encoded = [body if isinstance(body, bytes) else body.encode() for body in bodies]
    return iter([(number, body, False) for number, body in enumerate(encoded, 1)])


def read(*bodies, delimiter=",", **options):
    """Header, and of every record the number with its cells or the reason."""
    reader = DelimitedReader(lines_of(*bodies), delimiter, **options)
    return reader.header(), [(record.number, record.cells or record.reason) for record in reader.records()]


@pytest.mark.parametrize(
    ("bodies", "header"),
    [
        pytest.param([], "is not there", id="nothing"),
        pytest.param(['"a,b",c\r'], ["a,b", "c"], id="quoted"),
        pytest.param(['a,"b"c\r'], ["a", '"b"c'], id="text-behind-a-mark"),
        pytest.param(['a,"b', 'c"', "1,2"], ["a", "b\nc"], id="over-two-lines"),
        pytest.param(['"a\rx', 'y",c'], ["a\rx\ny", "c"], id="over-two-lines-with-a-carriage-return"),
        pytest.param(["X"], ["X"], id="one-letter"),
        pytest.param(['a,"b"c\r\r'], ["a", '"b"c'], id="two-carriage-returns-at-the-end"),
        pytest.param(
            ["\r\r"], "is a blank line. Remove it, or write the names of the columns there", id="carriage-returns"
        ),
        pytest.param([b"\xff"], "cannot be read: not UTF-8: byte 0xff at byte 0. Save the file as UTF-8", id="no-text"),
        pytest.param(
            ['"' + "a" * 90],
            f"is not a row of cells: '\"{'a' * 79}'. Close its quotes",
            id="open",
        ),
        pytest.param(
            ["a" * 90 + ",\rb"],
            f"is not a row of cells: '{'a' * 80}'. Save the file with line feeds at the ends of its lines",
            id="carriage-return",
        ),
    ],
)
def test_a_header_is_cells_or_what_is_wrong_with_it(bodies, header):
    assert read(*bodies)[0] == header


def test_a_header_cut_for_its_length_is_told():
    reader = DelimitedReader(iter([(1, b"a", True)]), ",")
    assert reader.header() == "cannot be read: line is longer than 4,194,304 bytes. Save the file as UTF-8"


def test_lines_that_would_join_to_other_than_a_record_are_read_each_for_itself():
    assert read("id,text", '1,"a', "2,b", '3,c",d', "4,e")[1] == [
        (2, OPEN_QUOTE),
        (3, ["2", "b"]),
        (4, "3 cells, the header has 2"),
        (5, ["4", "e"]),
    ]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        pytest.param('"","b"c', ["", '"b"c'], id="empty"),
        pytest.param('"a""b","c"d', ['a"b', '"c"d'], id="doubled-marks"),
        pytest.param('"""","c"d', ['"', '"c"d'], id="a-doubled-mark-alone"),
        pytest.param('"c"d,"a,b"', ['"c"d', "a,b"], id="the-last-cell"),
        pytest.param('a,"b"X', ["a", '"b"X'], id="a-letter-behind-the-last"),
        pytest.param('"c"d,', ['"c"d', ""], id="an-empty-last-cell"),
        pytest.param('a"b,"c"d', ['a"b', '"c"d'], id="not-quoted"),
    ],
)
def test_the_cells_beside_one_that_goes_on_behind_its_closing_mark_are_read_as_ever(line, cells):
    assert read("id,text", line)[1] == [(2, cells)]


def test_behind_a_line_that_was_cut_every_other_is_read_for_itself(monkeypatch):
    raw = '1,"好好'.encode()
    monkeypatch.setattr(delimited, "MAX_LINE_BYTES", len(raw))
    lines = [(1, b"id,text", False), (2, raw, True), (3, b'b"', False), (4, b"2,c", False)]
    reader = DelimitedReader(iter(lines), ",")
    reader.header()
    assert [(record.number, record.cells or record.reason) for record in reader.records()] == [
        (2, "line is longer than 4,194,304 bytes"),
        (3, "1 cells, the header has 2"),
        (4, ["2", "c"]),
    ]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"1\xff,a", id="whole"),
        pytest.param(b"1\xff,a\r", id="whole-with-a-windows-line-end"),
        pytest.param(b'1\xff,"a"\r', id="closed-with-a-windows-line-end"),
        pytest.param(b'1\xff,"a"b', id="text-behind-a-mark"),
        pytest.param(b'1\xff,"a"b,"', id="a-mark-behind-such-text"),
        pytest.param(b'1\xff,a\rb,"', id="a-carriage-return"),
        pytest.param(b'1\xff,2,"a', id="open-and-of-another-width"),
    ],
)
def test_a_line_that_is_no_text_takes_no_other_with_it_unless_a_record_runs_on(line):
    (number, reason), *others = read("id,text", line, 'b"', "2,c")[1]
    assert (number, reason[:9]) == (2, "not UTF-8")
    assert others == [(3, "1 cells, the header has 2"), (4, ["2", "c"])]


def test_what_is_set_aside_swallows_nothing():
    reader = DelimitedReader(lines_of("id,text", '1,"a', "2,b", '3,c"', "4", "id,text"), ",")
    reader.header()
    assert [(record.number, record.swallows) for record in reader.records()] == [(2, True), (5, False), (6, False)]


def test_a_line_of_other_blanks_than_spaces_is_a_row():
    assert read("text", "\u3000", " \r", "a")[1] == [(2, ["\u3000"]), (3, "blank line"), (4, ["a"])]


def test_a_record_ends_before_the_limit_of_its_characters(monkeypatch):
    body = ("id,text", '1,"aaaa', "bbbb", 'cc"')
    monkeypatch.setattr(delimited, "MAX_LINE_BYTES", 12)  # 7 and 4 stand before the last line; the cell has 12
    assert read(*body)[1] == [(2, ["1", "aaaa\nbbbb\ncc"])]
    monkeypatch.setattr(delimited, "MAX_LINE_BYTES", 11)
    assert read(*body)[1][0] == (2, OPEN_QUOTE)
    body = ("id,text", '123456,"a', "b", 'c"')  # whose cell is far from the limit
    monkeypatch.setattr(delimited, "MAX_LINE_BYTES", 11)
    assert read(*body)[1] == [(2, ["123456", "a\nb\nc"])]
    monkeypatch.setattr(delimited, "MAX_LINE_BYTES", 10)
    assert read(*body)[1][0] == (2, OPEN_QUOTE)


def test_a_carriage_return_in_a_bare_cell_is_told_behind_a_quoted_one():
    assert read("id,text", '"1",a\rb', '2,"a"\r"b')[1] == [(2, BARE_RETURN), (3, BARE_RETURN)]


@pytest.mark.parametrize(
    "file",
    [
        pytest.param('"text","id"\r"好","1"\r"坏","2"', id="all-cells"),
        pytest.param('text,id\r"好",1\r坏,2', id="one-cell"),
        pytest.param('text,id\r好,"1"x\r坏,2', id="text-behind-a-mark"),
    ],
)
def test_a_file_of_carriage_returns_with_quoted_cells_is_not_one_long_header(file):
    assert read(file)[0].endswith("Save the file with line feeds at the ends of its lines")
    header, records = read("a,b,c,d", file, "1,2,3,4")
    assert (header, records) == ([*"abcd"], [(2, BARE_RETURN), (3, [*"1234"])])


def test_a_carriage_return_in_a_quoted_cell_is_text_beside_one_that_goes_on_behind_its_mark():
    assert read("id,text", '"1\r2","b"c\r\r', '"3"\r"4",d')[1] == [(2, ["1\r2", '"b"c']), (3, BARE_RETURN)]


def test_where_marks_are_text_only_the_end_of_a_line_is_taken_off():
    header, records = read('"a"\tb\r', '"1\t2"\r', '"3"\t4', delimiter="\t", quoted=False)
    assert (header, records) == (['"a"', "b"], [(2, ['"1', '2"']), (3, ['"3"', "4"])])


def test_where_marks_are_text_a_record_between_two_of_them_is_read_with_the_lines_around_it():
    assert read("a\tb", '1\t"x', "y", '2\tz"', delimiter="\t", quoted=False)[1] == [
        (2, ["1", '"x']),
        (3, "1 cells, the header has 2"),
        (4, ["2", 'z"']),
    ]


@pytest.mark.parametrize(
    ("cells", "width", "swallows"),
    [
        pytest.param(["1", "甲,乙\n丙"], 2, False, id="before-the-first-line-end"),
        pytest.param(["1", "甲\n乙,丙"], 2, True, id="behind-it"),
        pytest.param(["1", "甲\n乙\n丙,丁"], 2, True, id="on-the-third-line"),
        pytest.param(["1", "甲\n乙,丙"], 3, False, id="of-another-width"),
        pytest.param(["甲\n乙"], 1, False, id="of-one-column"),
        pytest.param(["甲,乙", "丙"], 2, False, id="on-one-line"),
        pytest.param(["1", "甲\n乙", "丙\n丁"], 3, False, id="two-cells-of-two-lines"),
        pytest.param(["甲\n乙", "丙\n丁"], 2, False, id="a-line-between-two-cells"),
        pytest.param(["甲,1\n乙", "2\n丁"], 2, True, id="a-line-between-two-cells-below-another-row"),
        pytest.param(["甲\n乙,2\n丙", "3"], 2, True, id="inside-below-a-line-that-is-none"),
        pytest.param(["甲\r\n乙", "3"], 2, False, id="a-windows-line-end-is-one"),
    ],
)
def test_what_a_quoted_cell_swallows_are_whole_records_behind_its_first_line(cells, width, swallows):
    assert swallows_records(cells, ",", width) is swallows


@pytest.mark.parametrize(
    ("cells", "width", "lines"),
    [
        pytest.param(["1", "甲,5\n2,乙,6\n丙\n3,丁", "7"], 3, [1, 3], id="all-but-the-one-that-is-none"),
        pytest.param(["1", "甲\n2,乙,6\n3,丁", "7"], 3, [1], id="not-the-end-of-a-record-that-begins-otherwise"),
        pytest.param(["甲\n乙", "丙\n1,2\n丁"], 2, [2], id="inside-the-second-cell"),
        pytest.param(["1", "甲\r2,乙\r\n3,丙"], 2, [1, 2], id="of-several-line-ends"),
    ],
)
def test_swallowed_lines_are_counted_from_that_on_which_the_record_begins(cells, width, lines):
    assert swallowed_lines(cells, ",", width) == lines


@pytest.mark.parametrize(
    ("bodies", "quoting"),
    [
        pytest.param([], True, id="nothing"),
        pytest.param([b"\xff\t"], True, id="a-header-that-is-no-text"),
        pytest.param(['id\t"text"', "1\t2"], True, id="a-quoted-name"),
        pytest.param(['"id\tx"\t"b"', "1\t2"], True, id="a-quoted-name-with-a-tab-beside-another"),
        pytest.param(['"id', 'x"\tb', "1\t2"], True, id="a-quoted-name-over-two-lines"),
        pytest.param(['\ufeff"id"\ttext', "1\t2"], True, id="a-quoted-name-behind-a-mark-of-order"),
        pytest.param(['id\t"text"\r', "1\t2"], True, id="a-quoted-last-name-with-a-windows-line-end"),
        pytest.param(['id\tte"xt', "1\t2"], False, id="a-mark-inside-a-name"),
        pytest.param(['id\tte"xt', "1", "1\t2"], False, id="a-mark-inside-a-name-above-a-row-of-another-width"),
        pytest.param(['id\t"\tx"', "1\t2\t3"], False, id="a-lone-mark-is-no-quoted-name"),
        pytest.param(['"id\tx"\ttext', "1\t2"], True, id="a-quoted-name-with-a-tab"),
        pytest.param(['"id\tx"\ttext', "1\t2\t3"], False, id="two-names-with-a-mark-each"),
        pytest.param(['"id\tx"\ttext'], True, id="a-quoted-name-with-a-tab-and-nothing-else"),
        pytest.param(['"id\tx"\ttext', '"a', '"\tb'], True, id="a-quoted-name-with-a-tab-above-a-cell-of-two-lines"),
        pytest.param(['id\t"text', "1\t2"], False, id="a-name-that-stays-open"),
        pytest.param(["id\ttext", '1\t"a""b"', '2\t说"好"'], False, id="one-vote-each"),
        pytest.param(["id\ttext", *['1\t""'] * 3], True, id="empty-cells-by-habit"),
        pytest.param(["id\ttext", *['1\t"a"'] * 3, " ", "\t"], True, id="blank-lines-are-no-rows"),
        pytest.param(["id\ttext", *['1\t"a"'] * 3, "4\ta"], False, id="a-row-without"),
        pytest.param(["id\ttext", '1\t"a\rb"'], True, id="a-carriage-return"),
        pytest.param(["id\ttext\r", '1\t"a,b"\r'], True, id="windows-line-ends"),
        pytest.param(["id\ttext", b'1\t"\xff""', '2\t"a""b"'], True, id="no-text-has-no-vote"),
        pytest.param(["id\ttext", '1\t"a\tb\tc"', '2\t"', '"'], True, id="whole-with-quotes-only"),
        pytest.param(["id\ttext", '1\t"a"\tb"c"', '2\t3"4'], False, id="broken-with-and-without"),
    ],
)
def test_what_marks_mean_at_the_borders(bodies, quoting):
    assert uses_quoting(lines_of(*bodies), "\t") is quoting


@pytest.mark.parametrize(
    ("n_bytes", "rows", "quoting"),
    [
        pytest.param(8, ['1\t"a""b"', '2\t"c"d'], True, id="up-to-the-first"),
        pytest.param(9, ['1\t"a""b"', '2\t"c"d'], False, id="and-one-more"),
        pytest.param(
            11, ["0\t0", '1\t"a""b"', "2\tb", '2\t"c"d'], True, id="rows-without-marks-count-behind-the-first"
        ),
        pytest.param(12, ["0\t0", '1\t"a""b"', "2\tb", '2\t"c"d'], False, id="and-one-more-behind-these"),
    ],
)
def test_so_many_bytes_are_looked_at(monkeypatch, n_bytes, rows, quoting):
    monkeypatch.setattr(votes, "QUOTING_BYTES", n_bytes)
    assert uses_quoting(lines_of("id\ttext", *rows), "\t") is quoting
