"""What quotation marks mean: in comma-separated files, in tab-separated files, in headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import Reject, Row, open_table, open_writer, quoting
from weibo_nlp.io.delimited import BARE_RETURN, BEHIND_QUOTE, ESCAPED_MARK, OPEN_QUOTE, QUOTES_ARE_TEXT


def opened(folder, body, suffix="csv"):
    path = folder / f"a.{suffix}"
    path.write_bytes(body.encode())
    return open_table(path)


def cells(folder, body, suffix="csv"):
    """Cells of the rows, and line and reason of the rejects."""
    items = list(opened(folder, body, suffix).rows())
    rows = [list(item.values.values()) for item in items if isinstance(item, Row)]
    return rows, [(item.line, item.reason) for item in items if isinstance(item, Reject)]


@pytest.mark.parametrize(
    "text",
    ['"逃票的就该进黑名单"的人', '"a"b"c"', '"好""坏"的', '""好"', '"好" '],
)
def test_a_cell_that_goes_on_behind_its_closing_mark_stays_as_it_is_written(tmp_path, text):
    assert cells(tmp_path, f'id,text\n1,{text}\n"2",{text}\n') == ([["1", text], ["2", text]], [])


def test_such_a_cell_with_a_comma_in_it_is_set_aside(tmp_path):
    assert cells(tmp_path, 'id,text\n1,"好,坏"的\n2,好\n') == ([["2", "好"]], [(2, BEHIND_QUOTE)])


def test_a_carriage_return_outside_of_quotes_has_a_reason_of_its_own(tmp_path):
    assert cells(tmp_path, "id,text\n1,文\ra\n2,好\r\n") == ([["2", "好"]], [(2, BARE_RETURN)])
    with pytest.raises(DataError, match=r"a\.csv:1: the header is not a row of cells: .*Save the file with line feeds"):
        opened(tmp_path, "id,text\r1,好\n2,坏\n")


@pytest.mark.parametrize(
    ("body", "swallows"),
    [
        pytest.param('id,text\n1,"甲\n2,乙\n3,丙"\n4,丁\n', [True, False], id="rows-in-the-last-cell"),
        pytest.param('id,text\n1,"甲\n乙"\n', [False], id="lines-that-are-no-rows"),
        pytest.param('text,id\n"甲\n乙",1\n', [False], id="the-end-of-the-record-is-no-row"),
        pytest.param('id,text,n\n1,"甲,5\n2,乙",8\n3,丙,2\n', [True, False], id="rows-in-a-cell-in-the-middle"),
        pytest.param('text,id\n"甲,1\n乙",2\n', [True], id="rows-in-the-first-cell"),
        pytest.param('id,text,n\n1,"甲\n乙",8\n', [False], id="lines-of-a-cell-in-the-middle"),
        pytest.param('id,text,n\n1,"甲,a,5\n2,乙",8\n', [True], id="the-first-with-a-comma-more"),
        pytest.param('id,text,n\n1,"甲,5\n2,a,乙",8\n', [True], id="the-last-with-a-comma-more"),
        pytest.param('id,text,n\n1,"甲,5\r2,乙",8\n', [True], id="an-old-line-end"),
        pytest.param('text\n"甲\n乙"\n', [False], id="of-one-column-every-line-would-be"),
        pytest.param('"id"\t"text"\n2\t"甲\n3\t乙"\n', [True], id="tab-separated"),
    ],
)
def test_a_record_that_swallows_what_may_be_rows_is_marked(tmp_path, body, swallows):
    suffix = "tsv" if "\t" in body else "csv"
    assert [row.swallows for row in opened(tmp_path, body, suffix).rows()] == swallows


@pytest.mark.parametrize("name", ["a\nb", 'a\n"b"', "a\r\nb", "a\n\n"])
@pytest.mark.parametrize("format", ["csv", "tsv"])
def test_a_name_of_a_column_may_have_line_ends(tmp_path, name, format):
    path = tmp_path / f"a.{format}"
    with open_writer(path, format, {name: "string", "text": "string"}) as writer:
        writer.write([{name: "1", "text": "好"}])
    table = open_table(path)
    assert table.columns == (name, "text")
    assert [row.values for row in table.rows()] == [{name: "1", "text": "好"}]


@given(
    texts=st.lists(st.sampled_from(['"好', '坏"', '"', '""', "好,坏", '"好,', ',坏"', '"好"', "好"]), max_size=6),
    layout=st.permutations(["id", "text", "n"]) | st.permutations(["id", "text"]),
    format=st.sampled_from(["csv", "tsv"]),
)
def test_no_line_of_a_writer_that_knows_no_quotes_is_lost_without_a_word(tmp_path, texts, layout, format):
    delimiter = "," if format == "csv" else "\t"
    rows = [{"id": str(number), "text": text, "n": "7"} for number, text in enumerate(texts)]
    lines = [layout, *([row[name] for name in layout] for row in rows)]
    items = list(opened(tmp_path, "".join(delimiter.join(cells) + "\n" for cells in lines), format).rows())
    told = {item.number if isinstance(item, Row) else item.line for item in items}
    marked = any(item.swallows for item in items if isinstance(item, Row))
    assert marked or told == set(range(2, len(texts) + 2))


def test_where_marks_are_text_what_follows_a_line_with_a_tab_too_many_is_a_row(tmp_path):
    rows = [["1", '说"好"'], ["2", '"甲', "a"], ["3", '乙"']]
    assert cells(tmp_path, lines_of(rows), "tsv") == ([rows[0], rows[2]], [(3, "3 cells, the header has 2")])


def test_a_header_that_swallows_rows_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"a\.csv:1: the header is not a row of cells: 'id,\"text'\. Close its quotes"):
        opened(tmp_path, 'id,"text\n1,好\n2,坏"\n')
    with pytest.raises(
        DataError, match=r"a\.csv:1: the header is not a row of cells: 'id,\"text,n'\. Close its quotes"
    ):
        opened(tmp_path, 'id,"text,n\n1,好",3\n')


def test_a_mark_of_order_may_stand_twice(tmp_path):
    table = opened(tmp_path, "\ufeff\ufeffid,text\n1,\ufeff好\n")
    assert (table.columns, table.has_mark) == (("id", "text"), True)
    assert [row.values["text"] for row in table.rows()] == ["\ufeff好"]


LITERAL = [["01", '他说"好"'], ["02", '"好"'], ["03", '"开'], ["04", "平"]]


def lines_of(rows):
    return "".join("\t".join(row) + "\n" for row in [["id", "text"], *rows])


def test_a_tab_separated_file_whose_marks_are_text_is_read_as_it_is_written(tmp_path):
    assert cells(tmp_path, lines_of(LITERAL), "tsv") == (LITERAL, [])
    assert opened(tmp_path, lines_of(LITERAL[::-1]), "tsv").quoted is False


@pytest.mark.parametrize(
    ("rows", "quoted"),
    [
        pytest.param([["1", '"他说""好"""']], True, id="doubled-marks"),
        pytest.param([["1", '"a\tb"']], True, id="a-tab-in-quotes"),
        pytest.param([["1", '"a\nb"']], True, id="a-line-end-in-quotes"),
        pytest.param([["1", '"a,b"']], True, id="a-comma-in-quotes-as-spreadsheets-do"),
        pytest.param([[str(n), '"好"'] for n in range(3)], True, id="all-rows-have-quotes"),
        pytest.param([[str(n), '"好"'] for n in range(2)], False, id="two-rows-are-too-few-to-tell"),
        pytest.param([["0", "平"], *([str(n), '"好"'] for n in range(3))], False, id="some-rows-have-quotes"),
        pytest.param([["1", '说"好"'], ["2", '"好"']], False, id="marks-inside-a-bare-cell"),
        pytest.param([["1", '"好"的']], False, id="text-behind-the-closing-mark"),
        pytest.param([["1", '"好'], ["2", '坏"']], False, id="marks-that-would-join-rows"),
        pytest.param([["1", "平"]], False, id="no-marks"),
        pytest.param([["1", '"a""b"'], ["2", '说"好"'], ["3", '"好"的']], False, id="more-for-text"),
        pytest.param([["1", '"a""b"'], ["2", '说"好"'], ["3", '"c""d"']], True, id="more-for-quoting"),
    ],
)
def test_what_marks_mean_in_a_tab_separated_file_is_told_by_its_rows(tmp_path, rows, quoted):
    assert opened(tmp_path, lines_of(rows), "tsv").quoted is quoted


