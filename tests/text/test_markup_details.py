"""How far each construct reaches: the last character that belongs to it, and the first that does not."""

import pytest

from weibo_nlp.text import parse

# Spaces and invisible signs that real texts have between a name and its colon.
BLANKS = [" ", "\t", "\u00a0", "\u3000", "\u200b", "\u200e", "\u200f", "\u2060", "\ufeff"]


def urls(text):
    return list(parse(text).urls)


def values(kind, text, **options):
    return list(parse(text, **options).values(kind))


def found(text):
    return [(markup.kind, markup.value) for markup in parse(text).spans]


@pytest.mark.parametrize(
    "url",
    ["http://t.cn/A6", "HTTPS://T.CN/Az09", "t.cn/A6", "T.CN/A6", "www.a.cn", "WWW.A.CN", "http://9.cn", "https://Z.cn",
     "http://a.cn/-._~:?!$&'()*+,;=%@x", "http://hah.cn/Hhg", "http://a.cn/?u=https://b.cn", "http://a.cn//b/c",
     "http://a.cn/#/b", "http://a.cn/#!b", "http://a.cn#_b", "http://a.cn#9", "http://a.cn#Z.-_~:?!$&'()*+,;=%@/x"],
)  # fmt: skip
def test_a_link_is_whole(url):
    assert urls(f"看 {url} 好") == [url]
    assert urls(f"看{url}，") == [url]
    assert urls(url) == [url]


@pytest.mark.parametrize("before", ["a", "Z", "0", "9", "@", ".", "/", "_", "-"])
@pytest.mark.parametrize("rest", ["t.cn/A6", "www.a.cn"])
def test_a_link_without_scheme_does_not_begin_within_a_word(before, rest):
    assert urls(before + rest) == []


@pytest.mark.parametrize(
    "text", ["http://_a", "http://-a", "www._a", "http:/a.cn", "t.cn/", "t.cn/好", "ww.a.cn", "tcn/A"]
)
def test_what_only_resembles_a_link_is_text(text):
    assert urls(text) == []


@pytest.mark.parametrize("sign", ".,;:!?'@&*$(")
def test_closing_signs_behind_a_link_are_the_sentence_s(sign):
    assert urls(f"http://a.cn/b{sign}") == ["http://a.cn/b"]
    assert urls(f"http://a.cn/b{sign}{sign} 好") == ["http://a.cn/b"]


def test_brackets_of_a_link_are_counted():
    assert urls("http://a.cn/(b)_(c)") == ["http://a.cn/(b)_(c)"]
    assert urls("(http://a.cn/(b))。") == ["http://a.cn/(b)"]
    assert urls("((http://a.cn/b))") == ["http://a.cn/b"]
    assert urls("http://a.cn/b)(") == ["http://a.cn/b"]


def test_glued_links_are_two_with_either_scheme():
    assert urls("t.cn/aBhttps://t.cn/cD") == ["t.cn/aB", "https://t.cn/cD"]
    assert urls("http://a.cn/b1http://c.cn") == ["http://a.cn/b1", "http://c.cn"]


@pytest.mark.parametrize("behind", ["#", "＃", "好#"])
def test_a_hashtag_behind_a_link_is_no_fragment(behind):
    assert urls(f"http://a.cn/p#abc{behind}") == ["http://a.cn/p"]


@pytest.mark.parametrize("opening", ["//@小乙:", "//＠小乙：", "//@小乙    :", "//@小-乙·_:"])
def test_a_chain_opens_right_behind_a_link(opening):
    post = parse(f"好http://a.cn/b{opening}不")
    assert list(post.urls) == ["http://a.cn/b"]
    assert [link.text for link in post.chain] == ["不"]


@pytest.mark.parametrize("blank", BLANKS)
def test_up_to_four_blanks_stand_within_a_prefix(blank):
    for gap in ("", blank, blank * 4):
        post = parse(f"好//{gap}@小乙{gap}：不//{gap}＠小丙{gap}:是")
        assert [(link.author, link.text) for link in post.chain] == [("小乙", "不"), ("小丙", "是")]
        post = parse(f"回复{gap}@小甲{gap}：好")
        assert (post.reply_to, post.own_text) == ("小甲", "好")
    assert parse(f"好//{blank * 5}@小乙:不").chain == ()
    assert parse(f"好//@小乙{blank * 5}:不").chain == ()
    assert parse(f"回复{blank * 5}@小甲:好").reply_to is None
    assert parse(f"回复@小甲{blank * 5}:好").reply_to is None


