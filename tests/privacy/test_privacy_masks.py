import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.privacy import Protection, Pseudonyms, Secret
from weibo_nlp.privacy.checksums import is_bank_card, is_identity_card
from weibo_nlp.privacy.masks import find_personal
from weibo_nlp.privacy.sight import see

# The card is the example of GB 11643; all other numbers are made up: no network has given them out.
ID_CARD, BANK_CARD, PHONE = "11010519491231002X", "1234567812345670", "13800000000"


def found(text):
    sight = see(text)
    return [(text[slice(*sight.place(start, end))], kind) for start, end, kind in find_personal(sight.text)]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        # 1·7+1·9+0·10+1·5+0·8+5·4+1·2+9·1+4·6+9·3+1·7+2·9+3·10+1·5+0·8+0·4+2·2 = 167 = 15·11 + 2: the third sign is X.
        pytest.param(ID_CARD, True, id="the-standard-s-example"),
        pytest.param(ID_CARD.lower(), True, id="small-x"),
        pytest.param("110105194912310021", False, id="wrong-check-sign"),
        # 3 for the 2 of weight 9 makes 176 = 16·11, whose sign is 1: all that is wrong is the month.
        pytest.param("110105194913310021", False, id="no-month"),
        pytest.param("110105491231002", True, id="fifteen-digits"),
        pytest.param("110105491331002", False, id="fifteen-digits-no-month"),
        pytest.param("990105491231002", False, id="fifteen-digits-no-province"),
        pytest.param("1101051949123100", False, id="sixteen-digits"),
    ],
)
def test_identity_cards_are_told_by_check_sign_and_date(number, expected):
    assert is_identity_card(number) is expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        # From the right 0+6+4+2+8+6+4+2 = 32; between them 7 5 3 1 7 5 3 1, each doubled and its digits added, are
        # 5+1+6+2+5+1+6+2 = 28. Together 60.
        pytest.param(BANK_CARD, True, id="luhn"),
        pytest.param("1234567812345671", False, id="one-off"),
        pytest.param("123456781234567", False, id="fifteen-digits"),
        pytest.param("0000000000000000", False, id="nothing-but-zeros"),
        pytest.param("4444444444444448", False, id="two-digits"),
    ],
)
def test_bank_cards_are_told_by_luhn(number, expected):
    assert is_bank_card(number) is expected


