import json
import shutil

import pytest

from weibo_nlp import _resources
from weibo_nlp.corpus import load_corpus, open_release, schema, threads
from weibo_nlp.errors import DataError, LabelError, UnknownNameError, UsageError
from weibo_nlp.scheme import load_scheme

CONFIGS = sorted(schema.CONFIGS)


@pytest.fixture(scope="module")
def release(miniature_release):
    return open_release(miniature_release)


# A release folder


def test_documents_come_back_as_records(release):
    documents = {document.id: document for document in release.documents()}
    assert len(documents) == 16
    repost = documents["library-fines-0007"]
    assert (repost.kind, repost.repost_of, repost.parent, repost.thread) == (
        "repost",
        "library-fines-0005",
        None,
        "library-fines-0005",
    )
    assert repost.flags == ("composed",)
    assert repost.counts.likes is None
    assert repost.created_at is None
    assert documents["everyday-soup-0004"].title == "一锅清汤的三个小时"


def test_gold_is_a_label_a_document_and_for_stance_a_label_a_pair(release):
    topics = {gold.document_id: gold.label for gold in release.gold("topic")}
    assert (len(topics), topics["library-fines-0007"], topics["everyday-soup-0001"]) == (16, "credit", "other")
    irony = {gold.document_id: gold.label for gold in release.gold("irony")}
    assert [document_id for document_id, label in irony.items() if label == "true"] == ["library-fines-0008"]
    stances = {(gold.document_id, gold.target): gold.label for gold in release.gold("stance")}
    assert (len(stances), stances["library-fines-0003", "冻结借书证"]) == (25, "favor")
    with pytest.raises(UnknownNameError, match="unknown task 'mood'; there is: irony, sentiment, stance, topic"):
        release.gold("mood")


def test_splits_add_up_to_the_whole(release):
    for config in schema.DOCUMENT_CONFIGS:
        parts = [row["id"] for split in schema.SPLITS for row in release.rows(config, split)]
        assert parts == [row["id"] for row in release.rows(config)]
    assert sum(len(release.threads(split)) for split in schema.SPLITS) == len(release.threads()) == 6


def test_registers_are_read_with_label_names(release):
    (soup, library) = release.rows("events")
    assert (soup["id"], soup["topic"], soup["near"], soup["start"]) == ("everyday-soup", "other", None, None)
    assert (library["start"], library["end"]) == ("2024-03", "2024-04-02")
    assert library["hashtags"] == ["逾期还书记入信用"]
    assert library["phases"][1] == {"id": "debate", "date": "2024-04-02", "zh": "读者争论"}
    assert [row["canonical_for"] for row in release.rows("targets")] == [
        "credit",
        "self_media",
        "consumer_nationalism",
        None,
    ]


def test_the_view_of_all_documents_is_articles_then_posts_then_comments_of_each_split(release):
    for split in schema.SPLITS:
        parts = [row for config in ("articles", "posts", "comments") for row in release.rows(config, split)]
        assert list(release.rows("documents", split)) == parts
    assert [path.parent.name for path in release.files("documents", "test")] == ["articles", "posts", "comments"]
    assert len(list(release.rows("documents"))) == 16


def test_documents_carry_the_text_they_answer_or_repost(release):
    rows = {row["id"]: row for row in release.rows("documents")}
    assert rows["library-fines-0003"]["parent_text"] == "早该这样，热门书永远借不到"  # a reply to 0002, not to the root
    assert rows["library-fines-0007"]["parent_text"] == rows["library-fines-0005"]["text"]
    assert rows["library-fines-0005"]["parent_text"] is None
    # The text alone, as with the stances: the title of an article is no part of it.
    above = rows[rows["library-fines-0002"]["parent"]]
    assert above["title"]
    assert rows["library-fines-0002"]["parent_text"] == above["text"]


def test_encoding_and_decoding_rows_are_each_others_inverse(release):
    scheme = load_scheme()
    for config in CONFIGS:
        for row in release.rows(config):
            assert schema.decode(config, schema.encode(config, row, scheme), scheme) == row


def test_a_label_that_is_not_in_the_scheme_cannot_be_encoded(release):
    row = next(release.rows("posts")) | {"topic": "soup"}
    with pytest.raises(LabelError, match="label 'soup' is not in task 'topic'"):
        schema.encode("posts", row, load_scheme())