@pytest.mark.parametrize("blank", BLANKS)
def test_up_to_four_blanks_stand_behind_a_known_name(blank):
    assert parse(f"回复@甲 乙{blank * 4}：好", known_mentions=["甲 乙"]).reply_to == "甲 乙"
    assert parse(f"回复@甲 乙{blank * 5}:好", known_mentions=["甲 乙"]).reply_to is None


@pytest.mark.parametrize("opening", ["回复@小甲:", "回覆@小甲:", "Reply to@小甲:", "Reply to ＠小甲:", "\n回复@小甲:"])
def test_words_that_open_a_reply(opening):
    assert parse(opening + "好").reply_to == "小甲"


def test_sixteen_blanks_may_precede_a_reply():
    assert parse(" \n" * 8 + "回复@小甲:好").reply_to == "小甲"
    assert parse(" \n" * 8 + " 回复@小甲:好").reply_to is None


@pytest.mark.parametrize("margin", [*BLANKS, "\n", "\r", "\u200c", "\u200d", "\u00ad"])
def test_spaces_and_invisible_signs_are_no_words(margin):
    post = parse(f"{margin}//@小甲:{margin}//@小乙:{margin}好{margin}")
    assert post.empty_repost
    assert [link.empty for link in post.chain] == [True, False]
    assert parse(f"{margin}转发微博{margin}").empty_repost


@pytest.mark.parametrize("filler", ["转发微博", "轉發微博", "转发", "轉發", "Repost", "reposted", "转发。", "Repost."])
def test_words_of_the_app_are_an_empty_repost(filler):
    post = parse(f"{filler}//@小甲:好")
    assert (post.empty_repost, post.own_text) == (True, "")
    assert values("repost_filler", filler) == [filler]


@pytest.mark.parametrize("dots", ["..", "." * 12, "…", "…" * 6, "。。", "。" * 12])
@pytest.mark.parametrize("word", ["全文", "展开", "展开全文", "全文c", "展开c", "        全文"])
def test_a_text_was_shortened_where_the_app_says_so(dots, word):
    post = parse(f"很长的话{dots}{word}")
    assert (post.own_text, post.truncated) == ("很长的话", True)
    assert values("client_residue", f"很长的话{dots}{word}//@小甲:好") == [dots + word]


@pytest.mark.parametrize(
    ("text", "own"),
    [
        pytest.param("很长" + "." * 13 + "全文", "很长.", id="dots"),
        pytest.param("很长" + "…" * 7 + "全文", "很长…", id="ellipses"),
        pytest.param("很长" + "。" * 13 + "全文", "很长。", id="full-stops"),
        pytest.param("很长展开全文c", "很长", id="icon-alone"),
        pytest.param("长" * 90 + "…全文", "长" * 90, id="long-text"),
    ],
)
def test_a_shortening_mark_is_no_longer_than_the_app_writes_it(text, own):
    assert (parse(text).own_text, parse(text).truncated) == (own, True)


@pytest.mark.parametrize(
    "text", ["很长.全文", "很长。全文", "…" + " " * 9 + "全文", "很长展开全文", "…全文见此", "全文"]
)
def test_prose_is_not_shortened(text):
    assert (parse(text).own_text, parse(text).truncated) == (text, False)


@pytest.mark.parametrize("mark", ["...全文", "…全文:", "…全文：", "。。 全文： ", "......        全文:    ", "……全文"])
def test_older_clients_link_to_the_rest_of_a_shortened_text(mark):
    post = parse(f"很长{mark}http://t.cn/A6 ")
    assert post.truncated
    assert [m.span.of(post.raw) for m in post.spans if m.kind == "client_residue"] == [mark]
    for words in ("长" * 90, f"好//@小甲:{'长' * 90}"):
        post = parse(f"{words}{mark}http://t.cn/A6")
        assert [m.span.of(post.raw) for m in post.spans if m.kind == "client_residue"] == [mark]
    assert not parse(f"很长{mark}http://t.cn/A6 见").truncated
    assert not parse(f"很长{mark}见http://t.cn/A6").truncated