@given(st.text("0123456789", min_size=15, max_size=18))
def test_of_the_ten_last_digits_one_makes_a_bank_card(start):
    cards = [start + last for last in "0123456789" if is_bank_card(start + last)]
    assert len(cards) == (1 if len(set(cards[0] if cards else "")) >= 3 else len(cards))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电话13800000000，谢谢", [(PHONE, "phone")]),
        ("+86 138 0000 0000", [("+86 138 0000 0000", "phone")]),
        ("8613800000000", [("8613800000000", "phone")]),
        ("（+86）138-0000-0000", [("（+86）138-0000-0000", "phone")]),
        ("138 000 00000", [("138 000 00000", "phone")]),
        ("1380 000 0000", [("1380 000 0000", "phone")]),
        ("1 3 8 0 0 0 0 0 0 0 0", [("1 3 8 0 0 0 0 0 0 0 0", "phone")]),
        ("１３８０００００００0", [("１３８０００００００0", "phone")]),
        ("138\u200b0000\u200b0000", [("138\u200b0000\u200b0000", "phone")]),
        ("①③⑧00000000", [("①③⑧00000000", "phone")]),
        ("一三八零零零零零零零零", [("一三八零零零零零零零零", "phone")]),
        ("(010)62000000", [("(010)62000000", "phone")]),
        ("010-62000000", [("010-62000000", "phone")]),
        ("0912-000-000", [("0912-000-000", "phone")]),
        ("+852 9000 0000", [("+852 9000 0000", "phone")]),
        ("+1 415 555 0100", [("+1 415 555 0100", "phone")]),
        ("聯繫電話：5550100", [("5550100", "phone")]),
        (f"身份证{ID_CARD}", [(ID_CARD, "id_card")]),
        ("110105 19491231 002X", [("110105 19491231 002X", "id_card")]),
        ("身份證號：110105194912310020", [("110105194912310020", "id_card")]),  # by its word, the sign is wrong
        (f"打到{BANK_CARD}", [(BANK_CARD, "bank_card")]),
        ("1234 5678 1234 5670", [("1234 5678 1234 5670", "bank_card")]),
        ("卡號1234567812345678", [("1234567812345678", "bank_card")]),
        ("加QQ12345678", [("12345678", "qq")]),
        ("ＱＱ群：１２３４５６７", [("１２３４５６７", "qq")]),
        ("扣扣 123-456-789", [("123-456-789", "qq")]),
        ("企鵝號：12345678", [("12345678", "qq")]),
        ("微信：lily_2333", [("lily_2333", "wechat")]),
        ("加V lily2333聊", [("lily2333", "wechat")]),
        ("薇信号是abcdefg", [("abcdefg", "wechat")]),
        ("vx:12345678", [("12345678", "wechat")]),
        ("wxid_abc123def", [("wxid_abc123def", "wechat")]),
        ("写信a.b-c@mail.example.com吧", [("a.b-c@mail.example.com", "email")]),
        ("ａｂｃ＠ｅｘａｍｐｌｅ．ｃｏｍ", [("ａｂｃ＠ｅｘａｍｐｌｅ．ｃｏｍ", "email")]),
        ("abc（at）example.com", [("abc（at）example.com", "email")]),
        ("车牌京A00000被拍", [("京A00000", "plate")]),
        ("IMG_0001.JPG", [("IMG_0001.JPG", "image")]),
        ("0000abcdgy1h0abcdefghij30u0140aaa", [("0000abcdgy1h0abcdefghij30u0140aaa", "image")]),
        ("看https://weibo.com/u/1000000001吧", [("https://weibo.com/u/1000000001", "link")]),
        ("m.weibo.cn/status/4000000000000001", [("m.weibo.cn/status/4000000000000001", "link")]),
        ("weibo.com/n/小甲", [("weibo.com/n/小甲", "link")]),
        ("sinaweibo://userinfo?uid=1", [("sinaweibo://userinfo?uid=1", "link")]),
    ],
    ids=str,
)
def test_what_leads_to_a_person_is_found_in_every_form(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2024年12月31日 13:45:06",
        "2024-12-31",
        "20241231134506",
        "1700000000",
        "1700000000123",
        "13800元，13,800,000,000次",
        "比分138:126，第138页",
        "订单4000000000000001",
        "拨打12345、110、400-000-0000",
        "QQ 10000人在线",
        "QQ音乐 12345678",
        "微信支付100元",
        "微信 iPhone15 客户端",
        "微信是facebook那样的",
        "微信:Android版",
        "5@6元一斤",
        "via@小甲",
        "粤菜A套餐",
        "区块链v2.0.1 10.0.0.1",
        "3.1415926535897",
        "111000000 666666 2333",
        "一二三四五六七",
    ],
)
def test_ordinary_numbers_and_words_stay(text):
    assert found(text) == []


def test_each_place_is_taken_once():
    text = f"QQ：12345678 微信{PHONE} {ID_CARD} http://t.cn/A6abc a@example.com"
    assert [kind for _, kind in found(text)] == ["qq", "phone", "id_card", "link", "email"]


PIECES = [
    "1",
    "1 ",
    "1-",
    "0",
    "+8",
    "13800000000",
    "微信",
    "QQ:",
    "身份证1",
    "a@",
    "a.",
    "@",
    "http://",
    "weibo.com/",
    "A1",
]


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", [*PIECES, "wxid_", "(at)", "/n/", "京A", "回复@a:", "//@a ", "#@a#", "用户1", "@", "{", "[1,"]
)
def test_a_hundred_thousand_characters_of_one_construct_take_seconds_and_no_hours(piece):
    protection = Protection(Pseudonyms(Secret(bytes(32))))
    for handle in ("a", "a a", "甲", "1 1 1"):
        protection.people.add(handle=handle)
    begun = time.process_time()
    protection.text((piece * 100_000)[:100_000])
    assert time.process_time() - begun < 10


@given(st.lists(st.sampled_from([*PIECES, "好", " ", "\n", "\u200b", "：", "８"]), max_size=60).map("".join))
def test_places_are_sorted_within_the_text_and_do_not_overlap(text):
    reached = 0
    for start, end, _ in find_personal(see(text).text):
        assert reached <= start < end
        reached = end
    assert reached <= len(text)