def test_a_header_in_quotes_says_that_quotes_quote(tmp_path):
    assert cells(tmp_path, '"id"\t"text"\n1\t"好"\n', "tsv") == ([["1", "好"]], [])


def test_what_marks_mean_in_the_rows_they_mean_in_the_header(tmp_path):
    table = opened(tmp_path, '"id\tx"\ttext\n1\t2\t3\n', "tsv")
    assert (table.columns, table.quoted) == (('"id', 'x"', "text"), False)
    assert [list(row.values.values()) for row in table.rows()] == [["1", "2", "3"]]


def test_what_marks_mean_is_told_from_the_first_of_them_wherever_it_stands(tmp_path, monkeypatch):
    monkeypatch.setattr(quoting, "QUOTING_BYTES", 30)
    plain = [[str(number), "平"] for number in range(100)]
    rows = [*plain, ["a", '说"好"'], *plain, *([str(number), '"a""b"'] for number in range(9))]
    assert opened(tmp_path, lines_of(rows), "tsv").quoted is False


def test_rows_that_quote_where_marks_are_text_are_set_aside(tmp_path):
    body = lines_of([*LITERAL, ["5", '"a\tb"'], ["6", '"甲\n乙"'], ["7", "后"]])
    rows, rejects = cells(tmp_path, body, "tsv")
    assert rows == [*LITERAL, ["7", "后"]]
    assert rejects == [(6, QUOTES_ARE_TEXT), (7, QUOTES_ARE_TEXT)]


