import sqlite3
from contextlib import closing

import pytest
from crawls import database

from weibo_nlp.errors import DataError
from weibo_nlp.io.limits import MAX_LINE_BYTES
from weibo_nlp.io.sqlite_tables import SqliteTables


def executed(path, *statements):
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    return path


def test_rows_are_read_and_nothing_is_written_beside_the_file(tmp_path):
    path = database(tmp_path / "a b#%.db", {'odd "name"': [{"id": "1", 'te"xt': "好"}, {"id": 2, 'te"xt': None}]})
    path.chmod(0o400)
    file = SqliteTables(path)
    assert list(file.rows('odd "name"')) == [(1, {"id": "1", 'te"xt': "好"}), (2, {"id": 2, 'te"xt': None})]
    assert [each.name for each in tmp_path.iterdir()] == ["a b#%.db"]


def test_what_would_run_code_is_passed_over(tmp_path):
    path = executed(
        tmp_path / "a.db",
        "CREATE TABLE weibo (id, text, twice AS (text || text))",
        "INSERT INTO weibo (id, text) VALUES ('1', '好')",
        "CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
        "CREATE VIRTUAL TABLE words USING fts5(text)",
    )
    file = SqliteTables(path)
    assert not {"endless", "words"} & set(file.tables)
    assert list(file.rows("weibo")) == [(1, {"id": "1", "text": "好"})]


def test_a_row_that_is_no_text_costs_itself(tmp_path):
    path = executed(
        tmp_path / "a.db",
        "CREATE TABLE weibo (id, text)",
        "INSERT INTO weibo VALUES ('1', CAST(x'ff' AS TEXT)), ('2', '好')",
    )
    assert list(SqliteTables(path).rows("weibo")) == [(1, "text: not UTF-8"), (2, {"id": "2", "text": "好"})]


def test_a_value_beyond_all_measure_is_refused(tmp_path):
    path = executed(
        tmp_path / "a.db", "CREATE TABLE weibo (text)", f"INSERT INTO weibo VALUES (zeroblob({MAX_LINE_BYTES + 1}))"
    )
    with pytest.raises(DataError, match=r"a\.db: cannot be read as SQLite: .*too big"):
        list(SqliteTables(path).rows("weibo"))


@pytest.mark.parametrize("suffix", ["-wal", "-journal"])
def test_rows_that_are_still_in_a_journal_are_not_lost_in_silence(tmp_path, suffix):
    path = database(tmp_path / "a.db", {"weibo": [{"id": "1"}]})
    path.with_name(f"a.db{suffix}").write_bytes(b"rows")
    with pytest.raises(DataError, match="has rows that are not in it yet"):
        SqliteTables(path)


def test_a_damaged_file_is_refused(tmp_path):
    path = database(tmp_path / "a.db", {"weibo": [{"text": "好" * 5000}] * 20})
    path.write_bytes(path.read_bytes()[:6000])
    with pytest.raises(DataError, match=r"a\.db: cannot be read as SQLite"):
        list(SqliteTables(path).rows("weibo"))
