"""The twenty cases of the grammar of Weibo text, one test each."""

from weibo_nlp.text import evasions, normalise, parse


def test_case_01_pictured_emoticon_and_line_break_become_text():
    raw = '好<span class="url-icon"><img alt=[doge] src="x"/></span>的<br/>嗯'
    clean = normalise(raw, html=True)
    assert clean.text == "好[doge]的\n嗯"
    assert clean.raw[slice(*clean.offsets[1])] == '<img alt=[doge] src="x"/>'
    assert clean.raw[slice(*clean.offsets[8])] == "<br/>"
    assert [clean.raw[m.span.start : m.span.end] for m in clean.removed] == ['<span class="url-icon">', "</span>"]


def test_case_02_plain_text_with_angle_brackets_is_left_alone():
    clean = normalise("1<2 且 3>2")
    assert (clean.text, clean.removed) == ("1<2 且 3>2", ())


def test_case_03_entities_are_decoded_once():
    assert normalise("1&lt;2&amp;3", html=True).text == "1<2&3"
    assert normalise("&amp;lt;", html=True).text == "&lt;"


def test_case_04_mention_takes_underscore_and_hyphen_and_leaves_the_rest():
    post = parse("支持@甲_乙-1，说得好")
    assert post.mentions == ("甲_乙-1",)
    assert post.own_text == "支持@甲_乙-1，说得好"


def test_case_05_an_email_address_is_no_mention():
    assert parse("a@b.com联系").spans == ()


def test_case_06_reply_and_repost_chain():
    post = parse("回复@小甲:好的//@小乙:不同意//@小丙:转")
    assert post.own_text == "好的"
    assert post.reply_to == "小甲"
    assert [(link.author, link.text) for link in post.chain] == [("小乙", "不同意"), ("小丙", "转")]
    assert not post.empty_repost


def test_case_07_a_url_with_slashes_and_at_is_no_chain():
    post = parse("https://a.com//@b/c 看")
    assert post.urls == ("https://a.com//@b/c",)
    assert (post.chain, post.mentions) == ((), ())


def test_case_08_adjacent_hashtags_and_a_lone_sign():
    post = parse("#A##B#正文#C")
    assert post.hashtags == ("A", "B")
    assert len(post.spans) == 2


def test_case_09_names_of_languages_are_no_hashtag():
    assert parse("C#和F#都行").spans == ()


def test_case_10_super_topics_hold_no_emoticon():
    post = parse("#区块链[超话]##比特币[超话]#")
    assert post.super_topics == ("区块链", "比特币")
    assert [markup.kind for markup in post.spans] == ["super_topic", "super_topic"]


def test_case_11_a_short_link_ends_before_chinese():
    post = parse("看http://t.cn/A6abcDE这里#话题#")
    assert post.urls == ("http://t.cn/A6abcDE",)
    assert post.hashtags == ("话题",)


def test_case_12_laughter_is_shortened_and_numbers_and_doubled_words_are_not():
    clean = normalise("哈哈哈哈哈哈666666 2000000元 天天", squeeze_laughter=True)
    assert clean.text == "哈哈哈666666 2000000元 天天"
    assert [(m.kind, m.span.start, m.span.end) for m in clean.removed] == [("laughter", 3, 6)]
    assert normalise("哈哈哈哈哈哈").text == "哈哈哈哈哈哈"


def test_case_13_emoticons_are_known_by_name():
    post = parse("[doge][1][加上番外][带着微博去旅行]")
    assert post.emoticons == ("doge", "带着微博去旅行")


def test_case_14_joined_emoji_survives_and_zero_width_space_goes():
    assert normalise("👨‍👩‍👧\u200b好").text == "👨‍👩‍👧好"


def test_case_15_latin_forms_become_half_width_and_chinese_punctuation_stays():
    assert normalise("ｙｙｄｓ！①，＃话题＃").text == "yyds！①，#话题#"


def test_case_16_simplification_goes_by_phrase():
    assert normalise("乾隆皇帝乾杯", script="simplified").text == "乾隆皇帝干杯"


def test_case_17_the_clients_filler_is_an_empty_repost():
    for filler in ("转发微博", "轉發微博", "Repost", " Repost \n", "转发", "轉發"):
        post = parse(filler)
        assert post.empty_repost, filler
        assert post.own_text == "", filler
    post = parse("转发微博抽奖")
    assert (post.own_text, post.empty_repost, post.spans) == ("转发微博抽奖", False, ())


def test_case_18_shortened_original_before_the_own_words():
    post = parse("他说：“这...全文转发理由:[泪]")
    assert post.own_text == "[泪]"
    assert post.original == "他说：“这"
    assert post.truncated
    assert post.emoticons == ("泪",)


def test_case_19_a_known_mention_wins_over_the_pattern():
    post = parse("@甲乙你好", known_mentions=["甲乙"])
    assert post.mentions == ("甲乙",)
    assert post.raw[post.spans[0].span.end :] == "你好"
    assert parse("@甲乙你好").mentions == ("甲乙你好",)


def test_case_20_kaomoji_is_one_token_and_the_cut_word_is_evasive():
    text = "(≧▽≦)/ 新/冠/疫/情 2/3"
    assert [(m.kind, m.value) for m in parse(text).spans] == [("kaomoji", "(≧▽≦)/")]
    assert [(e.surface, e.normal, e.ambiguous) for e in evasions(text)] == [("新/冠/疫/情", "新冠疫情", False)]
    assert normalise(text).text == text
