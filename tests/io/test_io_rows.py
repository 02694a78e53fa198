import json
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import Reject, Row, open_table, parquet
from weibo_nlp.io.column_types import arrow_schema
from weibo_nlp.io.delimited import OPEN_QUOTE
from weibo_nlp.io.limits import MAX_COLUMNS, MAX_LINE_BYTES, MAX_NAME_CHARACTERS, MAX_RECORD_LINES
from weibo_nlp.io.rows import listed

DATA = Path(__file__).parents[1] / "data" / "io"


def written(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path, format=None):
    """Numbers and values of the rows, numbers and reasons of the rejects."""
    items = list(open_table(path, format).rows())
    rows = [(item.number, list(item.values.values())) for item in items if isinstance(item, Row)]
    return rows, [(item.line, item.reason) for item in items if isinstance(item, Reject)]


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("not_utf8", "not UTF-8: byte 0xbb at byte 2"),
        ("encoded_surrogate", "not UTF-8: byte 0xed at byte 2"),
        ("cell_missing", "1 cells, the header has 2"),
        ("cell_too_many", "3 cells, the header has 2"),
        ("blank_line", "blank line"),
        ("quote_open", "a quoted cell is not closed, or closes 100+ lines on"),
        ("quote_open_after_a_loose_one", "a quoted cell is not closed, or closes 100+ lines on"),
    ],
)
def test_a_bad_csv_line_costs_one_row_and_says_why(rule, reason):
    rows, rejects = read(DATA / f"reject-{rule}.csv")
    assert rows == [(2, ["1", "前"]), (4, ["3", "后"])]
    assert rejects == [(3, reason)]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("quote_open", r":1: the header is not a row of cells: 'id,\"text'\. Close its quotes"),
    ],
)
def test_a_header_that_names_no_columns_is_refused(rule, message):
    with pytest.raises(DataError, match=rf"header-{rule}\.csv{message}"):
        open_table(DATA / f"header-{rule}.csv")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param('1,"一\n二"\n2,三\n', [(2, ["1", "一\n二"]), (4, ["2", "三"])], id="cell-over-two-lines"),
        pytest.param('1,"一\r\n二"\r\n2,三\r\n', [(2, ["1", "一\r\n二"]), (4, ["2", "三"])], id="windows-line-ends"),
        pytest.param('1,"他说""好"""\n', [(2, ["1", '他说"好"'])], id="doubled-quotes"),
        pytest.param('1,"好"的\n', [(2, ["1", '"好"的'])], id="text-after-a-closing-quote"),
        pytest.param('1,"好"的"坏"\n', [(2, ["1", '"好"的"坏"'])], id="two-quoted-words"),
        pytest.param('"1,2","好"的\n', [(2, ["1,2", '"好"的'])], id="text-after-a-closing-quote-beside-a-quoted-cell"),
        pytest.param('1,说"好"\n', [(2, ["1", '说"好"'])], id="quotes-inside-a-bare-cell"),
        pytest.param("1,前\x00后\n", [(2, ["1", "前\x00后"])], id="nul"),
        pytest.param("1,前\u2028后\x85\n", [(2, ["1", "前\u2028后\x85"])], id="other-line-separators-are-text"),
        pytest.param("1,好\n\n \n\r\n", [(2, ["1", "好"])], id="blank-lines-at-the-end"),
        pytest.param("1,好", [(2, ["1", "好"])], id="no-newline-at-the-end"),
        pytest.param(",\n", [(2, ["", ""])], id="empty-cells"),
        pytest.param("", [], id="header-only"),
    ],
)
def test_csv_records(tmp_path, body, expected):
    assert read(written(tmp_path, "a.csv", "\ufeffid,text\n" + body)) == (expected, [])
    assert open_table(tmp_path / "a.csv").columns == ("id", "text")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param('1\t"好\n2\t坏"\n', [(2, ["1", '"好']), (3, ["2", '坏"'])], id="open-quote-is-text"),
        pytest.param('1\t"好"的\n', [(2, ["1", '"好"的'])], id="loose-quote-is-text"),
        pytest.param('1\t"一\n二"\n2\t三\n', [(2, ["1", "一\n二"]), (4, ["2", "三"])], id="quoted-cell-over-two-lines"),
        pytest.param('1\t"一\t二"\n', [(2, ["1", "一\t二"])], id="quoted-tab"),
        pytest.param("1\t好\r\n", [(2, ["1", "好"])], id="windows-line-ends"),
        pytest.param('1\t"没关\n', [(2, ["1", '"没关'])], id="open-quote-on-the-last-line"),
    ],
)
def test_tsv_records_with_quoting_and_without(tmp_path, body, expected):
    assert read(written(tmp_path, "a.tsv", "id\ttext\n" + body)) == (expected, [])


