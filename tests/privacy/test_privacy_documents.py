import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.typed_json import to_json
from weibo_nlp.privacy import Protection, Pseudonyms, Secret, protect
from weibo_nlp.records import Counts, Document, Source

SECRET = Secret(bytes(range(32)))
NAMES = Pseudonyms(SECRET)
POST, COMMENT, USER = "4000000000000001", "4000000000000002", "1000000001"


def post(text="好", **fields):
    values = {"id": POST, "kind": "post", "thread": POST, "author": USER, "extra": {"nickname": "小甲"}} | fields
    return Document(text=text, **values)


def comment(text="嗯", **fields):
    values = {"id": COMMENT, "kind": "comment", "thread": POST, "root": POST, "parent": POST} | fields
    return Document(text=text, **values)


def protected(*documents):
    return list(protect(documents, SECRET))


def text_of(text, *others, **fields):
    return protected(post(text, **fields), *others)[0].text


def test_threads_stay_what_they_are():
    first, second = protected(post(), comment(repost_of=POST))
    assert first.id == first.thread == NAMES.document(POST)
    assert (second.parent, second.root, second.thread, second.repost_of) == (first.id,) * 4
    assert second.id == NAMES.document(COMMENT)
    assert first.parent is first.root is None


def test_what_is_no_one_s_stays():
    document = post(
        created_at="2024-12-31T13:45:06+08:00",
        account_type="media",
        counts=Counts(likes=138, views=13_800_000),
        hashtags=("话题",),
        flags=("truncated",),
        fold=2,
        votes={"topic": ("credit",)},
        extra={"client": "iPhone客户端", "verified_type": 3, "edit_count": None, "n": [1, 2.5, True]},
        author=None,
    )
    (done,) = protected(document)
    assert done == replace(document, id=done.id, thread=done.thread)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@小甲 好", "@{} 好"),
        ("@小甲好", "@{} 好"),
        ("＠小甲：好", "@{}：好"),
        ("回复@小甲:好", "回复@{}:好"),
        ("回覆@小甲：好", "回覆@{}：好"),
        ("嗯//@小甲:好", "嗯//@{}:好"),
        ("//@ 小甲:好", "//@ {}:好"),
        ("#和@小甲 一起#", "#和@{} 一起#"),
        ("@小\u200b甲 好", "@{} 好"),
        ("@ 小甲 好", "@ {} 好"),
        ("回复 小甲：好", "回复 {}：好"),
        ("看L小甲的微博视频", "看L{}的微博视频"),
        ("原始用户: 小甲\n转发内容: 好", "原始用户: {}\n转发内容: 好"),
        (f"@{USER} 好", "@{} 好"),
    ],
)
def test_a_mention_becomes_the_author_s_pseudonym_wherever_it_is_known_from(text, expected):
    assert text_of(text) == expected.format(NAMES.user(USER))


def test_a_handle_that_nobody_has_is_its_own_pseudonym():
    name = NAMES.user("小乙")
    assert text_of("@小乙 好//@ 小乙 :嗯") == f"@{name} 好//@ {name} :嗯"


def test_a_handle_with_blanks_and_dots_is_known_from_the_data():
    done = text_of("回复@小 丙.x:好//@小 丙.x：嗯", comment(author="1000000003", extra={"screen_name": "小 丙.x"}))
    name = NAMES.user("1000000003")
    assert done == f"回复@{name}:好//@{name}：嗯"


def test_a_handle_that_two_people_have_is_neither_s():
    others = [comment(id=f"c{n}", author=f"100000000{n}", extra={"nickname": "重名"}) for n in (4, 5)]
    assert text_of("@重名 好", *others) == f"@{NAMES.user('重名')} 好"


def test_names_that_the_source_lists_end_where_it_says():
    assert text_of("@小乙你好", mentions=("小乙",)) == f"@{NAMES.user('小乙')} 你好"


