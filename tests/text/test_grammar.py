import re
import unicodedata

import pytest

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.records import Span
from weibo_nlp.text import PROTECTED_KINDS, emoticon_lexicon, parse, protected_spans
from weibo_nlp.text.recognise import NAME


def found(text, **options):
    return [(markup.kind, markup.value) for markup in parse(text, **options).spans]


def links(text, **options):
    return [(link.author, link.reply_to, link.text) for link in parse(text, **options).chain]


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        pytest.param("http://t.cn/A6abcDE//@小甲:转", ["http://t.cn/A6abcDE"], id="short-link-before-chain"),
        pytest.param("https://a.com/x//@小甲:转", ["https://a.com/x"], id="long-link-before-chain"),
        pytest.param("http://t.cn/aBhttp://t.cn/cD", ["http://t.cn/aB", "http://t.cn/cD"], id="glued-links"),
        pytest.param("http://t.cn/aHttp://t.cn/b", ["http://t.cn/a", "Http://t.cn/b"], id="glued-links-in-any-case"),
        pytest.param("www.a.com/bHTTPS://b.cn/H", ["www.a.com/b", "HTTPS://b.cn/H"], id="glued-site-in-any-case"),
        pytest.param("t.cn/aＨｔｔｐ：／／t.cn/b", ["t.cn/a", "Ｈｔｔｐ：／／t.cn/b"], id="glued-in-full-width"),
        pytest.param("a.com http://b.cn/?u=HTTP://c.cn", ["http://b.cn/?u=HTTP://c.cn"], id="in-a-query-in-any-case"),
        pytest.param("http://a.com/?u=http://b.com/c 好", ["http://a.com/?u=http://b.com/c"], id="link-in-query"),
        pytest.param("（见https://a.com/b）。", ["https://a.com/b"], id="full-width-bracket-ends"),
        pytest.param("(see http://a.com/b).", ["http://a.com/b"], id="unbalanced-bracket-is-prose"),
        pytest.param("http://a.com/b_(c) 好", ["http://a.com/b_(c)"], id="balanced-bracket-stays"),
        pytest.param("http://a.com/@b/c", ["http://a.com/@b/c"], id="at-sign-in-path"),
        pytest.param("http://a.com/p#top 好", ["http://a.com/p#top"], id="fragment"),
        pytest.param("http://a.com/p#abc#好", ["http://a.com/p"], id="hashtag-is-no-fragment"),
        pytest.param("看www.a.com/b吧 t.cn/A6abcDE", ["www.a.com/b", "t.cn/A6abcDE"], id="without-scheme"),
        pytest.param("http://，http:// 好", [], id="scheme-alone"),
        pytest.param("http://a.com/b[doge]", ["http://a.com/b"], id="emoticon-behind"),
        pytest.param("http://t.cn/A61\ufe0f\u20e3好", ["http://t.cn/A6"], id="keycap-behind"),
        pytest.param("http://a.com/b1\ufe0f\u20e3好", ["http://a.com/b"], id="keycap-behind-a-long-link"),
        pytest.param("t.cn/1\ufe0f\u20e3 www.1\u20e3", [], id="nothing-but-a-keycap"),
    ],
)
def test_urls(text, urls):
    assert list(parse(text).urls) == urls


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        pytest.param("@" + "甲" * 31, ["甲" * 30], id="thirty-characters-at-most"),
        pytest.param("＠小甲 好", ["小甲"], id="full-width-sign"),
        pytest.param("@@小甲", ["小甲"], id="doubled-sign"),
        pytest.param("好@小甲\u200b好", ["小甲"], id="invisible-sign-ends-the-name"),
        pytest.param("@小·甲-乙_丙 好", ["小·甲-乙_丙"], id="signs-in-names"),
        pytest.param("http://t.cn/A6abcDE@小甲", ["小甲"], id="right-behind-a-link"),
        pytest.param("@ 小甲", [], id="space-after-sign"),
        pytest.param("x_1@小甲", ["小甲"], id="behind-an-ascii-word"),
        pytest.param("@abc@小甲@b_1@c", ["abc", "小甲", "b_1", "c"], id="glued-names"),
        pytest.param("图真好看（via@小甲）", ["小甲"], id="via"),
        pytest.param("图cr@小甲 cr.@小乙", ["小甲", "小乙"], id="credit"),
        pytest.param("BY@小甲，from@abc，转自@小乙", ["小甲", "abc", "小乙"], id="by-from-and-a-latin-name"),
        pytest.param("via@小甲.com", ["小甲"], id="no-domain-is-chinese"),
        pytest.param("via@abc. 好", ["abc"], id="a-full-stop-makes-no-domain"),
        pytest.param("（via@abc.3楼）", ["abc"], id="a-number-is-no-top-level-domain"),
        pytest.param("苹果5@6元", [], id="a-rate-between-digits"),
        pytest.param("@甲2010@小乙 @丙3@4丁", ["甲2010", "小乙", "丙3", "4丁"], id="names-that-end-in-digits"),
        pytest.param("打call@2024跨年", ["2024跨年"], id="a-name-may-open-with-digits"),
        pytest.param("联系abc@qq.com", [], id="email-behind-chinese"),
        pytest.param("foo.bar@example.com.cn，a-b_c@x-y.org123", [], id="email-with-dots-and-hyphens"),
        pytest.param("abc＠163.com", [], id="email-with-a-full-width-sign"),
        pytest.param("好@Dr.Who", ["Dr"], id="no-email-without-letters-before-the-sign"),
        pytest.param("a@b.com@小甲", ["小甲"], id="behind-an-email"),
        pytest.param("酸爽@_@ @小甲", ["小甲"], id="eyes-are-no-sign"),
        pytest.param("＠_＠小甲", [], id="eyes-with-full-width-signs"),
        pytest.param("#@小甲生日#", [], id="in-a-hashtag"),
        pytest.param("@ดีใจ 好", ["ดีใจ"], id="thai"),
        pytest.param("@नमस्ते，好", ["नमस्ते"], id="devanagari"),
        pytest.param("@Zoe\u0308@Vie\u0323\u0302t好", ["Zoe\u0308", "Vie\u0323\u0302t好"], id="decomposed-latin"),
        pytest.param("@か\u3099く！", ["か\u3099く"], id="decomposed-kana"),
        pytest.param("@مُحَمَّد", ["مُحَمَّد"], id="vowelled-arabic"),
        pytest.param("@" + "e\u0301" * 31, ["e\u0301" * 30], id="thirty-letters-with-their-marks"),
        pytest.param("@\u0301甲", [], id="a-mark-opens-no-name"),
        pytest.param("@小甲1\ufe0f\u20e3", ["小甲"], id="a-keycap-is-no-digit-of-a-name"),
        pytest.param("ａｂｃ＠ｑｑ．ｃｏｍ", [], id="email-in-full-width"),
        pytest.param("abc＠ｑｑ.com", [], id="email-of-both-widths"),
        pytest.param("abc.@qq.com", [], id="email-with-a-dot-before-the-sign"),
        pytest.param("abc@公司.com", ["公司"], id="a-chinese-host-is-a-name"),
        pytest.param("@小明1@2", ["小明1", "2"], id="a-digit-behind-a-name-that-ends-in-one"),
    ],
)
def test_mentions(text, mentions):
    assert list(parse(text).mentions) == mentions


