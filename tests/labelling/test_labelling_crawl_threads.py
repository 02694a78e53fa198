"""What stands above the rows of a crawl's own files: what an import of them finds above its documents."""

import json

from crawls import CRAWLER_OWN, SEARCH, crawler_row, csv_text, search_row, written
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.ingest import read, write_documents
from weibo_nlp.io import Row, open_table
from weibo_nlp.labelling.crawls import Crawls
from weibo_nlp.labelling.threads import Above, ThreadTexts

POST, REPOST, AGAIN = (f"490000000000000{n}" for n in (1, 2, 3))


def above_of_rows(*files):
    """Per file, what stands above each of its rows."""
    crawls = Crawls(files)
    found = {}
    for file in files:
        crawl = crawls.get(file)
        threads = crawls.threads_of(crawl)
        with crawl.table() as table:
            found[file] = [threads.above(row) for row in table.rows() if isinstance(row, Row)]
    return found


def imported(tmp_path, files):
    """Per id, what an import of the files and the ids in its table say that stands above."""
    output = tmp_path / "documents.parquet"
    write_documents(output, read(files))
    table = open_table(output)
    texts = ThreadTexts.of_table(table, "text", "id", "above")
    return {row.values["id"]: texts.above(row.values["above"]) for row in table.rows()}


def search_file(tmp_path, *rows, name="hai.csv"):
    cells = [
        search_row(id=id, 用户昵称=nickname, 微博正文=text, retweet_id=original, user_id=f"1{nickname}")
        for id, nickname, text, original in rows
    ]
    return written(tmp_path, name, csv_text(SEARCH[:19], *(row[:19] for row in cells)))


def test_a_repost_of_a_repost_is_read_below_the_words_that_it_has_behind_it(tmp_path):
    file = search_file(
        tmp_path,
        (POST, "小甲", "失信就该禁乘", ""),
        (REPOST, "小乙", "凭什么？", POST),
        (AGAIN, "小丙", "走//@小乙:凭什么？", POST),
    )
    found = above_of_rows(file)[file]
    assert found == [Above(), Above("失信就该禁乘", "失信就该禁乘"), Above("凭什么？", "失信就该禁乘")]


def test_a_place_holder_above_has_no_words(tmp_path):
    file = search_file(tmp_path, (POST, "小甲", "该微博已被删除", ""), (REPOST, "小乙", "凭什么？", POST))
    assert above_of_rows(file)[file] == [Above(), Above("", "")]


def test_comments_find_their_post_in_another_file_of_the_run(tmp_path):
    post = written(tmp_path, "100001.csv", csv_text(CRAWLER_OWN, crawler_row(id=POST, text="失信就该禁乘")))
    comment = {
        "_id": "c1", "content": "支持", "created_at": "2023-05-01 08:00:00", "like_counts": 1,
        "comment_user": {"_id": "2", "nick_name": "小乙"},
        "weibo_id": POST,
    }  # fmt: skip
    comments = written(tmp_path, "comments.jsonl", [comment])
    assert above_of_rows(comments, post) == {
        comments: [Above("失信就该禁乘", "失信就该禁乘")],
        post: [Above()],
    }
    assert above_of_rows(comments)[comments] == [Above(is_missing=True)]


def test_the_comment_inside_of_a_row_is_what_the_row_answers(tmp_path):
    inner = {"_id": "c1", "text": "凭什么？", "user": {"_id": "3", "nick_name": "小丙"}}
    comment = {
        "_id": "c2", "content": "就凭这个", "created_at": "2023-05-01 08:00:00", "like_counts": 1,
        "comment_user": {"_id": "2", "nick_name": "小乙"}, "reply_comment": inner,
    }  # fmt: skip
    comments = written(tmp_path, "comments.jsonl", [comment])
    assert above_of_rows(comments)[comments] == [Above("凭什么？", "凭什么？")]


def test_rows_that_are_no_document_are_counted(tmp_path):
    file = search_file(tmp_path, (POST, "小甲", "失信就该禁乘", ""), ("", "小乙", "没有编号", POST))
    file.write_text(file.read_text("utf-8-sig").replace("MAAAAA001,1小乙", ",1小乙"), "utf-8")
    crawls = Crawls([file])
    threads = crawls.threads_of(crawls.get(file))
    with crawls.get(file).table() as table:
        assert [threads.above(row) for row in table.rows()] == [Above(), Above()]
    assert threads.n_unplaced == 1


def test_posts_that_answer_nothing_need_no_threads(tmp_path):
    file = written(tmp_path, "100001.csv", csv_text(CRAWLER_OWN, crawler_row(id=POST)))
    crawls = Crawls([file])
    assert crawls.threads_of(crawls.get(file)) is None


@given(data=st.data())
def test_every_row_has_above_it_what_an_import_of_the_files_puts_there(tmp_path_factory, data):
    tmp_path = tmp_path_factory.mktemp("crawl")
    names = st.sampled_from(["小甲", "小乙", "小丙"])
    ids = st.integers(1, 7).map(lambda n: f"490000000000000{n}")
    words = st.sampled_from(["好", "走//@小甲:好", "嗯//@小乙:走//@小甲:好", "该微博已被删除", "<b>看</b>//@小丙:好"])
    rows = st.lists(st.tuples(ids, names, words, st.one_of(st.just(""), ids)), min_size=1, max_size=8)
    one = search_file(tmp_path, *data.draw(rows), name="a.csv")
    two = search_file(tmp_path, *data.draw(rows), name="b.csv")
    expected = imported(tmp_path, [one, two])
    for file, found in above_of_rows(one, two).items():
        own = [row.values["id"] for row in open_table(file).rows()]
        assert found == [expected[id] for id in own]


def test_labels_of_a_crawl_are_those_of_its_import(tmp_path, run):
    file = search_file(
        tmp_path,
        (POST, "小甲", "失信被执行人就该禁止坐飞机", ""),
        (REPOST, "小乙", "凭什么？", POST),
        (AGAIN, "小丙", "支持//@小乙:凭什么？", POST),
    )
    assert run("import", file, "-o", tmp_path / "study", "--keep-raw")[0] == 0
    plain, whole = tmp_path / "plain.jsonl", tmp_path / "whole.jsonl"
    assert run("label", file, "-o", plain, "--all-scores")[0] == 0
    assert run("label", tmp_path / "study" / "documents.parquet", "-o", whole, "--all-scores")[0] == 0
    first, second = ([json.loads(line) for line in path.open(encoding="utf-8")] for path in (plain, whole))
    labels = [name for name in second[0] if name.startswith(("topic", "sentiment", "irony", "stance"))]
    assert len(labels) > 20
    assert [[row[name] for name in labels] for row in first] == [[row[name] for name in labels] for row in second]