def test_no_address_and_no_rate_is_a_mention():
    assert text_of("5@6元 @_@ a@example.com") == "5@6元 @_@ [邮箱]"


def test_all_that_leads_to_a_person_is_replaced_by_what_it_was():
    text = "电话13800000000 QQ：12345678 加V：lily_2333 京A00000 http://t.cn/A6abc IMG_0001.jpg"
    assert text_of(text) == ("电话[电话号码] QQ：[QQ号] 加V：[微信号] [车牌号] http://t.cn/link [图片文件]")


def test_ids_of_the_data_go_from_texts_and_other_numbers_stay():
    assert text_of(f"见{COMMENT}和4000000000000009，{USER}", comment()) == "见[编号]和4000000000000009，[编号]"


def test_html_is_read_as_text_whose_tags_hold_no_one():
    html = f'<a href="/n/小甲" usercard="{USER}">@小甲</a>：好<br/>嗯'
    assert text_of(html) == f"@{NAMES.user(USER)}：好\n嗯"


def test_fields_beside_the_text_are_protected_alike():
    (done,) = protected(
        post(
            mentions=("小甲", "小乙"),
            urls=(f"https://weibo.com/{USER}/Jabc0", "看weibo.com/n/小甲"),
            hashtags=("找@小甲 的人",),
            region="广东 深圳",
            title="问@小甲",
            source=Source("weibo-crawler/csv", f"小甲/{USER}.csv.gz", 7, "ab" * 32),
        )
    )
    name = NAMES.user(USER)
    assert done.author == name
    assert done.mentions == (name, NAMES.user("小乙"))
    assert done.urls == ("https://weibo.com/link", "看weibo.com/link")
    assert done.hashtags == (f"找@{name} 的人",)
    assert done.title == f"问@{name}"
    assert done.region == "广东"
    assert done.source == Source("weibo-crawler/csv", NAMES.file(f"小甲/{USER}.csv.gz") + ".csv.gz", 7, None)


def test_names_pictures_addresses_and_profiles_are_dropped_however_deep():
    (done,) = protected(
        post(
            extra={
                "nickname": "小甲",
                "avatar": "https://a.example.com/x.jpg",
                "pic_ids": ["0000abcdgy1h0abcdefghij30u0140aaa"],
                "位置": "北京·三里屯",
                "user": {"id": 1000000002, "screen_name": "小乙", "description": "爱猫", "verified_type": 0},
                "reposts": [{"user_id": USER, "text": "@小乙 好", "mid": COMMENT}],
                "raw": json.dumps({"user": {"name": "小乙", "id": 1000000002}, "phone_text": "13800000000"}),
                "小乙": 1,
                "n": 13800000000,
            }
        )
    )
    name = NAMES.user("1000000002")
    assert json.loads(done.extra.pop("raw")) == {"user": {"id": name}}
    assert done.extra == {
        "位置": "北京",
        "user": {"id": name, "verified_type": 0},
        "reposts": [{"user_id": NAMES.user(USER), "text": f"@{name} 好", "mid": NAMES.document(COMMENT)}],
        name: 1,
        "n": "[电话号码]",
    }


def test_records_that_are_keyed_by_people_are_keyed_by_pseudonyms():
    (done,) = protected(post(extra={"nickname": "Lily", "votes": {"Lily": 1, "lily": 2, "13800000000": 3}, "lily": 4}))
    name = NAMES.user(USER)
    assert done.extra == {"votes": {name: 1, f"{name}'": 2, "[电话号码]": 3}, "lily": 4}


def test_ids_that_became_floats_are_the_ids_they_were():
    extra = {"user_id": 1000000001.0, "screen_name": "小甲", "mid": 4000000000000001.0}
    (done,) = protected(post("@小甲 见4000000000000001", author=None, extra=extra))
    assert done.extra == {"user_id": NAMES.user(USER), "mid": NAMES.document(POST)}
    assert done.text == f"@{NAMES.user(USER)} 见[编号]"


