"""Tables that no crawler wrote: the sentences are ours, the ids, names and numbers are made up."""

import os
from pathlib import Path

import pandas as pd
import pytest
from crawls import SEARCH, csv_text, search_row, written
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import UsageError
from weibo_nlp.ingest import Options, read, recognise
from weibo_nlp.ingest.source import open_source
from weibo_nlp.records import Counts, Document

POSTS = [["post", "text", "likes", "date"], ["a1", "今天去看了海", "12", "23/08/2018 13:10"]]
COMMENTS = [
    ["post", "text", "likes", "date", "label", "target"],
    ["a1", "我也想去", "3", "24/08/2018 08:00", "1", "G"],
    ["a1", "海在哪里呀", "0", "##########", "0", "I"],
]


def table(folder, *rows, name="a.csv", **options):
    return list(read(written(folder, name, csv_text(*rows)), "table", Options(**options)))


def test_posts_and_comments_of_two_files_are_threads(tmp_path):
    written(tmp_path, "posts.csv", csv_text(*POSTS))
    written(tmp_path, "comments.csv", csv_text(*COMMENTS))
    crawl = read([tmp_path / "posts.csv", tmp_path / "comments.csv"], "table")
    post, first, second = crawl
    assert (post.id, post.kind, post.thread, post.created_at) == ("a1", "post", "a1", "2018-08-23T13:10+08:00")
    assert (first.id, first.kind, first.parent, first.root) == ("comments.csv#2", "comment", "a1", "a1")
    assert (first.counts, first.extra, first.flags) == (Counts(likes=3), {"label": "1", "target": "G"}, ("made_id",))
    assert (second.created_at, second.flags) == (None, ("made_id", "undated"))
    assert second.extra["created_raw"] == "##########"
    assert crawl.tally.documents == 3


def test_what_is_taken_for_what_is_said_with_a_date_that_tells(tmp_path):
    path = written(tmp_path, "comments.csv", csv_text(*COMMENTS))
    crawl = read(path, "table").crawls[0]
    assert crawl.family.guessed(crawl.source, Options()) == [
        "takes the text from text, the post that is answered from post, the time from date, the likes from likes",
        "dates have their day first, as 24/08/2018 08:00",
        "no column of ids: they are made of the file's name and the row's number",
        "keeps label, target in extra",
    ]


def test_a_known_family_is_never_taken_for_a_plain_table(tmp_path):
    path = written(tmp_path, "a.csv", csv_text(SEARCH, search_row()))
    assert recognise(open_source(path)).name == "weibo-search"


def test_a_plain_table_is_read_where_it_is_said_and_else_told(tmp_path):
    path = written(tmp_path, "comments.csv", csv_text(*COMMENTS))
    with pytest.raises(UsageError, match="As a plain table, which --family table reads, it takes the text from text"):
        read(path)


def test_columns_are_known_by_their_names(tmp_path):
    header = [
        "编号",
        "用户ID",
        "用户昵称",
        "账号类型",
        "标题",
        "正文",
        "IP属地",
        "转发数",
        "评论数",
        "点赞数",
        "阅读量",
    ]
    row = ["4900000000000001", "100001", "小甲", "media", "五月的海", "今天去看了海", "云南", "1", "2", "1.2万", "9"]
    (post,) = table(tmp_path, header, row)
    assert (post.id, post.author, post.account_type, post.title) == (row[0], "100001", "media", "五月的海")
    assert (post.text, post.region, post.counts) == ("今天去看了海", "云南", Counts(12000, 1, 2, 9))
    assert post.extra == {"nickname": "小甲"}


def test_a_column_that_is_named_goes_before_and_an_empty_name_leaves_a_field_out(tmp_path):
    rows = [["text", "body", "id"], ["一", "今天去看了海", "7"]]
    (post,) = table(tmp_path, *rows, columns={"text": "body", "id": ""})
    assert (post.text, post.id, post.extra) == ("今天去看了海", "a.csv#2", {"text": "一", "id": "7"})


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"txt": "body"}, "no field 'txt'; there is: text, title, id"),
        ({"text": "bdy"}, "no column 'bdy'; there is: text, label"),
    ],
)
def test_a_field_or_a_column_that_there_is_not_is_refused(tmp_path, columns, message):
    with pytest.raises(UsageError, match=message):
        table(tmp_path, ["text", "label"], ["今天去看了海", "1"], columns=columns)


def test_a_table_without_texts_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"no column is known to hold texts \(a, b\); name it with --column text="):
        table(tmp_path, ["a", "b"], ["1", "2"], ["3", "4"])


def test_dates_that_tell_no_order_are_refused_unless_it_is_said(tmp_path):
    rows = [["id", "text", "date"], ["1", "今天去看了海", "03/04/2018"]]
    with pytest.raises(UsageError, match=r"a.csv: column date: '03/04/2018' may have its day first or its month"):
        table(tmp_path, *rows)
    (post,) = table(tmp_path, *rows, date_order="month")
    assert post.created_at == "2018-03-04"


def test_options_of_a_table_are_refused_of_a_crawl(tmp_path):
    path = written(tmp_path, "a.csv", csv_text(SEARCH, search_row()))
    with pytest.raises(UsageError, match="--column and --date-order say how a plain table is read"):
        read(path, options=Options(date_order="day"))