@pytest.mark.parametrize(
    ("text", "known", "mentions"),
    [
        pytest.param("@甲乙丙", ["甲", "甲乙"], ["甲乙"], id="longest-known-name"),
        pytest.param("@甲乙你好", ["@甲乙"], ["甲乙"], id="listed-with-its-sign"),
        pytest.param("＠甲乙你好", ["＠甲乙"], ["甲乙"], id="listed-with-its-full-width-sign"),
        pytest.param("@甲乙你好", [" 甲乙\u200b "], ["甲乙"], id="listed-with-blanks-around"),
        pytest.param("@cafe\u0301", ["cafe"], ["cafe\u0301"], id="not-cut-before-a-combining-mark"),
        pytest.param("@丁戊 @甲乙好", ["甲乙"], ["丁戊", "甲乙"], id="unknown-names-by-pattern"),
        pytest.param("@abc", ["ab"], ["abc"], id="not-cut-out-of-a-latin-word"),
        pytest.param("a@b.com", ["b"], [], id="email-even-if-the-name-is-known"),
        pytest.param("hi@甲乙好", ["甲乙"], ["甲乙"], id="known-behind-latin"),
        pytest.param("@甲 乙!好", ["甲 乙!"], ["甲 乙!"], id="name-outside-the-pattern"),
        pytest.param("看@甲 乙", ["甲 乙"], ["甲 乙"], id="at-the-end-of-the-text"),
        pytest.param("@a bhttp://t.cn/A6abcDE", ["a b"], ["a b"], id="at-the-end-of-what-is-free"),
        pytest.param("@a bc", ["a b"], ["a"], id="not-the-beginning-of-a-longer-latin-word"),
    ],
)
def test_known_mentions_win(text, known, mentions):
    assert list(parse(text, known_mentions=known).mentions) == mentions


