"""Pages of zhihu-hot-hub; questions and numbers are made up."""

import json

import pytest

from weibo_nlp.errors import UsageError
from weibo_nlp.ingest import read

FIRST = """# zhihu-hot-hub

记录热搜。

`更新时间：2023-05-01 06:16:00 +0800`

## 热门搜索

1. [看海](https://www.zhihu.com/search?q=%E7%9C%8B%E6%B5%B7)

## 热门话题

1. [五月的海边有多少人？（上）](https://www.zhihu.com/question/100000001)
1. [「看海」要带什么 [清单]？](https://www.zhihu.com/question/100000002)

## 热门视频

1. [五月的海边有多少人？（上）](https://www.zhihu.com/question/100000001)

## 历史归档

[archives](archives)
"""
SECOND = """# 知乎热门

`最后更新时间：2026-03-07 21:19:32 +0800`

## 热门话题

1. [五月的海边有多少人？（上）](https://www.zhihu.com/question/100000001)
1. [春天怎么来得这么晚？](https://www.zhihu.com/question/2000000000000000003)

## 知乎日报

暂无数据
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_what_is_listed_are_documents_with_their_place_on_the_list(tmp_path, encoding):
    path = tmp_path / "2023-05-01.md"
    path.write_bytes(FIRST.encode(encoding))
    crawl = read(path)
    search, first, second = crawl
    assert crawl.crawls[0].family.name == "zhihu-hot-hub"
    assert (search.id, search.text, search.flags) == ("zhihu:search:看海", "看海", ("made_id",))
    assert (first.id, first.platform, first.created_at) == ("zhihu:question:100000001", "zhihu", None)
    assert (first.text, second.text) == ("五月的海边有多少人？（上）", "「看海」要带什么 [清单]？")
    assert second.extra == {"section": "热门话题", "rank": 2, "listed_at": "2023-05-01T06:16:00+08:00"}
    assert (crawl.tally.records, crawl.tally.merged) == (4, 1)  # one question is a topic and a film


def test_a_question_that_was_listed_on_two_days_is_one_document(tmp_path):
    for name, text in (("2023-05-01.md", FIRST), ("2026-03-07.md", SECOND)):
        (tmp_path / name).write_text(text, "utf-8")
    crawl = read(tmp_path)
    assert [document.text for document in crawl][-1] == "春天怎么来得这么晚？"
    assert (crawl.tally.records, crawl.tally.documents, crawl.tally.merged) == (6, 4, 2)


@pytest.mark.parametrize(
    "text",
    [
        "# 笔记\n\n1. [一个网站](https://example.org/question/1)\n",
        "# 笔记\n\n1. [一个网站](https://example.org/?zhihu.com/question/1)\n",
        "# 笔记\n\n今天去看了海 https://www.zhihu.com/question/1\n",
    ],
)
def test_notes_in_markdown_are_none_of_its_pages(tmp_path, text):
    path = tmp_path / "notes.md"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError, match="of no family that is known"):
        read(path)


def test_a_list_is_no_table_of_json(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"text": "# 一"}]), "utf-8")
    with pytest.raises(UsageError, match="of no family that is known"):
        read(path)