def test_comments_that_each_post_numbers_anew_stay_apart(tmp_path):
    rows = [
        ["comment_id", "post_id", "parent_id", "text"],
        ["1", "80", "", "我也想去"],
        ["2", "80", "1", "一起去吧"],
        ["1", "90", "0", "在哪里呀"],
    ]
    first, answer, other = table(tmp_path, *rows)
    assert (first.id, answer.id, other.id) == ("80#1", "80#2", "90#1")
    assert (first.parent, answer.parent, answer.root, other.root) == ("80", "80#1", "80", "90")


def test_rows_that_number_two_files_alike_are_refused_and_can_be_told_apart(tmp_path):
    paths = [
        written(tmp_path, f"{name}.csv", csv_text(["id", "text"], ["1", text]))
        for name, text in (("may", "今天去看了海"), ("june", "今天在家里"))
    ]
    with pytest.raises(UsageError, match=r"may\.csv, row 2 and june.csv, row 2 have the same id '1' in column id"):
        read(paths, "table")
    apart = read(paths, "table", Options(columns={"id": ""}))
    assert [document.id for document in apart] == ["may.csv#2", "june.csv#2"]
    merged = read(paths, "table", Options(columns={"id": "id"}))
    assert (len(list(merged)), merged.tally.merged) == (1, 1)


def test_a_post_that_names_itself_as_its_thread_is_one(tmp_path):
    rows = [["id", "root", "parent", "text"], ["x1", "x1", "", "今天去看了海"], ["x2", "x1", "x1", "我也想去"]]
    post, comment = table(tmp_path, *rows)
    assert (post.kind, post.root, comment.kind, comment.parent) == ("post", None, "comment", "x1")


def test_a_repost_names_its_original(tmp_path):
    rows = [["id", "repost_of", "text"], ["x1", "", "今天去看了海"], ["x2", "x1", "同感"]]
    _, repost = table(tmp_path, *rows)
    assert (repost.kind, repost.repost_of, repost.thread) == ("repost", "x1", "x1")


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl", "parquet", "xlsx"])
def test_every_format_of_a_table_says_the_same(tmp_path, suffix):
    frame = pd.DataFrame(
        {"id": ["x1", "x2"], "text": ["今天去看了海", "我也想去"], "likes": [12, 3], "label": ["1", "0"]}
    )
    path = tmp_path / f"a.{suffix}"
    match suffix:
        case "parquet":
            frame.to_parquet(path)
        case "xlsx":
            frame.to_excel(path, index=False)
        case "jsonl":
            frame.to_json(path, orient="records", lines=True, force_ascii=False)
        case _:
            frame.to_csv(path, index=False, sep="\t" if suffix == "tsv" else ",")
    first, second = read(path, "table")
    assert (first.id, first.text, first.counts.likes, first.extra) == ("x1", "今天去看了海", 12, {"label": "1"})
    assert (second.id, second.counts.likes) == ("x2", 3)


def test_columns_that_are_called_as_the_crawl_calls_its_own_notes_are_kept_apart(tmp_path):
    (post,) = table(tmp_path, ["id", "text", "missing_id"], ["x1", "今天去看了海", "x9"])
    assert (post.extra, post.flags) == ({"table_missing_id": "x9"}, ())


def test_sheets_and_files_without_texts_are_passed_over_and_told(tmp_path):
    with pd.ExcelWriter(tmp_path / "a.xlsx") as book:
        pd.DataFrame({"id": ["x1"], "text": ["今天去看了海"]}).to_excel(book, sheet_name="posts", index=False)
        pd.DataFrame({"a": [1], "b": [2]}).to_excel(book, sheet_name="codes", index=False)
    written(tmp_path, "codes.csv", "a,b\n1,2\n3,4\n")
    crawl = read(tmp_path, "table")
    assert [document.id for document in crawl] == ["x1"]
    assert len([each for each in crawl.unread if "no column is known to hold texts" in each.reason]) == 2


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["", "x1", "x2", "7", "08"]),
        st.sampled_from(["", "x1", "x2", "9"]),
        st.sampled_from(["", "今天去看了海", "我也想去"]),
        st.sampled_from(["", "23/08/2018", "##########"]),
    ),
    min_size=1,
    max_size=12,
)


@given(ROWS)
def test_every_row_is_a_document_or_set_aside_or_merged(tmp_path_factory, rows):
    path = written(
        tmp_path_factory.mktemp("a"),
        "a.csv",
        csv_text(["id", "root", "text", "date", "n"], *([*row, "."] for row in rows)),
    )
    crawl = read(path, "table", Options(columns={"id": "id", "text": "text"}, date_order="day"))
    found = [item for item in crawl.items() if isinstance(item, Document)]
    tally = crawl.tally
    assert tally.records == len(rows) == tally.documents + tally.set_aside + tally.merged
    assert len({document.id for document in found}) == len(found) == tally.documents


@pytest.mark.slow
def test_a_published_set_of_posts_and_comments_is_threads_with_dates():
    folder = Path(os.environ.get("WEIBO_NLP_EXTERNAL", ""), "swsr")
    if not folder.is_dir():
        pytest.skip("there is no copy of SWSR")
    crawl = read([folder / "posts.csv", folder / "comments.csv"], "table")
    documents = list(crawl)
    assert crawl.tally.kinds == {"post": 1527, "comment": 8969}
    assert sum(document.created_at is None for document in documents) == 201  # 200 of ########## and one of nothing
    assert not any("orphan" in document.flags for document in documents)
    assert {document.created_at[:4] for document in documents if document.created_at} <= {
        str(year) for year in range(2012, 2021)
    }