def test_known_name_in_prefixes_must_reach_the_colon():
    assert links("//@甲 乙:好", known_mentions=["甲 乙"]) == [("甲 乙", None, "好")]
    assert links("//@甲乙丙:好", known_mentions=["甲乙"]) == [("甲乙丙", None, "好")]
    assert parse("回复@甲 乙:好", known_mentions=["甲 乙"]).reply_to == "甲 乙"


def test_a_known_name_has_64_characters_at_most():
    name = "甲 " * 31 + "甲-"
    assert list(parse(f"@{name}乙", known_mentions=[name]).mentions) == [name]
    assert list(parse(f"@{name}乙丙", known_mentions=[f"{name}乙"]).mentions) == ["甲"]


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        pytest.param([None], r"known_mentions\[0\] is None, not a name", id="None"),
        pytest.param(["甲", 3], r"known_mentions\[1\] is 3, not a name", id="number"),
        pytest.param(["\ud800"], r"known_mentions\[0\] holds the lone surrogate U\+D800", id="surrogate"),
        pytest.param(None, "known_mentions is a NoneType; pass a sequence of names", id="nothing"),
    ],
)
def test_what_is_no_known_name_is_refused(names, problem):
    for read in (parse, protected_spans):
        with pytest.raises(UsageError, match=problem):
            read("@甲", known_mentions=names)


def test_a_single_string_of_known_mentions_is_refused():
    with pytest.raises(UsageError, match="pass a sequence of names"):
        parse("@甲乙", known_mentions="甲乙")


@pytest.mark.parametrize(
    ("text", "reply_to", "own"),
    [
        pytest.param("回覆@小甲：好", "小甲", "好", id="traditional-with-full-width-colon"),
        pytest.param(" 回复 @小甲 : 好", "小甲", " 好", id="spaces"),
        pytest.param("回复@小甲\u00a0:好", "小甲", "好", id="no-break-space"),
        pytest.param("我回复@小甲:好", None, "我回复@小甲:好", id="not-at-the-start"),
        pytest.param("回复@小甲 好", None, "回复@小甲 好", id="without-colon"),
        pytest.param("回复@小甲:回复@小乙:好", "小甲", "回复@小乙:好", id="only-the-first-is-a-prefix"),
    ],
)
def test_reply_prefix(text, reply_to, own):
    post = parse(text)
    assert (post.reply_to, post.own_text) == (reply_to, own)


def test_a_link_of_the_chain_may_answer_somebody():
    assert links("转//@小乙:回复@小丙:不对//@小丙：对") == [("小乙", "小丙", "不对"), ("小丙", None, "对")]


def test_chain_with_spaces_as_older_clients_write_it():
    assert links("好 // @小乙 :不// @小丙 : 对") == [("小乙", None, "不"), ("小丙", None, " 对")]


def test_a_chain_opens_behind_a_link_even_with_a_blank_behind_its_slashes():
    post = parse("看http://a.com/x// @小明:好")
    assert list(post.urls) == ["http://a.com/x"]
    assert links(post.raw) == [("小明", None, "好")]


@pytest.mark.parametrize("name", ["ดีใจ", "cafe\u0301", "か\u3099く", "नमस्ते", "مُحَمَّد"])
def test_names_with_combining_marks_stand_in_prefixes(name):
    post = parse(f"回复@{name}:好//@{name}:不//@小明:对")
    assert post.reply_to == name
    assert [link.author for link in post.chain] == [name, "小明"]
    assert parse(f"L{name}的微博视频").values("client_residue") == (f"L{name}的微博视频",)


def test_a_name_takes_every_combining_mark_and_no_sign_else():
    letters = re.compile(NAME)
    for code in range(0x110000):
        sign = chr(code)
        category = unicodedata.category(sign)
        if category not in ("Cn", "Cs"):
            joined = category[0] == "M" or sign == "_" or sign.isalnum() or sign in "-·"
            assert (letters.fullmatch(f"a{sign}") is not None) == joined, ascii(sign)