@pytest.mark.parametrize("version", range(1, schema.SCHEMA_VERSION + 1))
@pytest.mark.parametrize("config", CONFIGS)
def test_parquet_holds_the_types_that_datasets_knows_the_columns_by(config, version):
    features = schema.features(config, load_scheme(), version)
    assert schema.arrow_schema(config, version) == features.arrow_schema.remove_metadata()


def test_every_column_says_what_it_means():
    for columns in schema.CONFIGS.values():
        assert all(column.meaning for column in columns)
        assert len({column.name for column in columns}) == len(columns)


def copy(miniature_release, tmp_path):
    shutil.copytree(miniature_release, tmp_path / "corpus")
    return tmp_path / "corpus"


def test_checksum_problems_name_each_file(miniature_release, tmp_path):
    folder = copy(miniature_release, tmp_path)
    assert open_release(folder).checksum_problems() == []
    (folder / "posts/train-00000-of-00001.parquet").unlink()
    with (folder / "comments/test-00000-of-00001.parquet").open("ab") as handle:
        handle.write(b"\0")
    shutil.copy(folder / "events/train-00000-of-00001.parquet", folder / "events/train-00001-of-00002.parquet")
    assert sorted(open_release(folder).checksum_problems()) == [
        f"{folder}/comments/test-00000-of-00001.parquet: bytes differ from the manifest; rebuild or reinstall.",
        f"{folder}/events/train-00001-of-00002.parquet: not in the manifest, yet it would be read; remove it.",
        f"{folder}/posts/train-00000-of-00001.parquet: missing; the manifest lists it.",
    ]
    with pytest.raises(DataError, match=r"posts: no train-\*\.parquet; run scripts/build_corpus\.py in a clone"):
        list(open_release(folder).rows("posts"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, r"corpus: no manifest\.json, so no release; run scripts/build_corpus\.py", id="missing"),
        pytest.param("{", r"manifest\.json: not JSON: .*Rebuild or reinstall", id="torn"),
        pytest.param("[" * 5_000, r"manifest\.json: nested deeper than 100 levels", id="nested"),
        pytest.param("[]", r"manifest\.json: not a JSON object but list; .*Rebuild or reinstall", id="list"),
        pytest.param("{}", r"manifest\.json: files, scheme, version missing; rebuild or reinstall", id="empty"),
        pytest.param('{"version": "1", "files": {}}', r"manifest\.json: scheme missing", id="incomplete"),
    ],
)
def test_a_folder_without_a_proper_manifest_is_no_release(miniature_release, tmp_path, content, message):
    folder = copy(miniature_release, tmp_path)
    (folder / "manifest.json").unlink()
    if content is not None:
        (folder / "manifest.json").write_text(content)
    with pytest.raises(DataError, match=message):
        open_release(folder)


def test_a_release_under_another_scheme_is_refused_before_labels_are_read(miniature_release, tmp_path):
    folder = copy(miniature_release, tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8")) | {"scheme": "9.0.0"}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    message = r"manifest\.json: unknown scheme version '9\.0\.0'; there is: 1\.0\.0, .*install a newer weibo-nlp"
    with pytest.raises(DataError, match=message):
        list(open_release(folder).rows("posts"))


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        pytest.param(
            lambda release: release.files("post"),
            "unknown configuration 'post'; there is: annotations, articles, comments, documents, events,",
            id="configuration",
        ),
        pytest.param(
            lambda release: release.files("posts", "dev"),
            "unknown split of posts 'dev'; there is: test, train, validation",
            id="split",
        ),
        pytest.param(
            lambda release: release.files("events", "test"),
            "unknown split of events 'test'; there is: train",
            id="register",
        ),
        pytest.param(
            lambda release: open_release(release.path, version="7.0.0"),
            "unknown corpus version '7.0.0'; there is: 0.0.1. Other versions: revision= on the Hub",
            id="version",
        ),
    ],
)
def test_what_does_not_exist_is_refused_with_a_list_of_what_does(release, ask, message):
    with pytest.raises(UnknownNameError) as caught:
        ask(release)
    assert message in str(caught.value)


# Loading by configuration


@pytest.fixture
def shipped(miniature_release, monkeypatch):
    """The miniature in the place of the corpus that ships."""
    monkeypatch.setattr(_resources, "corpus_dir", lambda: miniature_release)