def test_halves_of_characters_do_no_harm():
    (done,) = protected(post("好", extra={"nickname": "\ud83d", "user_id": "7\ud83d", "x": "\ud83d13800000000"}))
    assert done.extra["x"] == "\ufffd[电话号码]"


def test_what_was_replaced_is_counted():
    done = protect([post("@小甲 13800000000 13900000000", region="广东 深圳")], SECRET)
    list(done)
    assert done.counts == {"document": 1, "user": 1, "mention": 1, "phone": 2, "region": 1, "field": 1}


def test_unsalted_digests_of_a_crawler_are_digested_again():
    digest = "0cc175b9c0f1b6a831c399e269772661"
    (done,) = protected(post(author=digest, extra={"creator_hash": digest, "nickname": "小甲"}))
    assert done.author == done.extra["creator_hash"] == NAMES.user(digest)
    assert digest not in repr(done)


def test_a_reader_that_reads_once_gives_what_a_list_gives():
    documents = [
        post("@小乙 好", votes={"topic": ("a", "b")}, extra={"nickname": "小甲", "x": [1, {"y": None}]}),
        comment("@小甲", author="1000000002", extra={"nickname": "小乙"}, source=Source("f", "a.csv", 2)),
    ]
    assert list(protect(iter(documents), SECRET)) == protected(*documents)


def test_what_can_be_kept_nowhere_is_told_with_its_document():
    with pytest.raises(DataError, match=rf"{POST}.*cannot be kept"):
        list(protect(iter([post(extra={"x": object()})]), SECRET))


def test_bytes_that_are_no_text_are_dropped():
    assert protected(post(extra={"x": b"13800000000"}))[0].extra == {"x": None}


def test_a_plain_string_is_no_secret():
    with pytest.raises(UsageError, match="load_secret"):
        protect([post()], "secret")


# What is planted is made of letters that no word of the module has, so that finding it again is no chance.
HANDLES = st.text("甲乙丙丁戊己庚辛壬癸 _8Q", min_size=3, max_size=12).map(lambda name: f"甲{name.strip()}癸")
USERS = st.integers(1_000_000_000, 7_999_999_999).map(str)
POSTS = st.integers(4 * 10**15, 5 * 10**15).map(str)
PHONES = st.integers(0, 9_999).map(lambda n: f"138{n:08}")
MAILS = st.integers(0, 9_999).map(lambda n: f"zq{n:04}@mail.example.com")
IMAGES = st.integers(0, 9_999).map(lambda n: f"00{n:04}zQgy1h0abcdefghij30u0140zqz")
FORMS = {
    "handle": ["@{}", "＠{}：好", "回复@{}:嗯", "//@{}:嗯", "#和@{} 去#", "https://weibo.com/n/{}", "回复@{} :嗯"],
    "user": ["https://weibo.com/u/{}", "m.weibo.cn/{}", "找{}的人", "@用户{}", "sinaweibo://userinfo?uid={}"],
    "post": ["https://m.weibo.cn/status/{}?from=1", "见{}", "http://weibo.com/1/{}"],
    "phone": ["电话{}", "{}", "+86{}", "微信{}，", "tel:{}"],
    "mail": ["{}", "写信{}吧"],
    "image": ["{}.jpg", "图{}", "https://wx1.sinaimg.cn/large/{}.jpg"],
}
WORDS = st.sampled_from(["今天天气不错", "转发微博", "2024年", "，", " ", "\n", "[泪]", "好 ", "100元。"])