def test_rows_with_marks_as_text_where_they_quote_are_set_aside(tmp_path):
    body = '"id"\t"text"\n1\t"a""b"\n2\t"好"的\n3\t说"好"\n4\t"开\n'
    rows, rejects = cells(tmp_path, body, "tsv")
    assert rows == [["1", 'a"b'], ["3", '说"好"']]
    assert rejects == [(3, BEHIND_QUOTE), (5, OPEN_QUOTE)]


def test_marks_as_text_are_written_as_they_are_and_what_would_tear_a_row_is_refused(tmp_path):
    path = tmp_path / "a.tsv"
    columns = {"id": "string", "text": "string"}
    with open_writer(path, "tsv", columns, quoted=False) as writer:
        writer.write([dict(zip(columns, row, strict=True)) for row in LITERAL])
    assert path.read_text("utf-8") == lines_of(LITERAL)
    for text in ("a\tb", "a\nb"):
        with (
            pytest.raises(UsageError, match="has a tab or a line end, which has no place"),
            open_writer(path, "tsv", columns, quoted=False) as writer,
        ):
            writer.write([{"id": "1", "text": text}])
    assert path.read_text("utf-8") == lines_of(LITERAL)


def marked(folder, body, suffix="csv"):
    """Cells of the rows, with whether they may be several or parts of one."""
    rows = [row for row in opened(folder, body, suffix).rows() if isinstance(row, Row)]
    return [(list(row.values.values()), row.swallows) for row in rows]


def test_posts_over_several_lines_in_a_tab_separated_file_of_one_column_are_whole_and_counted(tmp_path):
    body = 'text\n"一行\n二行"\n平\n"他说""好"""\n"冰\n\n水"\n'
    rows = [(["一行\n二行"], True), (["平"], False), (['他说"好"'], False), (["冰\n\n水"], True)]
    assert marked(tmp_path, body, "tsv") == rows
    in_marks = [(cells, False) for cells, _ in rows]
    assert marked(tmp_path, body.replace("text", '"text"', 1), "tsv") == in_marks
    assert marked(tmp_path, body, "csv") == in_marks


def test_lines_of_one_column_whose_marks_are_text_stay_lines_and_those_that_may_be_one_post_are_counted(tmp_path):
    body = 'text\n他说"好"\n"好"的人\n"一行\n二行"\n平\n'
    rows = [(['他说"好"'], False), (['"好"的人'], True), (['"一行'], True), (['二行"'], True), (["平"], False)]
    assert marked(tmp_path, body, "tsv") == rows