@pytest.mark.parametrize("config", ["documents", *CONFIGS])
def test_a_configuration_is_the_same_table_in_pandas_and_datasets(shipped, release, config):
    frame, loaded = load_corpus(config), load_corpus(config, format="datasets")
    names = [column.name for column in schema.columns_of(config)]
    assert list(frame.columns) == [*names, "split"]
    assert loaded.features == schema.features(config, load_scheme())
    assert loaded.num_rows == len(frame)
    assert frame.groupby("split").size().to_dict() == {
        split: count for split in schema.splits_of(config) if (count := len(list(release.rows(config, split))))
    }
    for column, task in schema.label_columns(config).items():
        held = [value for value in loaded[column] if value is not None]
        assert loaded.features[column].int2str(held) == frame[column].dropna().tolist()
        assert set(frame[column].dropna()) <= set(load_scheme().task(task).labels)


def test_one_split_is_loaded_without_a_column_that_names_it(shipped):
    frame = load_corpus("stances", split="test")
    assert "split" not in frame
    assert load_corpus("stances", split="test", format="datasets")["document_id"] == frame["document_id"].tolist()


def test_all_documents_are_loaded_unless_a_configuration_is_named(shipped):
    assert load_corpus()["id"].tolist() == load_corpus("documents")["id"].tolist()
    assert set(load_corpus()["kind"]) == {"article", "post", "repost", "comment"}


def test_the_old_name_of_the_format_works_with_a_warning_that_names_the_new_one(shipped):
    with pytest.warns(DeprecationWarning, match=r"load_corpus\(as_=…\) is now load_corpus\(format=…\)"):
        loaded = load_corpus("events", as_="datasets")
    assert loaded["id"] == load_corpus("events")["id"].tolist()


def test_threads_are_trees_within_one_split(shipped):
    assert sum(len(thread) for thread in threads()) == 16
    assert sum(len(threads(split)) for split in schema.SPLITS) == len(threads()) == 6


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        pytest.param(
            {"config": "tweets"}, UnknownNameError, "unknown configuration 'tweets'; there is: anno", id="config"
        ),
        pytest.param(
            {"split": "dev"}, UnknownNameError, "unknown split of documents 'dev'; there is: test, tr", id="split"
        ),
        pytest.param(
            {"split": "dev", "format": "datasets"}, UnknownNameError, "split of documents 'dev'", id="split-datasets"
        ),
        pytest.param(
            {"version": "9.9.9"}, UnknownNameError, "unknown corpus version '9.9.9'; there is: ", id="version"
        ),
        pytest.param({"format": "polars"}, UsageError, 'format=\'polars\'; choose "pandas" or "datasets"', id="format"),
    ],
)
def test_what_cannot_be_loaded_is_refused_with_a_list_of_what_can(shipped, arguments, error, message):
    with pytest.raises(error) as caught:
        load_corpus(**arguments)
    assert message in str(caught.value)


def test_what_a_caller_does_to_a_row_is_not_seen_by_the_next(miniature_release):
    release = open_release(miniature_release)
    kept = list(release.rows("annotations"))
    for config in CONFIGS:
        for row in release.rows(config):
            for value in row.values():
                if isinstance(value, list):
                    value.extend([*value, "HACK"])
                    for item in value:
                        if isinstance(item, dict):
                            item["HACK"] = 1
    assert not any("HACK" in str(row) for config in CONFIGS for row in release.rows(config))
    assert list(release.rows("annotations")) == kept


@pytest.mark.parametrize("value", [pytest.param(-1, id="negative"), pytest.param(4, id="beyond")])
def test_an_integer_that_is_no_label_is_never_read_as_one(value):
    row = dict.fromkeys([column.name for column in schema.columns_of("targets")], "x") | {"canonical_for": value}
    with pytest.raises(LabelError, match=f"{value} is no label of 'topic', which has 4"):
        schema.decode("targets", row, load_scheme())


def test_a_null_that_stands_for_nothing_is_never_read_as_a_label(release):
    row = schema.encode("posts", next(release.rows("posts")), load_scheme()) | {"irony": None}
    with pytest.raises(DataError, match="irony: null, which stands for no value here"):
        schema.decode("posts", row, load_scheme())
