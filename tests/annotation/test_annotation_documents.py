import pytest

from weibo_nlp.annotation.document_tables import read_documents
from weibo_nlp.annotation.documents import documents_of, paths_above
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import write_jsonl
from weibo_nlp.records import Document


def read(tmp_path, rows, name="texts.jsonl", **options):
    write_jsonl(tmp_path / name, rows)
    return read_documents(tmp_path / name, **options)


def test_rows_without_text_are_set_aside_and_counted(tmp_path):
    rows = [{"id": "a", "text": "好"}, {"id": "b", "text": ""}, {"id": "c", "text": "  \n"}, {"id": "d", "text": None}]
    source = read(tmp_path, rows)
    assert [document.id for document in source.documents] == ["a"]
    assert source.set_aside == {"no text": 2, "empty": 1}


def test_texts_are_shown_as_the_platform_shows_them(tmp_path):
    source = read(tmp_path, [{"id": "a", "text": "好&nbsp;的<br />不去"}])
    assert source.documents[0].text == "好\xa0的\n不去"
    source = read(tmp_path, [{"id": "a", "text": "好&nbsp;的<br />不去"}], "raw.jsonl", html=False)
    assert source.documents[0].text == "好&nbsp;的<br />不去"


def test_without_ids_a_text_is_called_by_its_place_from_0(tmp_path):
    (tmp_path / "lines.csv").write_text("正文,日期\n第一条微博正文,2024-01-01\n第二条微博正文,2024-01-02\n", "utf-8")
    source = read_documents(tmp_path / "lines.csv")
    assert ([document.id for document in source.documents], source.id_column) == (["0", "1"], "place")


def test_an_id_that_stands_twice_is_named_with_both_rows(tmp_path):
    rows = [{"id": "a", "text": "一"}, {"id": "b", "text": "二"}, {"id": "a", "text": "三"}]
    with pytest.raises(DataError, match="1 ids of column id stand twice: 'a' in rows 1 and 3"):
        read(tmp_path, rows)


def test_a_row_without_an_id_is_named(tmp_path):
    with pytest.raises(DataError, match="row 2 has no id in column id"):
        read(tmp_path, [{"id": "a", "text": "一"}, {"id": None, "text": "二"}])


def test_a_column_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    with pytest.raises(UsageError, match="no column 'nope'; there is: id, text"):
        read(tmp_path, [{"id": "a", "text": "一"}], text_column="nope")


def test_a_table_without_any_text_is_refused(tmp_path):
    with pytest.raises(DataError, match="column text holds no text"):
        read(tmp_path, [{"id": "a", "text": ""}])


def test_threads_are_found_by_parents_and_circles_end(tmp_path):
    rows = [
        {"id": "a", "text": "一", "parent": None},
        {"id": "b", "text": "二", "parent": "a"},
        {"id": "c", "text": "三", "parent": "b"},
        {"id": "d", "text": "四", "parent": "gone"},
        {"id": "e", "text": "五", "parent": "f"},
        {"id": "f", "text": "六", "parent": "e"},
    ]
    documents = {document.id: document for document in read(tmp_path, rows).documents}
    assert [documents[name].thread for name in "abcd"] == ["a", "a", "a", "d"]
    assert [each.id for each in paths_above(documents, documents["c"])] == ["a", "b"]
    assert [each.id for each in paths_above(documents, documents["e"])] == ["f"]


def test_documents_of_an_import_are_read_with_their_threads(tmp_path):
    from weibo_nlp.ingest.writing import write_documents

    written = [
        Document("1", "post", "原帖", thread="1", author="u1"),
        Document("2", "comment", "回复一句", thread="1", parent="1", root="1", author="u2"),
    ]
    write_documents(tmp_path / "documents.parquet", written)
    source = read_documents(tmp_path / "documents.parquet")
    assert source.kind == "import"
    assert [(each.id, each.thread, each.parent, each.author) for each in source.documents] == [
        ("1", "1", None, "u1"),
        ("2", "1", "1", "u2"),
    ]


def test_a_key_that_is_none_is_named_by_its_row(tmp_path):
    with pytest.raises(DataError, match="row 2: 'r12' is no key"):
        read(tmp_path, [{"id": "r000000000000"}, {"id": "r12"}])


def test_threads_of_the_corpus_answer_and_repost(tmp_path):
    thread = [
        Document("1", "post", "原帖", thread="1"),
        Document("2", "repost", "转一下", thread="1", repost_of="1", root="1"),
    ]
    documents = documents_of(thread, {"1": ("信用惩戒",)})
    assert [(each.parent, each.targets) for each in documents] == [(None, ("信用惩戒",)), ("1", ("信用惩戒",))]
