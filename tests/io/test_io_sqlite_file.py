import sqlite3
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from weibo_nlp.io.sqlite_file import SqliteFile

TABLES = "CREATE TABLE IF NOT EXISTS answers (place INTEGER PRIMARY KEY, said TEXT);"
N_WRITERS = 8


def cache(path):
    return SqliteFile(path, 10**9, tables=TABLES, version=1, held="answers", remedy="remove them")


def test_many_that_find_no_file_make_one_and_none_loses_what_it_writes(tmp_path):
    for number in range(12):  # two that begin at one moment are needed
        path, start = tmp_path / f"{number}.sqlite", Barrier(N_WRITERS)

        def write(writer, path=path, start=start):
            file = cache(path)
            file.make()
            start.wait()
            with file.opened() as connection, connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO answers (said) VALUES (?)", (str(writer),))

        with ThreadPoolExecutor(N_WRITERS) as pool:
            list(pool.map(write, range(N_WRITERS)))
        assert cache(path).count("answers") == N_WRITERS


def test_a_file_that_is_there_keeps_its_rows(tmp_path):
    path = tmp_path / "a.sqlite"
    cache(path).make()
    with cache(path).opened() as connection:
        connection.execute("INSERT INTO answers (said) VALUES ('x')")
    assert cache(path).count("answers") == 1
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
