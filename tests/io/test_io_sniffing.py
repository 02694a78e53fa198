"""What a file is, by its content: what holds no text is refused, what may be read in two ways is asked for."""

import gzip
import io
import pickle
import sqlite3
import tarfile
import zipfile

import pytest

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import Reject, Row, open_table

SENTENCES = ["今天的会议真好，我们都很开心", "他说不去了，那就算了吧", "笑死，这也太离谱了"]


def written(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows(path, **options):
    return [list(item.values.values()) for item in open_table(path, **options).rows() if isinstance(item, Row)]


def database(path):
    with sqlite3.connect(path) as connection:
        connection.execute("create table weibo (text)")
    return path.read_bytes()


def archive(names):
    handle = io.BytesIO()
    with zipfile.ZipFile(handle, "w") as file:
        for name in names:
            file.writestr(name, "text\n好\n")
    return handle.getvalue()


def tar():
    handle = io.BytesIO()
    with tarfile.open(fileobj=handle, mode="w") as file:
        file.addfile(tarfile.TarInfo("a.csv"))
    return handle.getvalue()


NO_TEXT = {
    "a SQLite database": lambda folder: database(folder / "made"),
    "a web page": lambda _: "\n<!DOCTYPE html><html><body><table><tr><td>好</td></tr></table>".encode(),
    "a zip archive; unpack it": lambda _: archive(["posts.csv"]),
    "a Word document": lambda _: archive(["[Content_Types].xml", "word/document.xml"]),
    "an OpenDocument file": lambda _: archive(["mimetype", "content.xml"]),
    "a damaged zip archive": lambda _: b"PK\x03\x04rest",
    "a PDF": lambda _: b"%PDF-1.7\n1 0 obj\n",
    "a picture (PNG)": lambda _: b"\x89PNG\r\n\x1a\n\0\0",
    "a picture (JPEG)": lambda _: b"\xff\xd8\xff\xe0\0\x10JFIF",
    "a pickle of Python": lambda _: pickle.dumps(["好"]),
    "an archive (tar)": lambda _: tar(),
    "an ORC table": lambda _: b"ORC\x0a\x03\x00",
    "an Arrow table": lambda _: b"ARROW1\0\0\xff\xff",
    "an XML document": lambda _: b'<?xml version="1.0"?><rss/>',
}


@pytest.mark.parametrize("what", NO_TEXT)
@pytest.mark.parametrize("name", ["posts.csv", "posts.txt", "posts.jsonl", "posts.xlsx", "posts.csv.gz"])
def test_what_is_no_text_is_known_by_its_content_whatever_it_is_called(tmp_path, name, what):
    content = NO_TEXT[what](tmp_path)
    path = written(tmp_path, name, gzip.compress(content) if name.endswith(".gz") else content)
    for options in ({}, {"format": "csv"}, {"format": "lines", "encoding": "latin-1"}):
        with pytest.raises(DataError) as caught:
            open_table(path, **options)
        assert f"{path} is {what}" in str(caught.value)


def test_a_web_page_in_utf_16_is_no_text(tmp_path):
    path = written(tmp_path, "posts.xls", "<html><table><tr><td>内容</td></tr></table></html>".encode("utf-16-le"))
    with pytest.raises(DataError, match="is a web page; open it in a spreadsheet"):
        open_table(path)


def test_bytes_in_no_encoding_that_is_known_are_refused(tmp_path):
    path = written(tmp_path, "posts.txt", bytes(range(1, 256)) * 3)
    with pytest.raises(DataError, match="is no text in UTF-8, GB 18030, Big5 or UTF-16; name its --encoding"):
        open_table(path)


@pytest.mark.parametrize(
    "text", ["ORCHIDS ARE NICE", "RIFF AFTER RIFF", "GIF8 IS NO PICTURE", "BZh is a word", "MZ", "PK"]
)
def test_words_that_begin_as_other_files_do_are_text(tmp_path, text):
    assert rows(written(tmp_path, "a.txt", f"{text}\n")) == [[text]]


@pytest.mark.parametrize(
    ("name", "content", "options", "message", "decided"),
    [
        pytest.param(
            "a.txt",
            "学校\n".encode("gb18030"),  # two characters of other alphabets in UTF-8
            {"encoding": "gb18030"},
            "may be in utf-8 or gb18030; its characters do not tell. Name it with --encoding",
            [["学校"]],
            id="encoding",
        ),
        pytest.param(
            "a.csv",
            "n;t|x\n1;a|b\n2;c|d\n3;e|f\n",
            {"delimiter": "|", "header": True},
            "cells may be parted by ; or |; name the sign with --delimiter",
            [["1;a", "b"], ["2;c", "d"], ["3;e", "f"]],
            id="delimiter",
        ),
        pytest.param(
            "a.csv",
            "好\n坏\n一般\n",
            {"header": False},
            "its first row, '好', may be the names of the columns or a row as the others; say which with --header",
            [["好"], ["坏"], ["一般"]],
            id="header",
        ),
        pytest.param(
            "a.json",
            '{"posts": [{"text": "一"}], "comments": [{"text": "二"}, {"text": "三"}]}',
            {"records": "comments"},
            "several arrays may hold the rows: 'posts', 'comments'; name one with --records",
            [["二"], ["三"]],
            id="records",
        ),
        pytest.param(
            "a.txt",
            "id;text\n1,好\n2,坏\n",
            {"format": "lines"},
            "begins as a table does, with 'id;text'; name the --format, csv or tsv, or lines",
            [["id;text"], ["1,好"], ["2,坏"]],
            id="table-or-lines",
        ),
    ],
)
def test_of_two_readings_none_is_guessed_and_the_option_that_decides_is_named(
    tmp_path, name, content, options, message, decided
):
    path = written(tmp_path, name, content)
    with pytest.raises(UsageError) as caught:
        open_table(path)
    assert message in str(caught.value)
    assert rows(path, **options) == decided


@pytest.mark.parametrize(
    ("body", "columns"),
    [
        pytest.param("编号,吐槽\n1,今天真好，开心\n2,不行！\n", ("编号", "吐槽"), id="a-known-name"),
        pytest.param("c1,c2\n1,今天真好，开心\n2,不行！\n", ("c1", "c2"), id="numbers-below-a-word"),
        pytest.param("吐槽,谁\n今天真好，开心,张\n不行！气死,王\n", ("吐槽", "谁"), id="sentences-below-a-word"),
        pytest.param(
            "2024-01-02,今天真好，开心\n2024-01-03,不行！\n", ("column_1", "column_2"), id="a-date-above-dates"
        ),
        pytest.param("今天真好，开心！\n不行！气死\n", ("text",), id="sentences"),
        pytest.param("张三,今天真好，开心\n李四,不行！\n", ("column_1", "column_2"), id="a-sentence-above"),
        pytest.param("2459,dev,gender,0,真有病\n", tuple(f"column_{n}" for n in range(1, 6)), id="a-name-among-values"),
        pytest.param("id|帖子甲|作\n", ("id", "帖子甲", "作"), id="one-name-of-several"),
        pytest.param("id,text,,text\n1,好,2,坏\n", ("id", "text", "column_3", "text_2"), id="blank-and-doubled"),
        pytest.param("text,text_2,text\n好,坏,中\n", ("text", "text_2", "text_2_"), id="doubled-and-taken"),
        pytest.param("id,text\n", ("id", "text"), id="no-row"),
    ],
)
def test_a_header_is_told_from_a_row(tmp_path, body, columns):
    table = open_table(written(tmp_path, "a.csv", body))
    assert table.columns == columns
    n_lines = body.count("\n")
    assert sum(1 for _ in table.rows()) == n_lines - (table.sniffed.header_line is not None)


def test_the_user_says_whether_there_is_a_header(tmp_path):
    path = written(tmp_path, "a.csv", "id,text\n1,好\n")
    assert rows(path, header=False) == [["id", "text"], ["1", "好"]]
    assert open_table(path, header=False).columns == ("column_1", "column_2")
    assert rows(written(tmp_path, "b.csv", "一\n二\n"), header=True) == [["二"]]


def test_names_that_were_given_and_titles_that_were_left_out_are_told(tmp_path):
    table = open_table(written(tmp_path, "a.csv", "某月微博\n\nid,text,\n1,好,2\n"))
    assert table.sniffed.notes == (
        "2 lines above the header are left out",
        "column 3, without a name, is called 'column_3'",
    )
    assert table.sniffed.describe() == "csv (header in line 3)"


@pytest.mark.parametrize(
    ("name", "content", "described"),
    [
        pytest.param("a.csv", "id,text\n1,好\n", "csv", id="plain"),
        pytest.param("a.csv", "id\ttext\n1\t好\n", "tsv", id="tabs"),
        pytest.param("a.csv", "id;text\r1;好\r", "csv (lines end in carriage returns, cells parted by ;)", id="cr"),
        pytest.param("a.csv", f"1,{SENTENCES[0]}\n".encode("gb18030"), "csv (encoding gb18030, no header)", id="gb"),
        pytest.param("a.csv.gz", gzip.compress(b"id,text\n1,a\n"), "csv (unpacked from gz)", id="gz"),
        pytest.param("a.json", '{"a": {"b": [{"text": "x"}]}}', "json (records at a.b)", id="nested"),
        pytest.param("a.json", '[{"text": "x"}]', "json (records at .)", id="array"),
        pytest.param("a.json", '{\n"text": "x"\n}', "json (records are the document)", id="one-object"),
    ],
)
def test_what_was_found_can_be_said_in_a_phrase(tmp_path, name, content, described):
    assert open_table(written(tmp_path, name, content)).sniffed.describe() == described


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"format": "parquet"}, DataError, "not a Parquet file: it is text"),
        ({"format": "xlsx"}, DataError, "not a workbook: it is text"),
        ({"format": "xml"}, UsageError, "--format 'xml' is not known; there is: csv, tsv, jsonl"),
        ({"encoding": "klingon"}, UsageError, "--encoding 'klingon' is no encoding that is known"),
        ({"encoding": "rot13"}, UsageError, "--encoding 'rot13' is no encoding that is known"),
        ({"delimiter": ";;"}, UsageError, "--delimiter ';;' is not one sign between cells"),
        ({"delimiter": '"'}, UsageError, "is not one sign between cells"),
        ({"encoding": "gb18030"}, DataError, "begins with the mark of utf-8; correct --encoding"),
    ],
)
def test_what_a_file_is_not_cannot_be_said_of_it(tmp_path, options, error, message):
    path = written(tmp_path, "a.csv", "\ufeffid,text\n1,好\n")
    with pytest.raises(error) as caught:
        open_table(path, **options)
    assert message in str(caught.value)