def test_a_cell_closes_at_most_a_hundred_lines_on(tmp_path):
    body = '1,"' + "行\n" * MAX_RECORD_LINES + '"\n2,好\n'
    (row, last), rejects = read(written(tmp_path, "a.csv", "id,text\n" + body))
    assert row == (2, ["1", "行\n" * MAX_RECORD_LINES])
    assert (last[0], rejects) == (MAX_RECORD_LINES + 3, [])
    rows, rejects = read(written(tmp_path, "b.csv", "id,text\n" + body.replace("行", "行\n行", 1)))
    assert rows == [(MAX_RECORD_LINES + 4, ["2", "好"])]
    # The opening line, the hundred that could not be joined to it, and the quotation mark on its own.
    assert len(rejects) == MAX_RECORD_LINES + 2


def test_an_open_quote_before_a_line_that_is_no_utf8_takes_nothing_with_it(tmp_path):
    path = written(tmp_path, "a.csv", 'id,text\n1,"一\n'.encode() + b'\xff"\n' + "2,二\n".encode())
    rows, rejects = read(path)
    assert rows == [(4, ["2", "二"])]
    assert rejects == [(2, "line 3: not UTF-8: byte 0xff at byte 0")]


@pytest.mark.parametrize("format", ["csv", "tsv", "jsonl", "lines"])
@given(body=st.text(st.sampled_from('a,\t"\n\r{}好 '), max_size=40).map(str.encode) | st.binary(max_size=40))
def test_no_content_raises_and_every_line_is_looked_at_once_and_in_order(tmp_path, format, body):
    path = written(tmp_path, "any", b"a,b\tc\n" + body)
    items = open_table(path, format, encoding="utf-8", header=True).rows()
    numbers = [item.number if isinstance(item, Row) else item.line for item in items]
    assert numbers == sorted(set(numbers))
    if format in ("lines", "jsonl"):
        assert numbers == list(range(1, len(numbers) + 1))
        assert not b"".join(body.split(b"\n")[len(numbers) - 1 :]).decode("utf-8", "replace").strip()


def test_plain_lines_are_one_text_each(tmp_path):
    path = written(tmp_path, "a.txt", "\ufeff第一条，有逗号\r\n\n第三条\n\u3000\n\n".encode())
    assert open_table(path).format == "lines"
    assert read(path) == ([(1, ["第一条，有逗号"]), (3, ["第三条"])], [(2, "blank line")])


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        pytest.param("a.CSV", "text\n好\n", "csv", id="suffix-in-capitals"),
        pytest.param("a.tab", "id\ttext\n", "tsv", id="tab"),
        pytest.param("a.ndjson", "{}\n", "jsonl", id="ndjson"),
        pytest.param("a.txt", '\ufeff{"text": "好"}\n', "jsonl", id="json-by-its-first-byte"),
        pytest.param("a.json", '{"text": "好"}\n{"text": "坏"}\n', "jsonl", id="json-lines-called-json"),
        pytest.param("a.utf8", "ID\tTEXT\n1\t好\n", "tsv", id="constant-number-of-tabs"),
        pytest.param("a.txt", "一\t二\n三\n四\n", "lines", id="a-stray-tab"),
        pytest.param("a", "[doge] 好\n", "lines", id="an-emoji-code-is-no-json"),
    ],
)
def test_the_format_is_told_by_suffix_or_first_bytes(tmp_path, name, content, expected):
    assert open_table(written(tmp_path, name, content)).format == expected


def test_parquet_is_told_by_its_first_bytes(tmp_path):
    pq.write_table(pa.table({"text": ["好"]}), tmp_path / "a.dat")
    table = open_table(tmp_path / "a.dat")
    assert (table.format, table.columns, table.has_mark) == ("parquet", ("text",), False)


