import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weibo_nlp.errors import DataError
from weibo_nlp.ingest import read, writing
from weibo_nlp.ingest.writing import COLUMNS, read_documents, write_documents
from weibo_nlp.records import ACCOUNT_TYPES, KINDS, SCRIPTS, Counts, Document, Source, known_fields

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
maybe = st.none() | texts
numbers = st.none() | st.integers(0, 2**62)
lists = st.lists(texts, max_size=3).map(tuple)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
documents = st.builds(
    Document,
    id=texts.filter(bool),
    kind=st.sampled_from(KINDS),
    text=texts,
    thread=texts,
    platform=texts,
    title=maybe,
    lang=texts,
    script=st.sampled_from(SCRIPTS),
    created_at=maybe,
    author=maybe,
    account_type=st.sampled_from(ACCOUNT_TYPES),
    parent=maybe,
    root=maybe,
    repost_of=maybe,
    hashtags=lists,
    mentions=lists,
    urls=lists,
    counts=st.builds(Counts, numbers, numbers, numbers, numbers),
    region=maybe,
    event=maybe,
    phase=maybe,
    fold=st.none() | st.integers(0, 4),
    votes=st.dictionaries(texts, lists, max_size=2),
    source=st.none() | st.builds(Source, texts, maybe, numbers, maybe),
    flags=lists,
    extra=st.dictionaries(texts, json_values, max_size=3),
)


@settings(max_examples=10)
@given(st.lists(documents, max_size=3))
def test_documents_read_back_are_those_that_were_written(tmp_path_factory, items):
    path = tmp_path_factory.mktemp("a") / "documents.parquet"
    assert write_documents(path, iter(items)) == len(items)
    assert list(read_documents(path)) == items


def test_all_fields_of_a_document_have_columns(tmp_path):
    held = {name.removeprefix("source_") for name in COLUMNS}
    fields = known_fields(Document) - {"counts", "source"} | known_fields(Counts) | known_fields(Source)
    assert fields | {"above"} == held


def test_one_column_says_what_a_document_answers_or_reposts(tmp_path):
    items = [
        Document("1", "post", "好", "1"),
        Document("2", "comment", "好", "1", parent="1", root="1"),
        Document("3", "repost", "好", "1", repost_of="1", root="1"),
    ]
    write_documents(tmp_path / "a.parquet", items)
    assert pq.read_table(tmp_path / "a.parquet")["above"].to_pylist() == [None, "1", "1"]


def test_an_import_is_read_again_as_any_crawl_is(tmp_path):
    items = [Document("1", "post", "好", "1"), Document("2", "comment", "好", "1", parent="1", root="1")]
    write_documents(tmp_path / "a.parquet", items)
    assert list(read(tmp_path / "a.parquet")) == items
    assert list(read_documents(str(tmp_path / "a.parquet"))) == items


def test_documents_of_several_batches_come_back_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "BATCH_ROWS", 2)
    items = [Document(str(number), "post", "好", str(number)) for number in range(5)]
    write_documents(tmp_path / "a.parquet", items)
    assert list(read_documents(tmp_path / "a.parquet")) == items


def test_a_batch_ends_early_where_texts_are_long(monkeypatch):
    monkeypatch.setattr(writing, "BATCH_CHARACTERS", 1000)
    items = [Document(str(number), "post", "好" * 400, str(number)) for number in range(5)]
    assert [len(batch) for batch in writing._batches(items)] == [3, 2]


@pytest.mark.parametrize(
    "document",
    [
        Document("1", "post", "好", "1", extra={"a": float("nan")}),
        Document("1", "post", "好", "1", extra={"a": object()}),
        Document("1", "post", "好", "1", counts=Counts(likes=2**70)),
        Document("1", "post", "\ud800", "1"),
    ],
)
def test_what_the_file_cannot_hold_is_refused_and_leaves_nothing(tmp_path, document):
    with pytest.raises(DataError, match="'1'"):
        write_documents(tmp_path / "a.parquet", [document])
    assert not (tmp_path / "a.parquet").exists()


def test_a_file_of_other_columns_is_refused(tmp_path):
    import pyarrow as pa

    pq.write_table(pa.table({"id": ["1"], "text": ["好"]}), tmp_path / "a.parquet")
    with pytest.raises(DataError, match="no column kind, thread"):
        list(read_documents(tmp_path / "a.parquet"))