def test_lines_that_cannot_be_decoded_are_set_aside_with_the_name_of_the_encoding(tmp_path):
    lines = [f"{n},{text}\n".encode("gb18030") for n, text in enumerate(SENTENCES)]
    path = written(tmp_path, "a.csv", b"".join([b"id,text\n", *lines, b"9,\xff\xff\n"]))
    *good, bad = open_table(path).rows()
    assert [row.values["text"] for row in good] == SENTENCES
    assert bad == Reject(str(path), 5, "not gb18030: bytes that stand for no character", bad.raw)


def test_the_end_of_a_text_in_utf_16_may_be_missing(tmp_path):
    path = written(tmp_path, "a.txt", "今天的会议\n真好".encode("utf-16")[:-1])
    good, bad = open_table(path).rows()
    assert (good.values["text"], bad.reason) == ("今天的会议", "not utf-16-le: bytes that stand for no character")


def test_a_text_beyond_what_is_looked_at_decides_nothing_and_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr("weibo_nlp.io.sniffing.SNIFFED_BYTES", 64)
    body = "id,text\n" + "".join(f"{n},今天的会议真好\n" for n in range(50))
    for encoding in ("utf-8", "gb18030", "utf-16"):
        path = written(tmp_path, "a.csv", body.encode(encoding))
        assert rows(path) == [[str(n), "今天的会议真好"] for n in range(50)]


