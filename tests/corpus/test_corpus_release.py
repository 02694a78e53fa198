import json
import shutil

import pytest

import weibo_nlp
from weibo_nlp.corpus import load_corpus, open_release, schema, threads, versions
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


def test_encoding_and_decoding_rows_are_each_others_inverse(release):
    scheme = load_scheme()
    for config in CONFIGS:
        for row in release.rows(config):
            assert schema.decode(config, schema.encode(config, row, scheme), scheme) == row


def test_a_label_that_is_not_in_the_scheme_cannot_be_encoded(release):
    row = next(release.rows("posts")) | {"topic": "soup"}
    with pytest.raises(LabelError, match="label 'soup' is not in task 'topic'"):
        schema.encode("posts", row, load_scheme())


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
        pytest.param("{", r"manifest\.json: not JSON: .*; rebuild or reinstall", id="torn"),
        pytest.param("[]", r"manifest\.json: files, scheme, version missing; rebuild or reinstall", id="list"),
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
    with pytest.raises(
        DataError, match=r"manifest\.json: built under scheme 9\.0\.0, installed is .*rebuild the corpus"
    ):
        list(open_release(folder).rows("posts"))


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        pytest.param(
            lambda release: release.files("post"),
            "unknown configuration 'post'; there is: annotations, articles, comments, events, posts,",
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


# The shipped corpus


def counts():
    found = {}
    for name, entry in open_release().manifest["files"].items():
        config, file = name.split("/")
        found.setdefault(config, {})[file.split("-")[0]] = entry["rows"]
    return found


def test_the_shipped_corpus_is_what_its_manifest_says():
    assert open_release().checksum_problems() == []


@pytest.mark.parametrize("config", CONFIGS)
def test_shipped_configurations_load_as_pandas(config):
    frame = weibo_nlp.load_corpus(config)
    assert frame.groupby("split").size().to_dict() == {s: n for s, n in counts()[config].items() if n}
    assert list(frame.columns) == [*(column.name for column in schema.CONFIGS[config]), "split"]
    for column, task in schema.label_columns(config).items():
        assert set(frame[column].dropna()) <= set(load_scheme().task(task).labels)


@pytest.mark.parametrize("config", CONFIGS)
def test_shipped_configurations_load_as_datasets(config):
    loaded = load_corpus(config, as_="datasets")
    assert loaded.num_rows == sum(counts()[config].values())
    assert loaded.features == schema.features(config, load_scheme())
    frame = load_corpus(config, split="train")
    train = load_corpus(config, split="train", as_="datasets")
    key = "id" if "id" in frame else "document_id"
    assert train[key] == frame[key].tolist()


def test_labels_are_names_in_pandas_and_numbers_of_the_same_names_in_datasets():
    frame = load_corpus("stances", split="test")
    loaded = load_corpus("stances", split="test", as_="datasets")
    assert loaded.features["stance"].int2str(loaded["stance"][:]) == frame["stance"].tolist()
    assert "split" not in frame


def test_shipped_threads_are_trees_within_one_split():
    found = threads()
    assert sum(len(thread) for thread in found) == sum(sum(counts()[c].values()) for c in schema.DOCUMENT_CONFIGS)
    assert sum(len(threads(split)) for split in schema.SPLITS) == len(found)
    assert weibo_nlp.corpus.threads("test", version=versions()[0])[0].root.parent is None


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        pytest.param(
            {"config": "tweets"}, UnknownNameError, "unknown configuration 'tweets'; there is: anno", id="config"
        ),
        pytest.param(
            {"split": "dev"}, UnknownNameError, "unknown split of posts 'dev'; there is: test, tr", id="split"
        ),
        pytest.param(
            {"split": "dev", "as_": "datasets"}, UnknownNameError, "split of posts 'dev'", id="split-datasets"
        ),
        pytest.param(
            {"version": "9.9.9"}, UnknownNameError, "unknown corpus version '9.9.9'; there is: ", id="version"
        ),
        pytest.param({"as_": "polars"}, UsageError, 'as_=\'polars\'; choose "pandas" or "datasets"', id="container"),
    ],
)
def test_what_cannot_be_loaded_is_refused_with_a_list_of_what_can(arguments, error, message):
    with pytest.raises(error) as caught:
        load_corpus(**arguments)
    assert message in str(caught.value)
