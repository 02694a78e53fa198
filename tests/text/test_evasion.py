import pytest

from weibo_nlp.text import evasion_lexicon, evasions


def read(text):
    return [(item.surface, item.normal, item.ambiguous) for item in evasions(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("真的YYDS，u1s1", [("YYDS", "永远的神", False), ("u1s1", "有一说一", False)], id="initials"),
        pytest.param("被zf和JC抓", [("zf", "政府", True), ("JC", "警察", True)], id="ambiguous-initials"),
        pytest.param("zfx pdf yydss", [], id="only-whole-runs"),
        pytest.param("被河蟹", [("河蟹", "和谐", True)], id="homophone"),
        pytest.param("太弓虽了", [("弓虽", "强", False)], id="split-character"),
        pytest.param("敏/感/词", [("敏/感/词", "敏感词", False)], id="cut-word"),
        pytest.param("衣/食/住/行", [("衣/食/住/行", "衣食住行", True)], id="a-list-is-ambiguous"),
        pytest.param("疫|情严重", [], id="pair-within-a-phrase"),
        pytest.param("说疫-情 吗", [], id="pair-behind-a-character"),
        pytest.param("「疫-情」", [("疫-情", "疫情", False)], id="known-pair"),
        pytest.param("男/女 2/3 2020/1/2", [], id="plain-pairs-and-numbers"),
        pytest.param("http://a.com/yyds @yyds [yyds]", [("yyds", "永远的神", False)], id="not-in-links-and-names"),
        pytest.param("", [], id="empty"),
    ],
)
def test_evasions(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("真ｙｙｄｓ！", [((1, 5), "ｙｙｄｓ", "永远的神", False)], id="full-width-initials"),
        pytest.param("Ｙyｄs", [((0, 4), "Ｙyｄs", "永远的神", False)], id="both-widths"),
        pytest.param("新／冠／疫／情", [((0, 7), "新／冠／疫／情", "新冠疫情", False)], id="full-width-cut"),
        pytest.param("敏・感・词", [((0, 5), "敏・感・词", "敏感词", False)], id="dot-of-another-input-method"),
        pytest.param("@甲 yy\u200bds", [((3, 8), "yy\u200bds", "永远的神", False)], id="invisible-in-initials"),
        pytest.param("太弓\ufeff虽了", [((1, 4), "弓\ufeff虽", "强", False)], id="invisible-in-a-split-character"),
        pytest.param("敏/\u2060感/词\u200b", [((0, 6), "敏/\u2060感/词", "敏感词", False)], id="invisible-in-a-cut"),
        pytest.param("a\u200byyds", [], id="part-of-a-longer-run-as-it-is-seen"),
        pytest.param("２／３ ＠ｙｙｄｓ", [], id="fraction-and-name"),
    ],
)
def test_spellings_in_full_width_or_with_invisible_characters(text, expected):
    found = [((item.span.start, item.span.end), item.surface, item.normal, item.ambiguous) for item in evasions(text)]
    assert found == expected


def test_surfaces_are_pieces_of_the_text():
    text = "新·冠·疫·情 xswl"
    assert all(item.span.of(text) == item.surface for item in evasions(text))


def test_lexicon_is_versioned_and_marks_ambiguity():
    lexicon = evasion_lexicon()
    assert lexicon.version == "1.1.0"
    for surface, normal, ambiguous in [
        ("yyds", "永远的神", False), ("u1s1", "有一说一", False), ("xswl", "笑死我了", False),
        ("nmsl", "你妈死了", False), ("zf", "政府", True), ("jc", "警察", True), ("河蟹", "和谐", True),
    ]:  # fmt: skip
        assert (lexicon.entries[surface].normal, lexicon.entries[surface].ambiguous) == (normal, ambiguous)


@pytest.mark.parametrize(
    "text",
    [
        "集美大学在厦门集美区",
        "某手机降价",
        "某音乐节",
        "尼玛县在西藏",
        "辣鸡翅",
        "三张五毛钱",
        "洗地机",
        "水表箱",
        "狗东西南北",
    ],
)
def test_a_plain_word_around_a_spelling_is_none(text):
    assert evasions(text) == []


def test_a_spelling_that_is_also_a_name_is_ambiguous():
    assert [(item.surface, item.ambiguous) for item in evasions("集美们冲，走召市，木又枝")] == [
        ("集美", True), ("走召", True), ("木又", True),
    ]  # fmt: skip


def test_the_app_s_words_are_not_searched():
    assert [item.surface for item in evasions("Lyyds的微博视频 yyds")] == ["yyds"]