@pytest.mark.parametrize("text", ['"他说"好"\n二行,完"', '""好"\n二行,完"'])
def test_a_cell_with_marks_inside_that_runs_on_as_what_may_be_a_row_is_counted(tmp_path, text):
    first, second = text.split("\n")
    rows = [(["0", "平"], False), (["1", first], True), (second.split(","), True), (["2", "好"], False)]
    assert marked(tmp_path, f'id,text\n0,"平"\n1,{text}\n2,"好"\n') == rows


def test_marks_in_cells_without_quotes_are_no_end_of_a_cell_where_none_was_opened(tmp_path):
    body = 'id,text\n1,他说"好"\n2,完"\n3,"好"\n4,完"\n'
    assert [swallows for _, swallows in marked(tmp_path, body)] == [False, False, False, True]


@pytest.mark.parametrize(
    ("lines", "counted"),
    [
        pytest.param(['1\t"甲', '乙\t完"', "3\t好"], [False, True, False], id="a-cell-of-two-lines"),
        pytest.param(['1\t"他说"好"', '乙\t完"'], [False, True], id="marks-inside"),
        pytest.param(['"甲\t', '乙\\""\t1'], [False, True], id="an-escaped-mark"),
        pytest.param(['1\t"好"的', '2\t说"好"'], [False, False], id="in-pairs"),
        pytest.param(['1\t5"', '2\t6"'], [False, False], id="none-opens"),
        pytest.param(['1\t"甲', *["2\t平"] * 98, '3\t完"'], [*[False] * 99, True], id="within-a-hundred-lines"),
        pytest.param(['1\t"甲', *["2\t平"] * 99, '3\t完"'], [False] * 101, id="not-behind"),
        pytest.param(['1\t"甲', '2\t"乙', '3\t丙"', '4\t丁"'], [False, True, True, False], id="opened-twice"),
    ],
)
def test_where_marks_are_text_a_line_with_one_too_many_below_such_a_line_is_counted(tmp_path, lines, counted):
    body = "id\ttext\n" + "\n".join(['0\t说"好"的', '0\t看"好"吗', *lines]) + "\n"
    assert opened(tmp_path, body, "tsv").quoted is False
    assert [swallows for _, swallows in marked(tmp_path, body, "tsv")] == [False, False, *counted]


@pytest.mark.parametrize("suffix", ["csv", "tsv"])
def test_a_line_that_ends_in_a_backslash_may_go_on(tmp_path, suffix):
    cell = "," if suffix == "csv" else "\t"
    body = "\n".join(["id,text", "1,甲\\", "2,乙", "3,丙\\\r", ""]).replace(",", cell)
    assert [swallows for _, swallows in marked(tmp_path, body, suffix)] == [True, False, True]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(r'1,"他说\"好\""', id="quoted"),
        pytest.param(r"1,他说\"好\"", id="not-quoted"),
        pytest.param(r'"1",\"好\"', id="beside-a-quoted-one"),
        pytest.param('1,"他说\\"好\\"\n二行"', id="over-two-lines"),
        pytest.param('1,"他说\n\\"好\\""', id="in-the-second-line"),
        pytest.param(r'1,"好\""', id="at-the-end"),
    ],
)
def test_a_row_with_a_backslash_before_its_marks_is_set_aside_whole(tmp_path, row):
    assert cells(tmp_path, f'id,text\n{row}\n"2","好"\n') == ([["2", "好"]], [(2, ESCAPED_MARK)])


def test_a_backslash_before_a_mark_that_closes_a_cell_or_is_doubled_is_text(tmp_path):
    rows = [["1", "\\(^o^)/\\"], ["2", '\\"好\\"的'], ["3", "平"]]
    body = 'id,text\n1,"\\(^o^)/\\"\n2,"\\""好\\""的"\n3,平\n'
    assert cells(tmp_path, body) == (rows, [])


def test_where_marks_are_text_a_row_with_a_backslash_before_all_of_them_is_set_aside(tmp_path):
    body = 'id\ttext\n1\t他说\\"好\\"\n2\t"\\"好\\"的"\n3\t说"\\"好\\""\n'
    assert cells(tmp_path, body, "tsv") == ([["3", '说"\\"好\\""']], [(2, ESCAPED_MARK), (3, ESCAPED_MARK)])
