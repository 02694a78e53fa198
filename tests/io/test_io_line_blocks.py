"""Lines that are read many at a time: they and their records are those of reading line by line."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.io.delimited import DelimitedReader
from weibo_nlp.io.jsonl import lines_of
from weibo_nlp.io.limits import MAX_LINE_BYTES, MAX_RECORD_LINES
from weibo_nlp.io.line_blocks import LineBlocks
from weibo_nlp.io.row_places import RowPlaces, RowStart

# Lines that are plain, or one of the things that are not; in any order.
LINES = [
    "1,今天食堂的菜有点咸".encode(),
    '2,"两行\n一条"'.encode(),
    '3,"没有关上'.encode(),
    b'4,a"b"c',
    b"5",
    b"6,a,b",
    b"",
    b"  ",
    '"7","他说""好"""'.encode(),
    b"id,text",
    b'8,"a \\"b\\" c"',
    "9,尾\\".encode(),
    '10,后"来'.encode(),
    b"11,\r",
    "12,旧\r行".encode(),
    "\ufeff13,头".encode(),
    b"14,\xff",
    b"15,\0",
    "16,\u2028\x85\x0b".encode(),
    '17,"行\n18,行"'.encode(),
    b'"","" ',
]
SIZES = st.sampled_from([1, 7, 40, 1 << 16])


@given(lines=st.lists(st.sampled_from(LINES), max_size=20), size=SIZES, ends=st.booleans())
def test_lines_one_by_one_and_their_places_are_those_of_reading_line_by_line(lines, size, ends):
    body = b"\n".join(lines) + b"\n" * ends
    places, expected = RowPlaces(), RowPlaces()
    start = RowStart(number=3, offset=11)
    found = list(LineBlocks(BytesIO(body), start=start, places=places, size=size))
    assert found == list(lines_of(BytesIO(body), start=start, places=expected))
    for number, _, _ in found:
        assert places.offset(number) == expected.offset(number)


@pytest.mark.parametrize("excess", [-1, 0, 1, MAX_LINE_BYTES + 5])
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_line_that_is_too_long_is_cut_as_it_is_line_by_line(excess, end):
    body = b"1,a\n" + b"x" * (MAX_LINE_BYTES + excess) + end + b"2,b\n"
    assert list(LineBlocks(BytesIO(body))) == list(lines_of(BytesIO(body)))


@given(
    rows=st.lists(st.sampled_from(LINES), max_size=24),
    size=SIZES,
    tabs=st.booleans(),
    quoted=st.booleans(),
    short=st.booleans(),
    header=st.sampled_from([b"id,text", b"text", b'"id","text"', b"id,text,n"]),
)
def test_records_of_blocks_are_those_of_reading_line_by_line(rows, size, tabs, quoted, short, header):
    body = b"\n".join([header, *rows]) + b"\n"
    body = body.replace(b",", b"\t") if tabs else body
    blocks, lines, numbered = (
        DelimitedReader(source, "\t" if tabs else ",", quoted=quoted, short=frozenset({1, 2} if short else ()))
        for source in (
            LineBlocks(BytesIO(body), size=size),
            lines_of(BytesIO(body)),
            LineBlocks(BytesIO(body), size=size),
        )
    )
    for reader in (blocks, lines, numbered):
        reader.header()
    expected = [(record, lines.marks.has_opened, lines.marks.open_line) for record in lines.records()]
    found = [(record, blocks.marks.has_opened, blocks.marks.open_line) for record in blocks.records()]
    assert found == expected
    numbers = [(number, numbered.marks.has_opened) for number, *_ in numbered.read(with_cells=False)]
    assert numbers == [(record.number, has_opened) for record, has_opened, _ in expected]


@pytest.mark.parametrize(
    "n_lines", [MAX_RECORD_LINES - 1, MAX_RECORD_LINES, MAX_RECORD_LINES + 1, MAX_RECORD_LINES + 2]
)
def test_a_cell_may_run_over_as_many_lines_as_it_may_line_by_line(n_lines):
    cell = "\n".join(["行"] * n_lines)
    body = f'id,text\n1,"{cell}"\n2,好\n'.encode()
    told = []
    for source in (LineBlocks(BytesIO(body)), lines_of(BytesIO(body))):
        reader = DelimitedReader(source, ",")
        reader.header()
        told.append(list(reader.records()))
    assert told[0] == told[1]


def test_plain_texts_are_the_rest_of_a_block_and_none_of_one_with_something_odd():
    lines = LineBlocks(BytesIO(b"a\nb\nc\n"))
    assert next(lines) == (1, b"a", False)
    assert list(lines.plain_texts()) == ["b", "c"]
    lines.skip(1)
    assert (lines.number, list(lines.plain_texts())) == (2, ["c"])
    lines.distrust()
    assert (list(lines.plain_texts()), next(lines)) == ([], (3, b"c", False))
    assert list(lines.plain_texts()) == list(LineBlocks(BytesIO(b"a\r\nb\n")).plain_texts()) == []