@st.composite
def planted(draw):
    """Documents, and what was planted in them: in texts, fields, nested JSON, and lists."""
    n = draw(st.integers(1, 4))
    users = draw(st.lists(USERS, min_size=n, max_size=n, unique=True))
    handles = draw(st.lists(HANDLES, min_size=n, max_size=n, unique_by=str.lower))
    posts = draw(st.lists(POSTS, min_size=n, max_size=n, unique=True))
    secrets = {
        "handle": handles, "user": users, "post": posts, "phone": draw(st.lists(PHONES, min_size=1, max_size=2)),
        "mail": [draw(MAILS)], "image": [draw(IMAGES)],
    }  # fmt: skip

    def secret():
        kind = draw(st.sampled_from(sorted(FORMS)))
        return draw(st.sampled_from(FORMS[kind])).format(draw(st.sampled_from(secrets[kind])))

    def text():
        pieces = [secret() if draw(st.booleans()) else draw(WORDS) for _ in range(draw(st.integers(0, 5)))]
        # A name in running words ends somewhere, as by a blank.
        return " ".join(pieces)

    def value(depth=0):
        kind = draw(st.integers(0, 6 if depth < 3 else 2))
        if kind <= 1:
            return text()
        if kind == 2:
            return draw(st.sampled_from([int(draw(st.sampled_from(secrets["phone"]))), 12, None, True, 1.5]))
        if kind == 3:
            return [value(depth + 1) for _ in range(draw(st.integers(0, 3)))]
        if kind == 4:
            return json.dumps({"a": value(depth + 1)}, ensure_ascii=draw(st.booleans()))
        if kind == 5:
            i = draw(st.integers(0, n - 1))
            return {"user": {"id": int(users[i]), "screen_name": handles[i], "x": value(depth + 1)}}
        names = ["a", "nickname", "avatar", "mid", "user_id", "text", "url", "pic", *handles, *secrets["phone"]]
        return {name: value(depth + 1) for name in draw(st.lists(st.sampled_from(names), max_size=3, unique=True))}

    documents = [
        Document(
            id=posts[i],
            kind="post" if i == 0 else "comment",
            text=text(),
            thread=posts[0],
            parent=None if i == 0 else posts[draw(st.integers(0, i - 1))],
            root=None if i == 0 else posts[0],
            author=users[i],
            title=text(),
            hashtags=(text(),),
            mentions=tuple(draw(st.lists(st.sampled_from(handles), max_size=2))),
            urls=(text(),),
            region=draw(st.sampled_from(["发布于 云南", None])),
            source=Source("f", f"{users[i]}.csv", i),
            flags=(text(),),
            extra={"nickname": handles[i], "x": value(), "raw": value(), "at_users": ",".join(handles)},
        )
        for i in range(n)
    ]
    return documents, [each for kind in secrets.values() for each in kind]


@given(planted(), st.booleans())
def test_a_search_over_all_bytes_finds_nothing_that_was_planted(case, once):
    documents, secrets = case
    done = list(protect(iter(documents) if once else documents, SECRET))
    written = json.dumps(to_json(done), ensure_ascii=False).lower()
    for secret in secrets:
        assert secret.lower() not in written, secret
    assert len(done) == len(documents)


@given(planted())
def test_the_same_comes_out_in_whatever_order_it_goes_in(case):
    documents, _ = case
    assert protected(*documents) == protected(*reversed(documents))[::-1]


@given(planted())
def test_threads_are_the_same_tree_under_other_names(case):
    documents, _ = case
    new = {old.id: done.id for old, done in zip(documents, protected(*documents), strict=True)}
    for old, done in zip(documents, protected(*documents), strict=True):
        assert done.thread == new[old.thread]
        assert done.parent == (None if old.parent is None else new[old.parent])


@given(st.text(max_size=60))
def test_any_text_comes_through(text):
    protection = Protection(NAMES)
    assert isinstance(protection.text(text), str)
    assert isinstance(protection.value({text: [text, {text: text}]}), dict)


@given(st.text("今天天气不错，。！？2024年100元 \n", max_size=40))
def test_a_text_without_people_stays_as_it_is(text):
    assert Protection(NAMES).text(text) == text