def test_empty_reposts_along_a_chain():
    post = parse("//@小甲:转发微博//@小乙:好")
    assert post.own_text == ""
    assert post.empty_repost
    assert [(link.author, link.text, link.empty) for link in post.chain] == [
        ("小甲", "", True),
        ("小乙", "好", False),
    ]


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        pytest.param("", False, id="empty-text-reposts-nothing"),
        pytest.param("转发微博//@小甲:好", True, id="filler-before-a-chain"),
        pytest.param("转发微博。", True, id="filler-with-full-stop"),
        pytest.param("转//@小甲:好", False, id="one-character-is-a-word"),
        pytest.param("Repost this", False, id="filler-as-part-of-a-sentence"),
        pytest.param("转发理由:转发微博", True, id="filler-as-reason"),
        pytest.param("转发理由:", True, id="no-reason"),
    ],
)
def test_empty_repost(text, empty):
    assert parse(text).empty_repost is empty


@pytest.mark.parametrize(
    ("text", "own", "truncated"),
    [
        pytest.param("很长的话...全文", "很长的话", True, id="three-dots"),
        pytest.param("很长的话…展开全文c", "很长的话", True, id="icon-letter-of-the-website"),
        pytest.param("很长的话\u200b...全文 ", "很长的话\u200b", True, id="invisible-sign-before"),
        pytest.param("很长…全文：http://t.cn/A6abcDE", "很长…全文：http://t.cn/A6abcDE", True, id="link-to-the-rest"),
        pytest.param("请看全文", "请看全文", False, id="prose"),
        pytest.param("空袭全面展开", "空袭全面展开", False, id="prose-unfold"),
    ],
)
def test_shortening_marks(text, own, truncated):
    post = parse(text)
    assert (post.own_text, post.truncated) == (own, truncated)


@pytest.mark.parametrize(
    ("text", "mark", "start"),
    [
        pytest.param("…全文：http://t.cn/A6abcDE", "…全文：", 0, id="nothing-else"),
        pytest.param("很长" * 50 + "…全文：http://t.cn/A6abcDE", "…全文：", 100, id="behind-many-words"),
        pytest.param("好//@小甲:很长..全文http://t.cn/A6abcDE", "..全文", 9, id="in-a-chain"),
        pytest.param("//@小甲:好 http://t.cn/A6abcDE", None, None, id="a-link-without-a-mark"),
        pytest.param("…全文：http://t.cn/A6abcDE 好", None, None, id="words-behind-the-link"),
        pytest.param("很长" * 50 + "...全文", "...全文", 100, id="at-the-end-of-many-words"),
    ],
)
def test_place_of_a_shortening_mark(text, mark, start):
    places = [(markup.value, markup.span.start) for markup in parse(text).spans if markup.kind == "client_residue"]
    assert places == ([(mark, start)] if mark else [])


@pytest.mark.parametrize(
    ("text", "reply_to", "urls"),
    [
        pytest.param("回复@小明http://t.cn/A6abcDE", None, ["http://t.cn/A6abcDE"], id="colon-of-a-link"),
        pytest.param("回复@後http://t.cn/abc好", None, ["http://t.cn/abc"], id="link-then-words"),
        pytest.param("回复@小明:http://t.cn/A6abcDE", "小明", ["http://t.cn/A6abcDE"], id="colon-before-the-link"),
        pytest.param("转//@小乙:回复@小明https://a.com/b", None, ["https://a.com/b"], id="in-a-chain"),
    ],
)
def test_a_reply_prefix_ends_before_a_link(text, reply_to, urls):
    post = parse(text)
    assert (post.reply_to, list(post.urls)) == (reply_to, urls)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("写下你的转发理由：有奖", id="in-a-sentence"),
        pytest.param("http://t.cn/A6abcDE 转发理由：有奖", id="behind-a-link"),
        pytest.param(" " * 65 + "转发理由：有奖", id="far-from-the-start"),
    ],
)
def test_writing_about_reasons_for_reposting_is_prose(text):
    post = parse(text)
    assert (post.own_text, post.original) == (text, None)


def test_reason_opens_the_own_words_and_the_chain_follows():
    post = parse("原文...全文转发理由:回复@小甲:好//@小乙:不")
    assert (post.original, post.reply_to, post.own_text) == ("原文", "小甲", "好")
    assert [link.author for link in post.chain] == ["小乙"]