@pytest.mark.parametrize("reason", ["转发理由:", "转发理由：", "轉發理由:", "轉發理由："])
@pytest.mark.parametrize(("before", "original"), [("", None), ("原文\n", "原文\n"), ("原文…全文", "原文"), (" ", " ")])
def test_the_reason_for_a_repost_follows_the_original(reason, before, original):
    post = parse(f"{before}{reason}好")
    assert (post.own_text, post.original) == ("好", original)
    assert [m.value for m in post.spans][-1] == reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("#甲[超话]#", [("super_topic", "甲")], id="super-topic"),
        pytest.param("#甲[超話]#", [("super_topic", "甲")], id="traditional"),
        pytest.param("#[超话]#", [], id="without-a-name"),
        pytest.param("#[超话]甲#", [("hashtag", "[超话]甲")], id="not-at-the-end"),
        pytest.param("#甲##乙#", [("hashtag", "甲"), ("hashtag", "乙")], id="neighbours"),
        pytest.param("#甲# #", [("hashtag", "甲")], id="third-sign"),
        pytest.param("＃甲#", [("hashtag", "甲")], id="mixed-width"),
        pytest.param("C#和F#", [], id="two-languages"),
        pytest.param("C#和f1#", [("hashtag", "和f1")], id="letter-then-digit"),
        pytest.param("C#和F#x", [], id="two-languages-and-a-letter"),
        pytest.param("C# 和好#", [], id="space-behind-the-sign"),
    ],
)
def test_hashtags(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize("end", "。！？!?")
def test_a_sentence_ends_before_the_next_hashtag(end):
    assert found(f"用C#写的{end}#编程#") == [("hashtag", "编程")]


@pytest.mark.parametrize(
    "residue",
    ["网页链接", "O网页链接", "L网页链接", "查看图片", "O查看图片", "查看动图", "查看大图", "评论配图", "O评论配图",
     "收起d", "收起全文d", "[组图共9张]", "[组图共123张]", "[组图共9张]原图", "[组图共9张]\u00a0\u00a0  原图",
     "L小甲的微博视频", "L" + "甲" * 30 + "的微博视频"],
)  # fmt: skip
def test_words_that_the_app_put_there(residue):
    assert values("client_residue", f"好 {residue} ") == [residue]
    assert values("client_residue", f"好，{residue}。") == [residue]
    assert values("client_residue", residue) == [residue]
    assert values("client_residue", f"{residue}打不开") == []


def test_the_sign_of_a_shortened_text_in_the_middle_is_the_app_s():
    assert values("client_residue", "很长 展开全文c，见此") == ["展开全文c"]


def test_what_the_app_would_write_otherwise_is_text():
    assert values("client_residue", "[组图共1234张]") == values("client_residue", "[组图共张]") == []
    assert values("client_residue", "[组图共9张]     原图") == ["[组图共9张]"]
    assert values("client_residue", "小甲的微博视频") == []
    assert values("client_residue", "L" + "甲" * 31 + "的微博视频") == []
    assert values("client_residue", "网页链接 L小甲的微博视频") == ["网页链接", "L小甲的微博视频"]


@pytest.mark.parametrize(
    "faces",
    [
        pytest.param("(*^_^*) (^.^) (^-^) (^o^) (^O^) (^w^) (^W^) (^v^) (^V^) (^3^) (^~^) (^^) （^_^）", id="glad"),
        pytest.param("(>_<) (>.<) (>-<) (>w<) (>W<) (>o<) (>O<) (>3<) (><)", id="pinched"),
        pytest.param("(T_T) (t.t) (ToT) (TOT) (TvT) (TVT) (TAT) (T__T) (QAQ) (QwQ) (QvQ) (QWQ)", id="tears"),
        pytest.param("(;_;) (;.;) (;-;) (-_-) (-.-) (-__-) (=_=) (=.=) (=-=) (=^=) (@.@) (o_o) (O.O)", id="eyes"),
        pytest.param("($_$) (x_x) (X_X) (u_u) (U_U) (n_n) (ツ) (★_★) (°o°) (・_・) (◕‿◕) (￣へ￣)", id="more-eyes"),
        pytest.param("(^_^;) (^_^#) (-_-!) (^_^b) (-_-|||) (=_=~) (~^_^~) (=^_^=) (**^_^**)", id="sweat-and-cheeks"),
    ],
)
def test_faces_in_brackets(faces):
    for face in faces.split():
        assert found(f"好 {face} 的") == [("kaomoji", face)]
        assert found(face) == [("kaomoji", face)]


@pytest.mark.parametrize(
    "faces",
    [
        pytest.param("^_^ ^.^ ^-^ ^o^ ^O^ ^w^ ^W^ ^3^ ^^ >_< >.< >__<", id="glad"),
        pytest.param("T_T T.T TAT QAQ QwQ QWQ QvQ QVQ Q_Q ;_; -_- -___- =_= =__= o_o O_O o_O $_$ x_x X_X", id="eyes"),
        pytest.param("u_u U_U n_n OvO TvT XD orz ORZ OTZ -_-| -_-||| -_-# -_-b -_-!", id="letters"),
        pytest.param(":-) :-( :-D :-P :-p :-o :-O :-| ;-) :D :P", id="lying"),
        pytest.param(
            "→_→ ←_← ⊙_⊙ ⊙▽⊙ ◎_◎ ╥﹏╥ ┬＿┬ ಠ_ಠ ಥ_ಥ ￣▽￣ ˘ω˘ ￢_￢ ¬_¬ ◔_◔ º_º Θ_Θ ●_● ○_○ ˇ_ˇ •_•", id="pairs"
        ),
        pytest.param(
            "°_° •ㅂ• °∀° °ᴥ° °﹃° °︿° °.° °..° ≧▽≦ ≧ω≦ ≧﹏≦ ≧∀≦ ≧﹃≦ ≧︿≦ ≧.≦ ≧_≦ ≧＿≦ ≧__≦ ʕ•ᴥ•ʔ", id="mouths"
        ),
    ],
)
def test_faces_without_brackets(faces):
    for face in faces.split():
        assert found(f"好 {face} 的") == [("kaomoji", face)]
        assert found(f"好！{face}的") == [("kaomoji", face)]
        assert found(f"好{face}的") == ([] if face in (":D", ":P") else [("kaomoji", face)])


@pytest.mark.parametrize("text", ["答案:D", "C盘:D盘", "选:D。", "第七:P。"])
def test_a_colon_and_a_capital_behind_a_word_are_no_face(text):
    assert found(text) == []


@pytest.mark.parametrize("prose", ["（一人一）", "(一人一)", "（工口工）", "（一口一）", "（一 一）", "（一、一）"])
def test_chinese_characters_are_no_face(prose):
    assert found(prose) == []


@pytest.mark.parametrize("face", ["(一_一)", "(工_工)", "(°口°)", "(T人T)", "(°皿°)"])
def test_a_chinese_character_may_be_the_mouth_or_eyes_of_a_face(face):
    assert found(face) == [("kaomoji", face)]


@pytest.mark.parametrize(
    "text", ["aT_T", "T_Ta", "T_T1", "0orz", "orz_", "CXD", "XDR", "--_-", "^___^", "-____-", "x:D"]
)
def test_letters_around_a_face_make_it_a_word(text):
    assert ("kaomoji", "T_T") not in found(text)
    assert not [value for kind, value in found(text) if kind == "kaomoji" and value != "-_-"]


@pytest.mark.parametrize(
    "face",
    ["ヽ(≧▽≦)ﾉ", "o(≧▽≦)o", "\\(≧▽≦)/", "╮(≧▽≦)╭", "~~~(≧▽≦)~~~", "(≧▽≦)b", "(╯≧▽≦)╯︵┻━┻", "(╯≧▽≦)╯ ︵ ┻━━━┻"],
)
def test_arms_and_tables_belong_to_the_face(face):
    assert found(f"好 {face} 的") == [("kaomoji", face)]


@pytest.mark.parametrize(
    ("text", "face"),
    [
        pytest.param("~~~~(≧▽≦)~~~~", "~~~(≧▽≦)~~~", id="three-arms-on-a-side"),
        pytest.param("foo(≧▽≦)oof", "(≧▽≦)", id="letters-of-words"),
        pytest.param("(≧▽≦)bc", "(≧▽≦)", id="letter-of-a-word-behind"),
        pytest.param("(≧▽≦)//好", "(≧▽≦)", id="slashes"),
        pytest.param("(≧▽≦)︵┻━━━━┻", "(≧▽≦)", id="table-too-long"),
    ],
)
def test_what_stands_beside_a_face_is_no_arm(text, face):
    assert values("kaomoji", text) == [face]


@pytest.mark.parametrize(
    "prose", ["(★_☆)", "(★★)", "(甲≧▽≦)", "(≧\n▽≦)", "(≧" + "▽" * 14 + ")", "(★好★)", "(* *)", "(°)"]
)
def test_strokes_alone_make_no_face(prose):
    assert not [value for kind, value in found(prose) if kind == "kaomoji" and value.startswith("(")]


def test_fourteen_strokes_make_a_face():
    face = "(≧" + "▽" * 12 + "≦)"
    assert values("kaomoji", face) == [face]


@pytest.mark.parametrize("scheme", ["", "http://", "https://", "HTTP://", "HTTPS://", "hTtP://", "HttpS://"])
def test_a_short_link_ends_with_its_code(scheme):
    for host in ("t.cn", "T.CN", "T.cn", "t.cN"):
        for behind in ("-x", "/x", ".html", "_x", "#abc#", "?x=1", "=", "好"):
            assert urls(f"{scheme}{host}/A6ab{behind}") == [f"{scheme}{host}/A6ab"]


@pytest.mark.parametrize("user", ["a", "Z", "0", "9", "_", "a.", "a%", "a+", "a-", "小a.", "好_"])
def test_an_address_has_a_user_before_its_sign(user):
    assert values("mention", f"{user}@b.cn") == []


@pytest.mark.parametrize("before", ["", "好", "，", "..", "a..", "好-", "%", "a*", "é"])
def test_other_signs_before_a_domain_leave_a_mention(before):
    assert values("mention", f"{before}@b.cn") == ["b"]


@pytest.mark.parametrize(
    "domain",
    ["A.cn", "z9.Zz", "-.ab", "b" * 64 + ".cn", "b.c.cn", "b..cn", "b...cn", "b@c.cn", "b＠c.cn", "b@c@d...com",
     "b." * 9 + "cn", "9.aA"],
)  # fmt: skip
def test_a_domain_makes_an_address_of_a_sign(domain):
    assert values("mention", f"a@{domain}") == []


@pytest.mark.parametrize(
    ("domain", "name"),
    [("b", "b"), ("b.c", "b"), ("b.1a", "b"), ("b....cn", "b"), ("b.c1", "b"), ("b_.cn", "b_"), ("b." * 10 + "cn", "b"),
     ("b。cn", "b"), ("b@.cn", "b"), ("b.c.d", "b"), ("b" * 65 + ".cn", "b" * 30)],
)  # fmt: skip
def test_what_is_no_domain_leaves_a_mention(domain, name):
    assert values("mention", f"a@{domain}")[0] == name


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        pytest.param("8#楼#话题#", ("话题",), id="topic-behind-a-building"),
        pytest.param("8#楼#" + "话" * 140 + "#", ("话" * 140,), id="longest-topic"),
        pytest.param("8#楼#" + "话" * 141 + "#", ("楼",), id="too-long-for-a-topic"),
        pytest.param("8#楼#话\n题#", ("楼",), id="two-lines"),
        pytest.param("8#楼##", ("楼",), id="nothing-behind"),
        pytest.param("8#楼#话#", ("话",), id="one-character"),
        pytest.param("8#楼#话题#\n#", ("话题",), id="a-sign-in-the-next-line"),
        pytest.param("8#楼#话题#吧#", ("楼", "吧"), id="two-pairs"),
        pytest.param("好#楼#话题#", ("楼",), id="no-number"),
        pytest.param("8#梁#话题#", ("梁",), id="nothing-that-is-numbered"),
    ],
)
def test_a_numbered_building_gives_its_sign_to_a_topic(text, topics):
    assert parse(text).hashtags == topics


