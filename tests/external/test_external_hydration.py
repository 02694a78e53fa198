import gzip
import json
import os
import unicodedata
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pandas as pd
import pytest
from real_copies import TEXTS, write_copies, write_csv, write_json

from weibo_nlp import _resources
from weibo_nlp.corpus import open_release
from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.external import REAL_SETS, hydrate, hydration
from weibo_nlp.external.hydration import SetReport, find_texts, join, own_words, text_key

PUBLIC_TEXTS = Path(__file__).parents[1] / "data" / "public_texts"
SETS = {text_key(text): name for name, texts in TEXTS.items() for text in texts}


@pytest.fixture
def copies(tmp_path):
    return write_copies(tmp_path / "copies")


def write_list(path, texts):
    path.write_text("".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts), "utf-8")
    return path


def counts(found, name):
    (part,) = (part for part in found.report if part.name == name)
    assert part.n == part.published + part.listed + part.missing + part.withdrawn
    return part.published, part.listed, part.missing, part.withdrawn


def test_a_key_is_the_beginning_of_a_checksum():
    # printf '求真相' | sha256sum
    assert text_key("求真相") == "r0c9c9eac2ac9"


@pytest.mark.parametrize(
    ("text", "own"),
    [
        pytest.param("说得好//@甲:对//@乙:不对", "说得好", id="chain"),
        pytest.param("说得好 // @甲:对", "说得好", id="blank-between"),
        pytest.param("说得好//\u3000@甲:对", "说得好", id="ideographic-blank-between"),
        pytest.param("//@甲:对", "", id="no-own-words"),
        pytest.param("看 http://t.cn/a @甲", "看 http://t.cn/a @甲", id="an-address-is-no-chain"),
        pytest.param(" \n两边有空\u3000", "两边有空", id="stripped"),
    ],
)
def test_own_words_end_where_somebody_else_is_quoted(text, own):
    assert own_words(text) == own


def test_every_set_is_found_in_the_layout_it_is_published_in(copies):
    found = find_texts(copies, SETS)
    assert found.report == tuple(SetReport(name, len(TEXTS[name]), len(TEXTS[name]), 0, 0, 0) for name in REAL_SETS)
    assert found.texts == {text_key(text): text for texts in TEXTS.values() for text in texts}
    assert list(found.texts) == list(SETS)
    assert (found.missing, found.unread) == (0, ())


@pytest.mark.parametrize("name", REAL_SETS)
def test_a_set_is_found_among_no_other_copies_and_missing_without_its_own(tmp_path, name):
    others = {each: [f"第{number}句，换了别的"] for number, each in enumerate(TEXTS)} | {"smp": ["甲", "乙"]}
    keys = {text_key(text): name for text in TEXTS[name]}
    alone = find_texts(write_copies(tmp_path / "own", others | {name: TEXTS[name]}), keys)
    assert alone.report == (SetReport(name, len(keys), len(keys), 0, 0, 0),)
    missing = find_texts(write_copies(tmp_path / "others", others), keys)
    assert (missing.report, missing.texts) == ((SetReport(name, len(keys), 0, 0, len(keys), 0),), {})


def test_a_text_that_was_changed_is_not_found(copies, tmp_path):
    post = copies / "Chinese_Rumor_Dataset" / "CED_Dataset" / "original-microblog" / "0_c.json"
    write_json(post, {"text": TEXTS["ced_post"][0].replace("三天", "五天")})
    found = find_texts(copies, SETS)
    assert counts(found, "ced_post") == (0, 0, 1, 0)
    assert text_key(TEXTS["ced_post"][0]) not in found.texts


def test_of_two_versions_of_a_set_either_may_hold_a_text(copies):
    later = copies / "zhihu-hot-hub" / "raw" / "hot-question-2021-01-09.json"
    question = {"target": {"title": "如何看待某平台下架一批标题党账号？", "excerpt": "平台今天又发了第二份公告"}}
    write_json(later, [question])
    second = "如何看待某平台下架一批标题党账号？ 平台今天又发了第二份公告"
    found = find_texts(copies, SETS | {text_key(second): "zhihu"})
    assert counts(found, "zhihu") == (3, 0, 0, 0)
    assert found.texts[text_key(second)] == second


