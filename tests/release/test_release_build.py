import hashlib
import os
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from weibo_nlp.corpus import open_release, schema
from weibo_nlp.errors import DataError, LabelError, UsageError
from weibo_nlp.release.build import card_header, read_card, write_card_header, write_release
from weibo_nlp.release.sources import read_sources
from weibo_nlp.release.tables import build_tables
from weibo_nlp.scheme import load_scheme


def text_key(text):
    return "r" + hashlib.sha256(text.encode()).hexdigest()[:12]


def bytes_of(corpus):
    paths = [*corpus.glob("*/*.parquet"), corpus / "manifest.json", corpus / "README.md"]
    return {path.relative_to(corpus).as_posix(): path.read_bytes() for path in paths}


def files_below(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def all_rows(folder, config):
    return [row for path in sorted((folder / config).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def test_the_same_input_gives_the_same_bytes_twice(repository):
    before = bytes_of(repository.path("corpus"))
    assert len(before) == 7 * 3 + 2 + 2  # seven configurations of three splits, two registers, manifest and card
    repository.build()
    assert bytes_of(repository.path("corpus")) == before


@pytest.mark.parametrize("config", schema.CONFIGS)
def test_a_configuration_thrown_away_comes_back_byte_by_byte(repository, config):
    before = bytes_of(repository.path("corpus"))
    shutil.rmtree(repository.path(f"corpus/{config}"))
    repository.build()
    assert bytes_of(repository.path("corpus")) == before


def test_the_order_of_lines_and_annotators_files_is_without_influence(repository):
    before = bytes_of(repository.path("corpus"))
    for name in ("annotations/rounds/r01/a2.jsonl", "annotations/adjudicated/library-fines.jsonl"):
        repository.write(name, reversed(repository.rows(name)))
    repository.build()
    after = bytes_of(repository.path("corpus"))
    assert {name for name in after if after[name] != before[name]} == {"manifest.json"}  # which names its inputs


def test_building_removes_files_of_an_earlier_layout_and_leaves_everything_else(repository):
    corpus = repository.path("corpus")
    (corpus / "posts/train-00001-of-00002.parquet").write_bytes(b"old")
    repository.build()
    assert open_release(corpus).strays() == []
    assert (corpus / "texts/credit/library-fines.jsonl").exists()
    assert not list(corpus.glob("**/.*"))


def test_a_build_that_fails_leaves_the_old_release_whole(repository):
    before = bytes_of(repository.path("corpus"))
    sources = read_sources(repository.root)
    tables = build_tables(sources)
    tables["targets", "train"][0].values["canonical_for"] = "soup"  # the last configuration written
    with pytest.raises(LabelError, match="label 'soup' is not in task 'topic'"):
        write_release(sources, tables, repository.path("corpus"), "0.0.2")
    assert bytes_of(repository.path("corpus")) == before


@pytest.mark.skipif(os.name != "posix", reason="links need a right there")
@pytest.mark.parametrize("name", ["manifest.json", "README.md", "posts", "targets/train-00000-of-00001.parquet"])
def test_a_release_is_not_built_through_a_link(repository, tmp_path, name):
    place = repository.path("corpus") / name
    place.rename(tmp_path / "outside")
    place.symlink_to(tmp_path / "outside")
    if name == "posts":  # where it would be deleted as a file of an earlier layout
        (tmp_path / "outside" / "mine.parquet").write_bytes(b"mine")
    before = files_below(tmp_path)
    with pytest.raises(UsageError, match=rf"{Path(name).name}.* is a link, and none in .*corpus is followed"):
        repository.build("0.0.2")
    assert files_below(tmp_path) == before


def test_the_manifest_counts_rows_and_names_inputs_and_predecessor(repository):
    sources = read_sources(repository.root)
    before = {"version": "0.0.1", "manifest_sha256": "00"}
    manifest = write_release(sources, build_tables(sources), repository.path("corpus"), "0.0.2", predecessor=before)
    assert manifest == dict(open_release(repository.path("corpus")).manifest)
    assert (manifest["version"], manifest["predecessor"]) == ("0.0.2", before)
    rows = {}
    for name, entry in manifest["files"].items():
        config = name.split("/")[0]
        rows[config] = rows.get(config, 0) + entry["rows"]
    # 9 + 7 documents, 4 layers of judgements each; 2 targets in library-fines, 1 drawn for each soup document.
    assert rows == {
        "articles": 2,
        "posts": 5,
        "comments": 9,
        "stances": 9 * 2 + 7,
        "annotations": 16 * 4,
        "real": 12,
        "segmentation": 2,
        "events": 2,
        "targets": 4,
    }
    assert sorted(manifest["inputs"]) == [
        "annotations/adjudicated/everyday-soup.jsonl",
        "annotations/adjudicated/library-fines.jsonl",
        "annotations/adjudicated/real.jsonl",
        "annotations/rounds/r01/a1.jsonl",
        "annotations/rounds/r01/a2.jsonl",
        "annotations/rounds/r01/a3.jsonl",
        "annotations/rounds/r01/intention.jsonl",
        *(f"annotations/rounds/r03/{name}.jsonl" for name in ("a1", "a2", "a3")),
        "annotations/scheme.yaml",
        "annotations/segmentation/cuts/s1.jsonl",
        "annotations/segmentation/cuts/s2.jsonl",
        "annotations/segmentation/gold.jsonl",
        "annotations/segmentation/sentences.jsonl",
        "corpus/events.yaml",
        "corpus/standoff.jsonl",
        "corpus/targets.yaml",
        "corpus/texts/credit/library-fines.jsonl",
        "corpus/texts/other/everyday-soup.jsonl",
    ]
    assert manifest["labels"]["stance"] == ["against", "none", "favor"]


def test_rows_carry_text_place_and_gold(built):
    release = open_release(built.path("corpus"))
    rows = {row["id"]: row for config in schema.DOCUMENT_CONFIGS for row in release.rows(config)}
    post = rows["library-fines-0005"]
    assert post["hashtags"] == ["逾期还书记入信用"]
    assert post["mentions"] == ["柳岸图书馆"]
    assert (post["root"], post["parent"], post["thread"], post["fold"]) == (None, None, "library-fines-0005", 0)
    reply = rows["library-fines-0003"]
    assert (reply["root"], reply["parent"]) == ("library-fines-0001", "library-fines-0002")
    assert (reply["sentiment"], reply["sentiment_settled"], reply["topic_settled"]) == (
        "neutral",
        "adjudicated",
        "unanimous",
    )
    assert (rows["library-fines-0008"]["irony"], rows["library-fines-0008"]["frames"]) == (True, ["humour"])


def test_stance_rows_carry_the_texts_above(built):
    rows = {(row["document_id"], row["target_id"]): row for row in open_release(built.path("corpus")).rows("stances")}
    reply = rows["library-fines-0003", "library-card-freeze"]
    assert reply["parent_text"] == "早该这样，热门书永远借不到"
    assert reply["root_text"].startswith("各位读者：")
    assert (reply["stance"], reply["stance_settled"], reply["canonical"]) == ("favor", "adjudicated", False)
    root = rows["library-fines-0008", "credit-sanctions"]
    assert (root["parent_text"], root["root_text"], root["canonical"], root["stance"]) == (None, None, True, "against")
    repost = rows["library-fines-0007", "credit-sanctions"]
    assert repost["parent_text"] == repost["root_text"] != repost["text"]


def test_released_annotations_keep_every_layer(built):
    rows = list(open_release(built.path("corpus")).rows("annotations"))
    of_one = [row for row in rows if row["document_id"] == "library-fines-0007"]
    assert [(row["annotator"], row["topic"]) for row in of_one] == [
        ("a1", "credit"),
        ("a2", "other"),
        ("a3", "self_media"),
        ("intention", "credit"),
    ]
    assert of_one[0]["stances"] == [
        {"target_id": "credit-sanctions", "stance": "none"},
        {"target_id": "library-card-freeze", "stance": "none"},
    ]
    assert of_one[3]["order"] is None


def test_a_text_that_is_not_shipped_has_its_labels_and_its_votes_and_no_text(built):
    rows = {row["id"]: row for row in open_release(built.path("corpus")).rows("real")}
    # By hand from annotations/rounds/r03: two heard no feeling and one approval; one saw no stance and was unsure.
    pen, account = (
        rows[text_key("钢笔好写就行，哪国的有什么要紧")],
        rows[text_key("这号昨天说图书馆要拆，今天又说没拆，编都编不圆")],
    )
    assert (pen["set"], pen["source"], pen["kind"], pen["drawn"]) == ("cold", "COLD", "reaction", "topic word")
    assert (pen["sentiment"], pen["sentiment_settled"]) == ("neutral", "majority")
    assert pen["sentiment_votes"] == ["neutral", "neutral", "positive"]
    assert pen["frames"] == ["quality_price"]
    assert account["stances"][2] == {
        "target_id": "self-media-value",
        "stance": "against",
        "settled": "majority",
        "votes": ["against", "none", "against"],
    }
    assert [item["stance"] for item in account["stances"][:2]] == ["none", "none"]
    assert account["confidence"] == "high"
    seats = rows[text_key("好极了，又是占座的，书包比人还爱学习")]
    assert (seats["irony"], seats["irony_votes"], seats["confidence"]) == (True, [True] * 3, "low")
    assert not any("text" in row for row in rows.values())


def test_release_threads_lie_in_one_split_each(built):
    release = open_release(built.path("corpus"))
    seen = {}
    for split in schema.SPLITS:
        for document in release.documents(split):
            seen.setdefault(document.thread, set()).add(split)
    assert len(seen) == 6
    assert all(len(splits) == 1 for splits in seen.values())


# The card


def test_the_header_of_the_card_is_the_schemas(built):
    pytest.importorskip("datasets")
    from datasets import Features

    header, _ = read_card(built.path("corpus/README.md"))
    infos = {info["config_name"]: info for info in yaml.safe_load(header)["dataset_info"]}
    assert infos.keys() == {"documents", *schema.CONFIGS}
    for config, info in infos.items():
        assert Features._from_yaml_list(info["features"]) == schema.features(config, load_scheme())
        stored = schema.stored_configs(config)
        rows = [row for name in stored for row in all_rows(built.path("corpus"), name)]
        assert sum(split["num_examples"] for split in info["splits"]) == len(rows)


@pytest.mark.parametrize(
    ("card", "text"),
    [
        pytest.param("# 标题\n正文\n", "# 标题\n正文\n", id="no-header"),
        pytest.param("---\nold: 1\n---\n# 标题\n---\n尾\n", "# 标题\n---\n尾\n", id="header-and-a-rule-below"),
        pytest.param("---\n---\n正文\n", "正文\n", id="empty-header"),
        pytest.param("---\na: x ---\n---\n正文\n", "正文\n", id="dashes-inside-the-header"),
        pytest.param(None, "", id="no-card"),
    ],
)
def test_a_new_header_leaves_the_text_as_people_wrote_it(tmp_path, card, text):
    path = tmp_path / "README.md"
    if card is not None:
        path.write_text(card, "utf-8")
    for _ in range(2):
        write_card_header(path, "new: 2\n")
        assert path.read_text("utf-8") == f"---\nnew: 2\n---\n{text}"
    assert read_card(path) == ("new: 2\n", text)


def test_a_header_that_never_ends_is_refused(tmp_path):
    (tmp_path / "README.md").write_text("---\na: 1\n# 标题\n", "utf-8")
    with pytest.raises(DataError, match=r"README\.md:1: the header opened by --- is never closed"):
        write_card_header(tmp_path / "README.md", "new: 2\n")


@pytest.mark.parametrize(
    ("documents", "category"),
    [(999, "n<1K"), (1_000, "1K<n<10K"), (9_999, "1K<n<10K"), (10_000, "10K<n<100K")],
)
def test_the_size_category_counts_documents_only(documents, category):
    sizes = {(c, s): (50_000, 1) for c in schema.CONFIGS for s in schema.splits_of(c)}
    sizes |= {(c, s): (0, 1) for c in schema.DOCUMENT_CONFIGS for s in schema.SPLITS} | {
        ("posts", "train"): (documents, 1)
    }
    assert yaml.safe_load(card_header("1.0.0", sizes, load_scheme()))["size_categories"] == [category]


@pytest.mark.parametrize(
    ("origins", "creators", "data_sets", "tags"),
    [
        pytest.param((), [], [], [], id="composed-alone"),
        pytest.param(
            ("hot search", "COLD"),
            ["found"],
            ["extended|other-cold", "extended|other-hot-search"],
            ["stand-off-annotation"],
            id="with-texts-that-are-not-shipped",
        ),
    ],
)
def test_the_header_says_where_texts_come_from_that_are_judged_and_not_shipped(origins, creators, data_sets, tags):
    sizes = {(c, s): (1, 1) for c in schema.CONFIGS for s in schema.splits_of(c)}
    header = yaml.safe_load(card_header("1.0.0", sizes, load_scheme(), origins))
    assert header["annotations_creators"] == ["machine-generated"]
    assert header["language_creators"] == ["machine-generated", *creators]
    assert header["source_datasets"] == ["original", *data_sets]
    assert [tag for tag in header["tags"] if tag.startswith("stand-off")] == tags
    assert header["size_categories"] == ["n<1K"]