@pytest.mark.parametrize("thing", "楼樓栋棟幢座号號机機炉爐线線井门門桥橋泵库庫厅廳馆館")
def test_things_that_a_sign_numbers(thing):
    assert parse(f"8#{thing}#话题#").hashtags == ("话题",)
    assert parse(f"3#{thing}和4#{thing}").hashtags == ()


@pytest.mark.parametrize("one", "CDFGJQcdfgjq")
def test_letters_that_a_sign_sharpens(one):
    assert parse(f"{one}#比好用的c#").hashtags == parse(f"c#比好用的{one}#").hashtags == ()


@pytest.mark.parametrize("one", "ABEHKPXZabehkpxz")
def test_other_letters_are_labels_only_where_joined(one):
    assert parse(f"{one}#比好用的c#").hashtags == ("比好用的c",)
    assert parse(f"{one}#和c#").hashtags == ()


@pytest.mark.parametrize("joint", [*"、，,。；;：:./&+~～—–-和与與跟同或及至到比 ", "", "，和"])
def test_what_joins_two_labels(joint):
    assert parse(f"C#{joint}x#").hashtags == ()
    assert parse(f"3#{joint}4#").hashtags == ()


@pytest.mark.parametrize("joint", "一好的为X_9")
def test_what_does_not_join_two_labels(joint):
    assert parse(f"C#{joint}x#").hashtags == (f"{joint}x",)