@pytest.mark.parametrize(
    ("wanted", "stored"),
    [
        pytest.param("他说：「Café 关门了」", unicodedata.normalize("NFD", "他说：「Café 关门了」"), id="decomposed"),
        pytest.param(unicodedata.normalize("NFD", "Café 关门了"), "Café 关门了", id="composed"),
        pytest.param("第一行\n第二行", "第一行\r\n第二行", id="windows-lines"),
        pytest.param("涨价 & 降价 <都> 看", "涨价 &amp; 降价 &lt;都&gt; 看", id="entities"),
        pytest.param("涨价 &amp; 降价", "涨价 &amp; 降价", id="entities-that-are-its-own"),
        pytest.param("开头有标记", "\ufeff开头有标记", id="byte-order-mark"),
        pytest.param("Café & 茶\n好", "\ufeffCafe\u0301 &amp; 茶\r\n好//@甲:嗯", id="all-at-once"),
        pytest.param("看这里", "看这里/&#47;@甲:嗯", id="chain-behind-entities"),
    ],
)
def test_another_form_of_a_text_leads_to_the_text_that_has_the_key(tmp_path, wanted, stored):
    write_json(tmp_path / "original-microblog" / "1.json", {"text": stored})
    assert find_texts(tmp_path, {text_key(wanted): "ced_post"}).texts == {text_key(wanted): wanted}


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param("ｙｙｄｓ！", id="width"),
        pytest.param("yyds!!", id="one-sign-more"),
        pytest.param("YYDS!", id="case"),
        pytest.param("yyds !", id="blank"),
    ],
)
def test_what_people_would_tell_apart_is_never_matched(tmp_path, stored):
    write_list(tmp_path / "list.jsonl", [stored])
    assert find_texts(tmp_path, {text_key("yyds!"): "ced"}).texts == {}


def test_what_is_found_in_lists_alone_is_counted_apart(copies):
    write_list(copies / "pool.jsonl", [TEXTS["cold"][0], TEXTS["smp"][1], "别的话"])
    (copies / "smp2020-ewect" / "val.csv").unlink()
    found = find_texts(copies, SETS)
    assert counts(found, "cold") == (1, 0, 0, 0)
    assert counts(found, "smp") == (1, 1, 0, 0)


def test_a_mirror_of_smp_without_the_meaning_of_its_numbers_is_a_list(copies):
    (copies / "smp2020-ewect" / "label_mapping.json").unlink()
    assert counts(find_texts(copies, SETS), "smp") == (1, 1, 0, 0)


@pytest.mark.parametrize("name", ["list.jsonl", "list.csv", "list.tsv", "list.parquet", "list.jsonl.gz", "list.csv.gz"])
@pytest.mark.parametrize("as_folder", [True, False], ids=["in-a-folder", "alone"])
def test_a_list_of_texts_is_a_table_with_a_column_text(tmp_path, name, as_folder):
    frame = pd.DataFrame({"id": [1, 2, 3], "text": ["一行\n两行，还有“引号”", "233", "没人找"]})
    path = tmp_path / name
    if name.endswith(".parquet"):
        frame.to_parquet(path)
    elif ".jsonl" in name:
        frame.to_json(path, orient="records", lines=True, force_ascii=False)
    else:
        frame.to_csv(path, index=False, sep="\t" if name.endswith(".tsv") else ",")
    wanted = {text_key(text): "checked" for text in frame["text"][:2]}
    found = find_texts(tmp_path if as_folder else path, wanted)
    assert list(found.texts.values()) == list(frame["text"][:2])
    assert found.report == (SetReport("checked", 2, 0, 2, 0, 0),)


def test_a_number_in_a_list_is_the_text_it_was_written_as(tmp_path):
    (tmp_path / "list.jsonl").write_text('{"text": 233}\n{"text": null}\n{"text": true}\n{"text": [1]}\n', "utf-8")
    found = find_texts(tmp_path, {text_key("233"): "checked"})
    assert list(found.texts.values()) == ["233"]
    assert [(item.line, item.rows) for item in found.unread] == [(3, 2)]


def test_a_file_without_texts_is_passed_over_in_a_folder_and_refused_alone(tmp_path):
    (tmp_path / "drawn.jsonl").write_text('{"id": "r1", "drawn": "random"}\n', "utf-8")
    write_csv(tmp_path / "counts.csv", [("day", "posts"), ("1", "2")])
    assert find_texts(tmp_path, SETS).unread == ()
    for name in ("drawn.jsonl", "counts.csv"):
        with pytest.raises(UsageError, match=rf"{name}: no column 'text'.*name a list of texts that has one"):
            find_texts(tmp_path / name, SETS)


def test_one_published_file_may_be_named_alone(copies):
    found = find_texts(copies / "CHECKED" / "dataset" / "fake_news" / "0a.json", SETS)
    assert counts(found, "checked") == (3, 0, 0, 0)
    assert counts(found, "ced") == (0, 0, 2, 0)


def test_withdrawn_texts_are_not_given_back_whether_a_copy_holds_them_or_not(copies):
    held, lost = text_key(TEXTS["ced"][0]), text_key("谁也没有这一句")
    found = find_texts(copies, SETS | {lost: "ced"}, withdrawn=[held, lost, "r000000000000"])
    assert counts(found, "ced") == (1, 0, 0, 2)
    assert found.missing == 0
    assert held not in found.texts