@pytest.mark.parametrize(
    ("text", "hashtags"),
    [
        pytest.param("##A##", ["A"], id="doubled-signs"),
        pytest.param("#" + "甲" * 140 + "#", ["甲" * 140], id="a-hundred-and-forty"),
        pytest.param("#" + "甲" * 141 + "#", [], id="one-too-many"),
        pytest.param("#甲\n乙#", [], id="over-a-line-break"),
        pytest.param("# #", [], id="nothing-but-a-space"),
        pytest.param("＃话题＃#混用＃", ["话题", "混用"], id="full-width-signs"),
        pytest.param("#加油[泪]#", ["加油[泪]"], id="emoticon-belongs-to-the-topic"),
        pytest.param("iPhone#新品#真好", ["新品"], id="behind-a-latin-word"),
        pytest.param("用C#写的。#编程#", ["编程"], id="language-then-hashtag"),
        pytest.param("3#楼和4#楼", [], id="house-numbers"),
        pytest.param("2022#新年#", ["新年"], id="behind-a-number"),
        pytest.param("#第1#", ["第1"], id="ends-in-a-digit"),
        pytest.param("#好//@小甲:转#", [], id="not-across-a-chain"),
        pytest.param("今年618#天猫双11#冲", ["天猫双11"], id="numbers-at-both-ends"),
        pytest.param("祝大家2021#你好2022#", ["你好2022"], id="years-at-both-ends"),
        pytest.param("凌晨3#GPT4#发布", ["GPT4"], id="a-name-that-ends-in-a-digit"),
        pytest.param("No.1#top10#", ["top10"], id="a-latin-name-behind-a-number"),
        pytest.param("5月1#五一2024#好", ["五一2024"], id="behind-a-date"),
        pytest.param("买A#好物B#", ["好物B"], id="letters-at-both-ends"),
        pytest.param("2022#新年快乐！#", ["新年快乐！"], id="an-exclamation-behind-a-number"),
        pytest.param("3#楼和4#座，5#机组1#", [], id="what-is-numbered-by-such-a-sign"),
        pytest.param("1#、2#楼，A#座B#座", [], id="labels-in-a-row"),
        pytest.param("住3#楼。#租房#", ["租房"], id="a-house-number-before-a-full-stop"),
        pytest.param("C#比F#好，D#调转G#调", [], id="letters-that-a-sharp-follows"),
        pytest.param("# \u200b# #\u2060[超话]#", [], id="nothing-that-one-sees"),
        pytest.param("#\ufe0f\u20e3#话题#", ["话题"], id="behind-a-keycap"),
        pytest.param("#第1\ufe0f\u20e3#\u20e3#", ["第1\ufe0f\u20e3#\u20e3"], id="keycaps-within"),
    ],
)
def test_hashtags(text, hashtags):
    assert list(parse(text).hashtags) == hashtags


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("👍🏽👍", [("emoji", "👍🏽"), ("emoji", "👍")], id="skin-tone"),
        pytest.param("❤️‍🔥", [("emoji", "❤️‍🔥")], id="selector-and-joiner"),
        pytest.param("🇨🇳🇺🇸", [("emoji", "🇨🇳"), ("emoji", "🇺🇸")], id="flags"),
        pytest.param("1️⃣ 1", [("emoji", "1️⃣")], id="keycap"),
        pytest.param("❤☀", [("emoji", "❤"), ("emoji", "☀")], id="without-selector"),
        pytest.param("©2020 ™ ①", [], id="text-signs"),
        pytest.param("©️", [("emoji", "©️")], id="text-sign-with-selector"),
        pytest.param("☀\ufe0e", [], id="text-style-asked-for"),
        pytest.param("🏴\U000e0067\U000e0062\U000e007f好", [("emoji", "🏴\U000e0067\U000e0062\U000e007f")], id="tags"),
    ],
)
def test_emoji(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    "face",
    ["(^_^)", "╮(╯▽╰)╭", "(╯°□°)╯︵ ┻━┻", "ヽ(・∀・)ﾉ", "O(∩_∩)O", "T_T", ">_<", "QAQ", "orz", "→_→", "⊙﹏⊙",
     "_(:з」∠)_", "¯\\_(ツ)_/¯", "(´・ω・`)", "（￣▽￣）", "(♥ω♥)", "-_-||", "(￣3￣)"],
)  # fmt: skip
def test_faces_are_whole(face):
    assert found(f"好 {face} 的") == [("kaomoji", face)]