@pytest.mark.parametrize(
    ("lines", "is_wide"),
    [
        pytest.param(["a\0", "b"], False, id="half"),
        pytest.param(["a\0", "b", "c\0"], True, id="most"),
        pytest.param(["a\0"] * 10 + ["b"] * 10 + ["c\0"] * 10, False, id="half-of-the-first-twenty"),
        pytest.param(["a\0"] * 11 + ["b"] * 19, True, id="most-of-the-first-twenty"),
    ],
)
def test_lines_of_which_most_have_nul_characters_are_no_text(tmp_path, lines, is_wide):
    path = written(tmp_path, "a.txt", "\n".join(lines))
    if is_wide:
        with pytest.raises(DataError, match="holds NUL characters in its header or most lines"):
            open_table(path)
    else:
        assert [values for _, (values,) in read(path)[0]] == lines


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "a.csv is empty; nothing to read", id="empty"),
        pytest.param(None, "a.csv does not exist; name a CSV", id="missing"),
    ],
)
def test_a_file_without_content_is_refused(tmp_path, content, message):
    if content is not None:
        written(tmp_path, "a.csv", content)
    with pytest.raises((DataError, UsageError), match=message):
        open_table(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("path", "found"), [pytest.param(os.curdir, "is a folder", id="folder"), (os.devnull, "is no regular file")]
)
def test_what_is_no_file_is_refused(path, found):
    with pytest.raises(UsageError, match=f"{found}; name a CSV, TSV, JSONL, Parquet or plain text file"):
        open_table(path)


@pytest.mark.parametrize("width", [MAX_COLUMNS, MAX_COLUMNS + 1, 500_000])
def test_a_header_has_at_most_so_many_columns(tmp_path, width):
    path = written(tmp_path, "a.csv", ",".join(f"c{n}" for n in range(width)) + "\n" + "," * (width - 1) + "\n")
    if width > MAX_COLUMNS:
        with pytest.raises(DataError, match=r"a\.csv:1: the header has more than 4,096 names; keep the columns"):
            open_table(path)
        return
    table = open_table(path)
    assert len(table.columns) == width
    assert [len(row.values) for row in table.rows()] == [width]


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_a_text_in_the_place_of_a_column_name_is_no_header(tmp_path, format):
    fits, text = "n" * MAX_NAME_CHARACTERS, "n" * (MAX_NAME_CHARACTERS + 1)
    for name in (fits, text):
        path = tmp_path / f"{len(name)}.{format}"
        if format == "csv":
            path.write_text(f"id,{name}\n", "utf-8")
        else:
            pq.write_table(pa.table({"id": ["a"], name: ["b"]}), path)
    assert open_table(tmp_path / f"{len(fits)}.{format}").columns == ("id", fits)
    with pytest.raises(DataError, match="the header has a name longer than 1,000 characters"):
        open_table(path)


def test_parquet_of_too_many_columns_is_refused_nested_ones_counted(tmp_path):
    wide = pa.struct([(f"c{number}", pa.int8()) for number in range(MAX_COLUMNS)])
    pq.write_table(pa.table({"text": ["好"], "wide": pa.array([None], wide)}), tmp_path / "a.parquet")
    with pytest.raises(DataError, match=r"a\.parquet: 4,097 columns; 4,096 are allowed"):
        open_table(tmp_path / "a.parquet")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param({f"k{n}": 1 for n in range(MAX_COLUMNS + 1)}, "more than 4,096 names", id="keys"),
        pytest.param({"k" * (MAX_NAME_CHARACTERS + 1): 1}, "a name longer than 1,000 characters", id="long-key"),
        pytest.param({"text": "a" * MAX_LINE_BYTES}, "line is longer than 4,194,304 bytes", id="bytes"),
        pytest.param({"a": [0] * 1_000_001}, "more than 1,000,000 values", id="values"),
    ],
)
def test_a_json_row_beyond_a_limit_is_set_aside(tmp_path, line, reason):
    path = written(tmp_path, "a.jsonl", json.dumps(line, separators=(",", ":")) + '\n{"text": "好"}\n')
    assert read(path) == ([(2, ["好"])], [(1, reason)])