def test_json_with_a_title_of_its_own_is_a_row_and_no_document(tmp_path):
    path = written(tmp_path, "a.jsonl", '{"text": "好", "pics": [{"url": "x"}]}\n')
    assert (open_table(path).format, rows(path)) == ("jsonl", [["好", [{"url": "x"}]]])
    path = written(tmp_path, "a.json", '{\n "text": "好",\n "pics": [{"url": "x"}]\n}\n')
    assert (open_table(path).format, rows(path)) == ("json", [["好", [{"url": "x"}]]])


def test_what_is_called_json_and_is_none_is_refused(tmp_path):
    with pytest.raises(DataError, match="begins with 'id,text', which is no JSON; name its --format"):
        open_table(written(tmp_path, "a.json", "id,text\n"))
    with pytest.raises(DataError, match="holds no array of objects, which rows could be"):
        open_table(written(tmp_path, "a.json", '{\n"a": {"0": "x"}\n}'))


def test_the_header_again_is_set_aside_however_it_is_quoted(tmp_path):
    path = written(tmp_path, "a.csv", '正文;id\n好;1\n"正文";"id"\n坏;2\n')
    good, header, more = open_table(path).rows()
    assert (good.values["正文"], header.line, more.values["正文"]) == ("好", 3, "坏")
    assert header.reason.startswith("it is the header again")
