import json
import os
import sqlite3
from contextlib import closing

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from crawls import database

from weibo_nlp.errors import UsageError
from weibo_nlp.io.typed_json import to_json
from weibo_nlp.privacy import Secret, protect, scan_files
from weibo_nlp.privacy.scan import scan_file, shape
from weibo_nlp.records import Document, Source

PHONE, MAIL, POST = "13800000000", "a@example.com", "4000000000000009"


def scanned(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return {kind: (finding.count, finding.places) for kind, finding in scan_file(path).findings.items()}


def test_a_table_is_told_of_by_line_and_column(tmp_path):
    text = f"id,用户昵称,正文,位置\n1,小甲,电话{PHONE}@小乙,北京·三里屯\n{POST},,好,北京\n"
    assert scanned(tmp_path, "a.csv", text) == {
        "name": (1, ["line 2, 用户昵称"]),
        "phone": (1, ["line 2, 正文"]),
        "mention": (1, ["line 2, 正文"]),
        "place": (1, ["line 2, 位置"]),
        "document id": (1, ["line 3, id"]),
    }


def test_json_is_told_of_by_its_keys_however_deep(tmp_path):
    record = {"extra": {"user": {"id": 7, "screen_name": "小甲"}, "raw": json.dumps({"t": ["好", MAIL]})}}
    expected = {
        "user id": (1, ["line 1, extra.user.id"]),
        "name": (1, ["line 1, extra.user.screen_name"]),
        "email": (1, ["line 1, extra.raw.t"]),
    }
    assert scanned(tmp_path, "a.jsonl", json.dumps(record) + "\n") == expected
    spread = scanned(tmp_path, "a.json", json.dumps([record], indent=1))
    assert {kind: f"line 1, {places[0]}" for kind, (_, places) in spread.items()} == {
        kind: places[0] for kind, (_, places) in expected.items()
    }


def test_names_of_things_and_pseudonyms_of_files_are_no_one_s(tmp_path):
    record = {"models": {"topic": {"name": "linear"}}, "source_file": "f_aaaaaaaaaaaaaaaa.csv", "out_of_domain": False}
    assert scanned(tmp_path, "a.jsonl", json.dumps(record) + "\n") == {}


def test_parquet_is_told_of_by_row(tmp_path):
    table = pa.table({"text": ["好", f"QQ：12345678 {PHONE}"], "avatar": [None, "x.jpg"]})
    pq.write_table(table, tmp_path / "a.parquet")
    assert scan_file(tmp_path / "a.parquet").findings.keys() == {"qq", "phone", "address or profile"}
    assert scan_file(tmp_path / "a.parquet").findings["phone"].places == ["row 2, text"]


def test_any_other_text_is_told_of_by_line_and_character(tmp_path):
    assert scanned(tmp_path, "notes.md", f"好\n写信{MAIL}，\n帖{POST}\n") == {
        "email": (1, ["line 2, character 3"]),
        "document id": (1, ["line 3, character 2"]),
    }


def test_only_the_first_places_are_named_and_all_are_counted(tmp_path):
    found = scanned(tmp_path, "a.txt", f"{PHONE}\n" * 1000)
    assert found["phone"] == (1000, [f"line {n}, character 1" for n in (1, 2, 3)])


def test_no_value_is_repeated(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"user_id,昵称,正文\n1000000001,小甲,{PHONE} @小乙 {MAIL} http://weibo.com/u/7\n", "utf-8")
    told = repr(scan_file(path))
    assert not [value for value in (PHONE, "小甲", "小乙", MAIL, "1000000001", "weibo.com") if value in told]
    assert scan_file(path).findings["email"].shape == "x@xxxxxxx.xxx"
    assert shape("Ab1甲é-") == "xx0字字-"


def test_a_name_of_a_file_or_folder_may_be_a_user_s(tmp_path):
    (tmp_path / "1000000001").mkdir()
    (tmp_path / "1000000001" / "a.txt").write_text("好", "utf-8")
    (tmp_path / "20241231.txt").write_text("好", "utf-8")
    assert [file.findings.keys() for file in scan_files([tmp_path])] == [set(), {"file name"}]


@pytest.mark.parametrize("content", [b"SQLite format 3\0" + bytes(80), b"PK\x03\x04\0\0"])
def test_what_is_no_text_is_said_to_be_unread(tmp_path, content):
    assert list(scanned(tmp_path, "a.db", content)) == ["unread"]


def test_the_tables_of_a_database_are_looked_through(tmp_path):
    path = database(tmp_path / "a.db", {"weibo": [{"mid": POST, "text": "好"}, {"mid": None, "text": f"打{PHONE}"}]})
    (file,) = scan_files([path])
    found = {kind: finding.places for kind, finding in file.findings.items()}
    assert found == {"document id": ["table weibo, row 1, mid"], "phone": ["table weibo, row 2, text"]}


def test_deleted_rows_and_views_of_a_database_are_not_passed_over_in_silence(tmp_path):
    path = database(tmp_path / "a.db", {"weibo": [{"text": "好" * 4000}], "notes": [{"text": "好"}]})
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE VIEW all_notes AS SELECT * FROM notes")
        connection.execute("DROP TABLE weibo")
    (file,) = scan_files([path])
    (unread,) = file.findings.values()
    assert unread.places[0] == "1 views and virtual tables"
    assert "where deleted rows may still be" in unread.places[1]


def test_a_row_that_cannot_be_read_is_looked_through_and_told(tmp_path):
    found = scanned(tmp_path, "a.csv", f"id,正文\n1,好,{PHONE},多\n")
    assert found == {"unread": (1, ["line 2"]), "phone": (1, ["line 2"])}


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_text_in_other_encodings_is_looked_through(tmp_path, encoding):
    found = scanned(tmp_path, "a.txt", f"今天给我打电话：{PHONE} {MAIL}".encode(encoding))
    assert found.keys() == {"phone", "email"}


def test_digits_and_letters_are_found_in_no_known_encoding_and_the_rest_is_said_to_be_unread(tmp_path):
    found = scanned(tmp_path, "a.txt", b"\x81\xff\xfe\x80 " + f"{PHONE} {MAIL}".encode())
    assert found.keys() == {"phone", "email", "unread"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert [list(file.findings) for file in scan_files([tmp_path])] == [["unread"]]


def test_what_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match="does not exist"):
        list(scan_files([tmp_path / "none"]))


def test_an_empty_file_holds_nothing(tmp_path):
    assert scanned(tmp_path, "a.csv", "") == {}


def test_protected_documents_hold_nothing_that_is_found(tmp_path):
    text = f"@小乙 {PHONE} {MAIL} QQ：12345678 http://weibo.com/u/7 https://example.com/a?b=1 IMG_0001.jpg"
    document = Document(
        POST, "comment", text, "4000000000000001", author="1000000001", parent="4000000000000001",
        root="4000000000000001", region="广东 深圳", mentions=("小乙",), urls=("http://t.cn/A6abc",),
        source=Source("f", "1000000001.csv", 3, "ab" * 32),
        extra={"nickname": "小甲", "user": {"id": 5, "screen_name": "小丙", "avatar": "x"}, "bid": "z0JH2lOMb"},
    )  # fmt: skip
    before, after = (
        json.dumps([to_json(each)], ensure_ascii=False) for each in (document, *protect([document], Secret(bytes(32))))
    )
    assert len(scanned(tmp_path, "a.json", before)) > 8
    assert scanned(tmp_path, "a.json", after) == {}