def test_a_parquet_row_beyond_the_limit_is_set_aside_whatever_it_is_made_of(tmp_path):
    long = "好" * (MAX_LINE_BYTES // 3 + 1)
    table = {
        "text": ["短", long, "短", "短"],
        "many": [[], [], ["a" * 1_000] * 5_000, []],
        "same": pa.DictionaryArray.from_arrays(pa.array([0, 0, 0, 1]), ["x", "a" * (MAX_LINE_BYTES + 1)]),
    }
    pq.write_table(pa.table(table), tmp_path / "a.parquet")
    rows, rejects = read(tmp_path / "a.parquet")
    assert rows == [(1, ["短", [], "x"])]
    assert rejects == [(number, "row is longer than 4,194,304 bytes") for number in (2, 3, 4)]


def test_long_parquet_rows_within_the_limit_are_read_whole(tmp_path):
    texts = [str(number) * 100_000 for number in range(10)] * 20
    pq.write_table(pa.table({"text": texts}), tmp_path / "a.parquet")
    assert [values for _, (values,) in read(tmp_path / "a.parquet")[0]] == texts


def test_parquet_keeps_the_types_of_its_columns_however_they_are_read(tmp_path):
    types = {"a": pa.string(), "b": pa.large_string(), "c": pa.binary(), "d": pa.dictionary(pa.int32(), pa.string())}
    columns = {name: pa.array([b"x" if name == "c" else "x"]).cast(type_) for name, type_ in types.items()}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    assert {item.name: item.type for item in arrow_schema(open_table(tmp_path / "a.parquet"))} == types


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        pytest.param(2, "in 2 rows; a row may have 4,194,304. Leave out such rows", id="few-long-rows"),
        pytest.param(100, r"packed into [\d,]+, more than 200 times as much", id="bomb"),
    ],
)
def test_a_parquet_row_group_that_would_fill_the_memory_is_refused_before_it_is_unpacked(
    tmp_path, monkeypatch, rows, message
):
    monkeypatch.setattr(parquet, "PARQUET_GROUP_BYTES", 1_000_000)  # the real one costs seconds to fill
    table = pa.table({"text": ["a" * 9_000_000] + ["好"] * (rows - 1)})
    pq.write_table(table, tmp_path / "a.parquet", compression="zstd", use_dictionary=False)
    with pytest.raises(DataError, match=rf"a\.parquet: row group 1 unpacks to 9,[\d,]+ bytes {message}"):
        open_table(tmp_path / "a.parquet")


@given(blanks=st.lists(st.integers(0, 3), min_size=1, max_size=5))
def test_blank_lines_count_but_at_the_end(tmp_path, blanks):
    """So many blank lines, then a text, and so on; the last blanks have no text behind them."""
    text = "".join("\n" * count + "好\n" for count in blanks[:-1]) + "\n" * blanks[-1]
    path = written(tmp_path, "a.txt", text or "\n")
    lines = text.rstrip("\n").split("\n") if "好" in text else []
    assert read(path, "lines") == (
        [(number, [line]) for number, line in enumerate(lines, 1) if line],
        [(number, "blank line") for number, line in enumerate(lines, 1) if not line],
    )


def test_parquet_rows_with_unreadable_values_are_set_aside(tmp_path):
    raw = pa.array([b"ok", b"\xe5\xa5", b"fine", None], pa.binary())
    when = pa.array([0, 0, 10**18, 1], pa.timestamp("us"))
    pq.write_table(pa.table({"text": raw.view(pa.string()), "when": when}), tmp_path / "a.parquet")
    ok, broken, future, null = open_table(tmp_path / "a.parquet").rows()
    assert (ok.number, ok.values["text"]) == (1, "ok")
    assert (broken.line, future.line) == (2, 3)
    assert broken.reason.startswith("text: a value cannot be read: 'utf-8' codec can't decode")
    assert future.reason.startswith("when: a value cannot be read: ")
    assert (null.number, null.values["text"]) == (4, None)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"id,text\n1,2\n", "not a Parquet file", id="csv"),
        pytest.param(b"PAR1", "not a Parquet file", id="magic-only"),
        pytest.param(b"PAR1" + b"\xff" * 40 + b"\x20\x00\x00\x00PAR1", "not a Parquet file", id="broken-footer"),
    ],
)
def test_a_file_that_is_not_parquet_is_refused(tmp_path, content, message):
    with pytest.raises(DataError, match=rf"a\.parquet: {message}"):
        open_table(written(tmp_path, "a.parquet", content))


def test_a_parquet_file_damaged_inside_names_the_row_it_was_read_up_to(tmp_path):
    path = tmp_path / "a.parquet"
    text = [f"第{number}条" for number in range(9_000)]
    pq.write_table(pa.table({"text": text}), path, row_group_size=3_000, use_dictionary=False, compression="zstd")
    whole = bytearray(path.read_bytes())
    start = pq.read_metadata(path).row_group(2).column(0).data_page_offset
    whole[start : start + 400] = b"\xff" * 400
    path.write_bytes(whole)
    # Batches may run over row groups, so up to a batch less is read than stands before the damage.
    with pytest.raises(DataError, match=r"a\.parquet: cannot be read on after row \d+: .*Write it again"):
        list(open_table(path).rows())


def test_parquet_columns_of_one_name_are_refused(tmp_path):
    table = pa.table([pa.array(["a"]), pa.array(["b"])], names=["text", "text"])
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(DataError, match=r"a\.parquet: column 'text' stands twice"):
        open_table(tmp_path / "a.parquet")


def test_a_long_list_of_names_is_cut_for_a_message():
    assert listed(["a", 7]) == "a, 7"
    assert listed(["x" * 100]) == "x" * 40
    assert listed([str(n) for n in range(1_021)]).endswith("18, 19, and 1,001 more")