@pytest.mark.parametrize(
    ("text", "faces"),
    [
        pytest.param("o(≧▽≦)o", ["o(≧▽≦)o"], id="an-arm-on-each-side"),
        pytest.param("☆☆☆☆(≧▽≦)☆☆☆☆", ["☆☆☆(≧▽≦)☆☆☆"], id="three-arms-at-most"),
        pytest.param("hello(≧▽≦)ok", ["(≧▽≦)"], id="letters-of-words-are-no-arms"),
        pytest.param("吧o(≧▽≦)b吧", ["o(≧▽≦)b"], id="letters-alone-are"),
        pytest.param("(≧▽≦)☆(≧▽≦)", ["(≧▽≦)☆", "(≧▽≦)"], id="an-arm-between-two-faces"),
        pytest.param("(≧▽≦)/(≧▽≦)/", ["(≧▽≦)/", "(≧▽≦)/"], id="an-arm-belongs-to-one-face"),
        pytest.param("(≧▽≦)//好", ["(≧▽≦)"], id="two-slashes-are-no-arm"),
        pytest.param("#话题#o(≧▽≦)/#话题#", ["o(≧▽≦)/"], id="arms-between-hashtags"),
        pytest.param("(≧▽≦)oT_T", ["(≧▽≦)"], id="a-letter-beside-a-letter-is-no-arm"),
    ],
)
def test_arms_of_faces(text, faces):
    assert list(parse(text).values("kaomoji")) == faces


@pytest.mark.parametrize(
    "prose",
    ["(如下)", "(2/3)", "(≥18)", "(a_b=c)", "CAT_TAIL", "(★★★)", "(20°C)", "(笑)", "（1）", "x^2", "a->b", "(12:30)",
     "torz", "(……)", "f(x)=(x+1)", "2^3^4", "(2020.1.1)"],
)  # fmt: skip
def test_prose_and_sums_are_no_faces(prose):
    assert found(prose) == []


def test_a_face_leaves_the_chain_its_slashes():
    assert links("(≧▽≦)//@小甲:好") == [("小甲", None, "好")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("好看 网页链接", ["网页链接"], id="link-text"),
        pytest.param("详情O网页链接 ", ["O网页链接"], id="with-icon-letter"),
        pytest.param("ISO网页链接", ["网页链接"], id="letter-of-a-word"),
        pytest.param("网页链接打不开", [], id="prose"),
        pytest.param("哈哈查看图片", ["查看图片"], id="picture"),
        pytest.param("好L小甲的微博视频 ", ["L小甲的微博视频"], id="video-with-owner"),
        pytest.param("好[组图共9张]\u00a0原图", ["[组图共9张]\u00a0原图"], id="album"),
    ],
)
def test_client_residue(text, expected):
    assert list(parse(text).values("client_residue")) == expected


def test_emoticon_names_are_a_versioned_list():
    lexicon = emoticon_lexicon()
    assert lexicon.version == "1.1.0"
    assert len(lexicon.names) >= 200
    assert all(len(name) <= 8 for name in lexicon.names)
    measured = [
        "捂脸",
        "赞",
        "看",
        "流泪",
        "哈哈",
        "蜡烛",
        "泪",
        "呲牙",
        "比心",
        "鼓掌",
        "偷笑",
        "怒",
        "微笑",
        "汗",
        "衰",
        "嘻嘻",
        "doge",
        "good",
        "笑哭",
        "心",
        "晕",
        "抓狂",
    ]
    measured += ["给力", "威武", "围观", "打脸", "允悲", "吃瓜", "二哈", "带着微博去旅行", "DOGE"]
    for name in measured:
        assert name in lexicon, name


def test_protected_spans_keep_the_handle_of_a_prefix_only():
    text = "回复@小甲:好[泪]//@小乙:看http://t.cn/A6abcDE ＃话题＃👍🏽(^_^)网页链接"
    assert [span.of(text) for span in protected_spans(text)] == [
        "@小甲", "[泪]", "@小乙", "http://t.cn/A6abcDE", "＃话题＃", "👍🏽", "(^_^)",
    ]  # fmt: skip
    assert "reply_prefix" not in PROTECTED_KINDS


def test_handles_are_all_names_with_their_places():
    text = "回复@复:好@小乙 //@小丙:x"
    assert [(m.value, m.span.of(text)) for m in parse(text).handles] == [
        ("复", "@复"), ("小乙", "@小乙"), ("小丙", "@小丙"),
    ]  # fmt: skip


def test_empty_text_has_nothing():
    post = parse("")
    assert (post.own, post.spans, post.chain, post.truncated, post.original) == (Span(0, 0), (), (), False, None)
    assert protected_spans("") == []


def test_lone_surrogate_is_refused_with_its_offset():
    with pytest.raises(DataError, match=r"offset 2: lone surrogate U\+D83D"):
        parse("好的\ud83d")


def test_control_characters_are_text():
    assert parse("\x00好\x1f").own_text == "\x00好\x1f"