@pytest.mark.parametrize("words", ["长" * 90, "长" * 64, "见http://a.cn " + "长" * 10, "#话题#" + "长" * 90])
def test_an_original_of_any_length_ends_at_its_mark(words):
    post = parse(f"{words}…全文 转发理由：好")
    assert (post.original, post.own_text, post.truncated) == (words, "好", True)
    assert values("client_residue", f"{words}…全文 转发理由：好") == ["…全文"]
    assert parse(f"{words}\n转发理由：好").original == words + "\n"
    assert parse(f"{words}转发理由：好").original is None


@pytest.mark.parametrize("dots", ["..", "." * 12, "…", "…" * 6, "。。", "。" * 12])
def test_the_mark_before_a_link_is_as_long_as_any(dots):
    assert values("client_residue", f"很长{dots}全文：http://t.cn/A6") == [f"{dots}全文："]
    more = dots[0] * (13 if dots[0] in ".。" else 7)
    assert values("client_residue", f"很长{more}全文：http://t.cn/A6") == [f"{more[1:]}全文："]
    assert values("client_residue", "很长.全文：http://t.cn/A6") == []


def test_a_name_is_taken_before_the_arm_of_a_face_that_holds_no_sign():
    assert found("@小明o(≧▽≦)o") == [("mention", "小明o"), ("kaomoji", "(≧▽≦)o")]
    assert found("O网页链接(≧▽≦)") == [("client_residue", "O网页链接"), ("kaomoji", "(≧▽≦)")]


def test_eyes_of_at_signs_behind_a_mention_leave_it():
    assert found("@甲 @_@") == [("mention", "甲"), ("kaomoji", "@_@")]


def test_an_arm_that_a_link_has_taken_is_none_of_the_face_behind_it():
    assert found("http://a.cn/_(#^.^#)") == [("url", "http://a.cn/_"), ("kaomoji", "(#^.^#)")]
    assert found("好_(#^.^#)") == [("kaomoji", "_(#^.^#)")]


def test_a_letter_that_ends_a_word_is_not_the_app_s():
    assert values("client_residue", "HELLO网页链接") == ["网页链接"]
    assert values("client_residue", "你好O网页链接") == ["O网页链接"]
    assert values("client_residue", "X网页链接") == ["网页链接"]


def test_what_is_none_does_not_hide_what_follows():
    assert values("client_residue", "我查看图片们，查看图片") == ["查看图片"]
    assert values("client_residue", "看的微博视频，L小甲的微博视频") == ["L小甲的微博视频"]
    assert values("mention", "满5@6元，@小明") == ["小明"]
    assert values("mention", "a@b.com，@小明") == ["小明"]
    assert values("mention", "ab@小明 a@b.com") == ["小明"]