MARK = "a byte order mark stands before it, as where files are joined"
RETURN = "a carriage return stands in it, where another line may begin; save the file with line feeds"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"a\rb\rc", ["a", "b", "c"], id="old-mac"),
        pytest.param(b"a\rb\r\nc\n", [RETURN, "c"], id="mixed"),
        pytest.param(b"a\r\r\nb\r\n", ["a", "b"], id="returns-before-the-line-feed"),
        pytest.param("a\x85b\nc\u2028d\n".encode(), ["a\x85b", "c\u2028d"], id="other-signs-are-text"),
        pytest.param("a\n\ufeffb\n".encode(), ["a", MARK], id="mark"),
    ],
)
def test_plain_lines_that_may_be_several_are_set_aside(tmp_path, content, expected):
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    items = open_table(path).rows()
    assert [item.values["text"] if isinstance(item, Row) else item.reason for item in items] == expected


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        pytest.param("a.csv", "id,text\n1,a\n\ufeff2,b\n", [["1", "a"], "a byte order mark"], id="mark-in-an-id"),
        pytest.param("a.csv", "id,text\n1,a\nid,text\n", [["1", "a"], "it is the header again"], id="second-header"),
        pytest.param("a.tsv", "id\ttext\n1\ta\rb\n2\tc\n", ["a carriage return", ["2", "c"]], id="return-in-tsv"),
        pytest.param("a.csv", "text\na\ntext\n", [["a"], "it is the header again"], id="of-one-column"),
    ],
)
def test_traces_of_other_files_and_line_ends_are_no_values(tmp_path, name, content, expected):
    path = tmp_path / name
    path.write_bytes(content.encode())
    found = [list(item.values.values()) if isinstance(item, Row) else item.reason for item in open_table(path).rows()]
    assert all(
        one.startswith(other) if isinstance(one, str) else one == other
        for one, other in zip(found, expected, strict=True)
    )


UNREADABLE = "not UTF-8: byte 0xff at byte "


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(b'\xef\xbb\xbf1,"a\nb"', [MARK], id="mark"),
        pytest.param(b'1\xff,"a\nb"', [f"{UNREADABLE}1"], id="unreadable-first-line"),
        pytest.param(b'1,"a\n\xff"', [f"line 4: {UNREADABLE}0"], id="unreadable-last-line"),
        pytest.param(b'1,"a\n"",\xffb"', [OPEN_QUOTE, f"{UNREADABLE}3"], id="unreadable-line-that-would-be-a-record"),
        pytest.param(b'1\xff,"a\n2,b', [f"{UNREADABLE}1", ["2", "b"]], id="no-end"),
        pytest.param(b'1\xff,"a\n2,b\n3,"', [f"{UNREADABLE}1", ["2", "b"], OPEN_QUOTE], id="a-row-inside"),
    ],
)
def test_a_record_that_is_set_aside_goes_as_a_whole_and_its_end_opens_no_other(tmp_path, record, expected):
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,text\n0,x\n" + record + b'\n8,"y\nz"\n9,w\n')
    items = list(open_table(path).rows())
    assert items[0].values["text"] == "x"
    assert [list(item.values.values()) if isinstance(item, Row) else item.reason for item in items[1:]] == [
        *expected,
        ["8", "y\nz"],
        ["9", "w"],
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b'id,"te\n\xffxt"\n1,a\n', ":1: the header cannot be read: line 2: not UTF-8: byte 0xff at byte 0"),
        ("a.csv", b"\xef\xbb\xbf", "is empty but for a byte order mark; nothing to read"),
        ("a.csv", b"id,te\0xt\n1,a\n", "holds NUL characters in its header or most lines, .*name its --encoding"),
        ("a.csv", b"\n,,,\n \n", "has blank lines alone; nothing to read"),
    ],
    ids=["unreadable-name", "mark-only", "nul-in-a-name", "blank-lines"],
)
def test_a_file_that_does_not_begin_as_its_format_does_is_refused(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        open_table(path)


def test_such_a_sign_among_several_names_is_part_of_one(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,text;raw\n1,a\n", "utf-8")
    assert open_table(path).columns == ("id", "text;raw")


@pytest.mark.parametrize("number", ["12345678901234567.0", "9007199254740993.0", "1.00000000000000000001e22"])
def test_a_whole_number_that_would_be_rounded_is_set_aside(tmp_path, number):
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"id": {number}, "text": "a"}}\n{{"id": 1e23, "text": "b"}}\n', "utf-8")
    first, second = open_table(path).rows()
    assert first.reason == f"not JSON: {number} is a number that would be rounded; write it as text"
    assert second.values["id"] == 1e23