def test_a_text_counts_for_the_set_of_its_key_whichever_file_it_stands_in(copies):
    found = find_texts(copies, {text_key(TEXTS["cold"][0]): "weibo_hot"})
    assert found.report == (SetReport("weibo_hot", 1, 1, 0, 0, 0),)


def test_a_set_that_nobody_knows_is_reported_behind_the_others(copies):
    found = find_texts(copies, {text_key("某句"): "new_set", text_key(TEXTS["smp"][0]): "smp"})
    assert [part.name for part in found.report] == ["smp", "new_set"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        pytest.param("rumor-repost/bad.json", b"[{", "not valid JSON", id="broken-json"),
        pytest.param("rumor-repost/bad.json", b'{"text": "x"}', "not a list of records as published", id="no-list"),
        pytest.param("fake_news/bad.json", b"[" * 100_000, "nested deeper than 100 levels", id="nested-without-end"),
        pytest.param("raw/2020-11-24.json.gz", b"\x1f\x8b\x08\x00broken", "cannot be decompressed", id="broken-gz"),
        pytest.param("raw/2020-11-24.json", gzip.compress(b"[]"), "is packed with gzip", id="packed-without-its-name"),
        pytest.param("list.parquet", b"PAR1 no more", "not a Parquet file", id="no-parquet"),
        pytest.param("list.jsonl", b"", "is empty", id="empty"),
        pytest.param("COVID-19 Unlabeled Weibo Data/1.19.csv", b"a,b\n1,2\n", "no column 'text'", id="no-column"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(copies, name, content, reason):
    bad = copies / "bad" / name
    bad.parent.mkdir(parents=True)
    bad.write_bytes(content)
    found = find_texts(copies, SETS | {text_key("没有的"): "ced"})
    ((item),) = found.unread
    assert (item.path, item.line, item.rows) == (bad, 0, 0)
    assert reason in item.reason
    assert str(copies) not in item.reason
    assert found.missing == 1


@pytest.mark.parametrize(
    ("name", "content", "line", "rows"),
    [
        pytest.param("rumor-repost/a.json", b'[{"text": "\\u6c42\\u771f\\u76f8"}, 1, {"text": []}]', 2, 2, id="json"),
        pytest.param("rumor-repost/a.json", b'[{"text": "\xff"}]', 0, 1, id="bytes-that-are-no-utf-8"),
        pytest.param("rumor-repost/a.json", b'[{"text": "\\ud83d"}]', 0, 1, id="half-a-surrogate-pair"),
        pytest.param("raw/hot-question-2.json", b'{"data": [{"target": {}}, {}]}', 1, 2, id="questions"),
        pytest.param("list.jsonl", b'{"text": "x"}\n{"text"\n\n{"text": "y"}\n', 2, 1, id="lines"),
        pytest.param("any.csv", "userid,text\n1,好\n2,".encode("gb18030") + b"\xff\xff\n", 3, 1, id="gb18030"),
        pytest.param("any.csv", b"userid,text\n1,ok,more\n2,ok\n", 2, 1, id="cells"),
    ],
)
def test_rows_that_cannot_be_read_are_counted(tmp_path, name, content, line, rows):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    found = find_texts(tmp_path, SETS)
    assert [(item.path, item.line, item.rows) for item in found.unread] == [(path, line, rows)]
    assert found.unread[0].reason


def test_a_published_file_in_utf_8_is_read_as_such(tmp_path):
    write_csv(tmp_path / "2.1.csv", [("userid", "text"), ("u", f"{TEXTS['covid_post'][0]} ?")], "utf-8-sig")
    found = find_texts(tmp_path, {text_key(TEXTS["covid_post"][0]): "covid_post"})
    assert found.report == (SetReport("covid_post", 1, 1, 0, 0, 0),)


def test_a_question_mark_that_belongs_to_a_text_stays(tmp_path):
    write_csv(tmp_path / "2.1.csv", [("userid", "text"), ("u", "真的吗 ?")], "gb18030")
    assert list(find_texts(tmp_path, {text_key("真的吗 ?"): "covid_post"}).texts.values()) == ["真的吗 ?"]


def test_hidden_files_are_passed_over_and_links_are_followed_once(copies, tmp_path):
    folder = tmp_path / "linked"
    folder.mkdir()
    (folder / "sets").symlink_to(copies, target_is_directory=True)
    (folder / "again").symlink_to(folder, target_is_directory=True)
    (folder / ".git").mkdir()
    write_list(folder / ".git" / "list.jsonl", ["藏起来的一句"])
    found = find_texts(folder, SETS | {text_key("藏起来的一句"): "ced"})
    assert counts(found, "ced") == (2, 0, 1, 0)
    assert found.missing == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes here")
@pytest.mark.parametrize("name", ["list.jsonl", "rumor-repost/1.json", "train.csv"])
def test_a_pipe_is_not_waited_for(tmp_path, name):
    (tmp_path / "rumor-repost").mkdir()
    os.mkfifo(tmp_path / name)
    assert [item.path for item in find_texts(tmp_path, SETS).unread] == [tmp_path / name]


def test_a_place_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match="nowhere: does not exist; name the folder that holds your copies"):
        find_texts(tmp_path / "nowhere", SETS)


def test_a_file_that_was_named_and_cannot_be_read_is_an_error(tmp_path):
    (tmp_path / "list.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(DataError, match="not a Parquet file"):
        find_texts(tmp_path / "list.parquet", SETS)


def test_nothing_is_written_into_the_folder(copies):
    before = {path: path.stat().st_mtime_ns for path in copies.rglob("*")}
    find_texts(copies, SETS | {text_key("没有的"): "ced"})
    assert {path: path.stat().st_mtime_ns for path in copies.rglob("*")} == before


def rows():
    return [
        {"id": key, "set": name, "split": "train", "topic": "other", "votes": ["other"]} for key, name in SETS.items()
    ]


def test_rows_are_joined_with_their_texts_in_the_order_of_the_table(copies):
    lost = {"id": text_key("没有的"), "set": "ced", "split": "test", "topic": "credit", "votes": []}
    joined = join([lost, *rows()], copies)
    assert list(joined.table.columns) == ["id", "set", "split", "topic", "votes", "text"]
    assert list(joined.table["id"]) == list(SETS)
    assert list(map(text_key, joined.table["text"])) == list(SETS)
    assert (joined.missing, joined.report[0]) == (1, SetReport("ced", 3, 2, 0, 1, 0))


def test_a_table_of_nothing_has_its_columns(tmp_path):
    joined = join(rows(), tmp_path)
    assert (len(joined.table), list(joined.table.columns)) == (0, ["id", "set", "split", "topic", "votes", "text"])
    assert joined.missing == len(SETS)


@pytest.fixture
def layer(miniature_release, monkeypatch):
    """The miniature as what ships with the package: keys of twelve texts of two sets."""
    monkeypatch.setattr(_resources, "corpus_dir", lambda: miniature_release)
    return open_release()


def test_hydrate_joins_the_layer_of_a_release_with_its_texts(layer):
    joined = hydrate(PUBLIC_TEXTS)
    assert [(part.name, part.found, part.missing) for part in joined.report] == [("zhihu", 4, 0), ("cold", 8, 0)]
    assert list(map(text_key, joined.table["text"])) == list(joined.table["id"])
    for split in ("train", "validation", "test"):
        rows = list(layer.rows("real", split))
        assert list(joined.table["id"][joined.table["split"] == split]) == [row["id"] for row in rows]
        table = hydrate(PUBLIC_TEXTS / "texts.jsonl", split=split).table
        assert list(table.columns) == [*rows[0], "split", "text"]
        assert table["topic"].tolist() == [row["topic"] for row in rows]


def test_what_the_newest_release_withdraws_is_given_back_of_none(layer, monkeypatch):
    later, earlier = (row["id"] for row in islice(layer.rows("real"), 2))
    newest = replace(layer, manifest={**layer.manifest, "withdrawn": [later]})
    older = replace(layer, manifest={**layer.manifest, "withdrawn": [earlier]})
    releases = {None: newest, "0.0.1": older}
    monkeypatch.setattr(hydration, "open_release", lambda *, version=None: releases[version])
    joined = hydrate(PUBLIC_TEXTS, version="0.0.1")
    assert {later, earlier}.isdisjoint(joined.table["id"])
    assert sum(part.withdrawn for part in joined.report) == 2
    assert joined.missing == 0


def test_sets_are_described_as_the_layer_has_them(layer):
    for row in layer.rows("real"):
        known = REAL_SETS[row["set"]]
        assert (known.source.name, known.kind) == (row["source"], row["kind"])


def test_an_unknown_split_or_version_lists_those_there_are(layer):
    with pytest.raises(UnknownNameError, match="unknown split of real 'dev'; there is: test, train, validation"):
        hydrate(PUBLIC_TEXTS, split="dev")
    with pytest.raises(UnknownNameError, match=r"unknown corpus version '9\.9\.9'"):
        hydrate(PUBLIC_TEXTS, version="9.9.9")


def test_a_release_from_before_the_layer_says_so(layer, monkeypatch):
    older = replace(layer, version="0.2.0", manifest={**layer.manifest, "schema": 3})
    monkeypatch.setattr(hydration, "open_release", lambda *, version=None: older)
    with pytest.raises(UnknownNameError, match=r"unknown configuration of corpus 0\.2\.0 'real'.*0\.3\.0 is the first"):
        hydrate(PUBLIC_TEXTS)
