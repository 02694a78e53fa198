"""Files as crawlers write them: the sentences are ours, the ids, names and numbers are made up."""

import csv
import io
import json
import sqlite3
from contextlib import closing

CRAWLER_OWN = [
    "id",
    "bid",
    "正文",
    "头条文章url",
    "原始图片url",
    "视频url",
    "Live Photo视频url",
    "位置",
    "日期",
    "工具",
    "点赞数",
    "评论数",
    "转发数",
    "话题",
    "@用户",
    "完整日期",
    "是否编辑过",
    "编辑次数",
]
CRAWLER = [*CRAWLER_OWN, "是否原创", "源用户id", "源用户昵称", *("源微博" + name for name in CRAWLER_OWN)]
SPIDER = [
    "微博id",
    "微博正文",
    "头条文章url",
    "原始图片url",
    "被转发微博原始图片url",
    "是否为原创微博",
    "微博视频url",
    "发布位置",
    "发布时间",
    "发布工具",
    "点赞数",
    "转发数",
    "评论数",
]
SEARCH = [
    "id",
    "bid",
    "user_id",
    "用户昵称",
    "微博正文",
    "头条文章url",
    "发布位置",
    "艾特用户",
    "话题",
    "转发数",
    "评论数",
    "点赞数",
    "发布时间",
    "发布工具",
    "微博图片url",
    "微博视频url",
    "retweet_id",
    "ip",
    "user_authentication",
    "会员类型",
    "会员等级",
]


def csv_text(header, *rows):
    """Rows as the csv module writes them, be they as long as the header or not."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([header, *rows])
    return buffer.getvalue()


def crawler_row(id="4900000000000001", text="今天去看了海", **cells):
    """The eighteen cells of a post of weibo-crawler."""
    row = dict.fromkeys(CRAWLER_OWN, "") | {
        "id": f"{id}\t",
        "正文": text,
        "日期": "2023-05-01T08:00:00",
        "完整日期": "2023-05-01 08:00:07",
        "点赞数": "3",
        "评论数": "2",
        "转发数": "1",
        "是否编辑过": "False",
        "编辑次数": "0",
    }
    return list((row | cells).values())


def crawler_repost(original, *, user="100002", nickname="小乙", **own):
    """A repost, whose last two cells the crawler leaves out."""
    return [*crawler_row(**own), "False", user, nickname, *original[:-2]]


def search_row(**cells):
    """The cells of a row of weibo-search."""
    row = dict.fromkeys(SEARCH, "") | {
        "id": "4900000000000001",
        "bid": "MAAAAA001",
        "user_id": "100001",
        "用户昵称": "小甲",
        "微博正文": "今天的地铁真挤",
        "转发数": "1",
        "评论数": "2",
        "点赞数": "3",
        "发布时间": "2023-05-01 08:00",
    }
    return list((row | cells).values())


def spider_row(**cells):
    """The cells of a row of weiboSpider, which writes 无 where there is nothing."""
    row = dict.fromkeys(SPIDER, "无") | {
        "微博id": "z0JH2lOMb",
        "微博正文": "今天去看了海",
        "是否为原创微博": "True",
        "发布时间": "2019-05-01 08:00",
        "点赞数": "3",
        "转发数": "1",
        "评论数": "2",
    }
    return list((row | cells).values())


def status(id="4900000000000001", text="今天去看了海", **values):
    """A status as weibo.com answers it."""
    return {
        "id": int(id),
        "idstr": id,
        "mid": id,
        "mblogid": "Mxxxxxxx1",
        "created_at": "Wed Oct 19 23:44:36 +0800 2022",
        "text": text,
        "text_raw": text,
        "user": user(),
        "source": '<a href="https://example.org">一台手机</a>',
        "region_name": "发布于 云南",
        "attitudes_count": 3,
        "comments_count": 2,
        "reposts_count": 1,
        "isLongText": False,
    } | values


def user(id=100001, name="小甲", **values):
    """Whom a status or a comment is of."""
    return {"id": id, "idstr": str(id), "screen_name": name, "verified": False, "verified_type": -1} | values


def comment(id="4900000000000011", text="我也想去", **values):
    """A comment as weibo.com answers it."""
    return {
        "id": int(id),
        "idstr": id,
        "rootid": int(id),
        "created_at": "Thu Oct 20 08:00:00 +0800 2022",
        "text": text,
        "text_raw": text,
        "user": user(100003, "小丙"),
        "source": "来自河南",
        "like_counts": 5,
        "comments": False,
    } | values


def written(folder, name, content):
    """A file with a text, or with JSON: lines of it for a name that says so."""
    path = folder / name
    if isinstance(content, str):
        path.write_text(content, "utf-8-sig", newline="")
    elif name.endswith(".jsonl"):
        path.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in content), "utf-8")
    else:
        path.write_text(json.dumps(content, ensure_ascii=False, indent=2), "utf-8")
    return path


def database(path, tables):
    """An SQLite file with tables, each of rows that have all its columns."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for name, rows in tables.items():
            name, *columns = ('"' + each.replace('"', '""') + '"' for each in (name, *rows[0]))
            connection.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
            marks = ", ".join("?" for _ in rows[0])
            connection.executemany(f"INSERT INTO {name} VALUES ({marks})", [tuple(row.values()) for row in rows])
    return path
