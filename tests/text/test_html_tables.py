"""Every element of HTML by what it does to the words around it, and every attribute that may stand without a value."""

import pytest

from weibo_nlp.text import normalise

# By the HTML standard's suggested rendering: display block, list-item or table parts; cells apart.
BLOCKS = """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 head header hgroup html legend li listing main menu nav ol optgroup option p pre
    search section summary table tbody tfoot thead title tr ul xmp
"""
INLINE = """
    a abbr acronym applet audio b bdi bdo big blink button canvas cite code colgroup data datalist del dfn em font
    frameset i iframe ins kbd label map mark marquee math menuitem meter multicol nobr noembed noframes noscript object
    output picture plaintext progress q rb rp rt rtc ruby s samp select selectedcontent slot small span strike strong
    sub sup svg template textarea time tt u var video path use
"""
VOID = """
    area base basefont bgsound col embed frame image img input isindex keygen link meta nextid param source spacer track
    wbr
"""
BARE = """
    allowfullscreen alt async autofocus autoplay checked class compact controls default defer disabled download hidden
    href id inert ismap itemscope loop multiple muted nohref nomodule noresize noshade novalidate nowrap open
    playsinline readonly required reversed selected src style target title data-a data-x-1
"""


def from_html(html):
    return normalise(html, html=True).text


@pytest.mark.parametrize("name", BLOCKS.split())
def test_the_borders_of_a_block_part_words(name):
    assert from_html(f"好<{name}>坏</{name}>吧") == "好\n坏\n吧"
    assert from_html(f"好<{name.upper()}>坏</{name.upper()} >吧") == "好\n坏\n吧"


@pytest.mark.parametrize("name", ["td", "th"])
def test_the_borders_of_a_cell_set_words_apart(name):
    assert from_html(f"好<{name}>坏</{name}>吧") == "好 坏 吧"


@pytest.mark.parametrize("name", INLINE.split())
def test_the_borders_of_what_stands_in_a_line_part_nothing(name):
    assert from_html(f"好<{name}>坏</{name}>吧") == "好坏吧"


@pytest.mark.parametrize("name", VOID.split())
def test_an_element_without_content_vanishes(name):
    assert from_html(f"好<{name}>坏<{name}/>吧") == "好坏吧"


@pytest.mark.parametrize("name", ["br", "hr"])
def test_a_break_is_a_newline(name):
    assert from_html(f"好<{name}>坏<{name}/>吧") == "好\n坏\n吧"
    assert from_html(f"好</{name}>坏") == "好坏"


@pytest.mark.parametrize("name", ["script", "style"])
def test_what_stands_in_a_script_is_no_text(name):
    assert from_html(f"好<{name}>坏<b></{name}>吧") == "好吧"


@pytest.mark.parametrize(
    "name", ["", "1", "h0", "h7", "h", "ab", "di", "divs", "pat", "us", "uses", "paths", "爱你", "b1"]
)
def test_no_other_name_makes_a_tag(name):
    assert from_html(f"好<{name}>坏</{name}>吧") == f"好<{name}>坏</{name}>吧"


@pytest.mark.parametrize("attribute", BARE.split())
def test_an_attribute_may_stand_without_a_value(attribute):
    for written in (attribute, attribute.upper(), f"x=1 {attribute}", f"{attribute} {attribute}"):
        assert from_html(f"<b {written}>好") == "好"
        assert from_html(f"<b {written}/>好") == "好"


@pytest.mark.parametrize(
    "words", ["you", "open me", "hiddens", "open1", "open:", "open.", "open-", "data-", "1", "爱", "o"]
)
def test_other_words_in_a_tag_make_it_text(words):
    assert from_html(f"<b {words}>好") == f"<b {words}>好"


@pytest.mark.parametrize(
    "attribute",
    ["A=1", "z=1", "_=1", ":a=1", "@click=x", "a-b.c:d@e_F9=x", "a = 1", "a\t=\n1", "a=", "a=爱", "a='<'", "a=\"'\"",
     "a='\"'", "a=1/", "a=1 b='2'c=\"3\"", "a='1'/b=2", "/ a=1", "' a=1", '" a=1'],
)  # fmt: skip
def test_an_attribute_with_its_value_is_of_the_tag(attribute):
    expected = f"<b {attribute}>好" if "<" in attribute else "好"
    assert from_html(f"<b {attribute}>好") == expected


@pytest.mark.parametrize("attribute", ["1=1", "爱=1", "=1", "a=<b", "-a=1", ".=1"])
def test_what_is_no_attribute_makes_a_tag_text(attribute):
    assert from_html(f"<b {attribute}>好").startswith("<b ")


@pytest.mark.parametrize("ending", ["", " ", "        "])
def test_an_end_of_a_script_may_have_eight_blanks(ending):
    for name in ("script", "STYLE"):
        assert from_html(f"好<{name}>坏</{name}{ending}>吧") == "好吧"
        assert from_html(f"好<{name}>坏</{name}{' ' * 9}>吧") == "好坏吧"


HALVES = [0xD800, 0xD803, 0xD804, 0xDABF, 0xDAC0, 0xDB40, 0xDBEB, 0xDBEC, 0xDBFF]
OTHER_HALVES = [0xDC00, 0xDC4F, 0xDC50, 0xDE67, 0xDEA7, 0xDEA8, 0xDFD3, 0xDFD4, 0xDFFB, 0xDFFC, 0xDFFF]


@pytest.mark.parametrize("high", HALVES)
def test_any_two_halves_are_one_character(high):
    for low in OTHER_HALVES:
        whole = "🏴" + bytes([high >> 8, high & 255, low >> 8, low & 255]).decode("utf-16-be")
        for first in (f"&#{high};", f"&#x{high:x};", f"&#X{high:X};"):
            assert from_html(f"🏴{first}&#{low};") == from_html(f"🏴{first}&#x{low:x};") == whole
            assert from_html(f"&#{low};{first}") == f"&#{low};{first}"


@pytest.mark.parametrize(
    ("entity", "text"),
    [
        pytest.param("&#55296;&#56320;", "\U00010000", id="lowest-halves"),
        pytest.param("&#56319;&#57343;", "\U0010ffff", id="highest-halves"),
        pytest.param("&#xD800;&#xdc00;", "\U00010000", id="lowest-in-hexadecimal"),
        pytest.param("&#XdBfF;&#xDFff;", "\U0010ffff", id="highest-in-hexadecimal"),
        pytest.param("&#xd9Ab;&#xdeF0;", "\U0007aef0", id="in-between"),
        pytest.param("&#56320;&#56320;", "&#56320;&#56320;", id="two-second-halves"),
        pytest.param("&#55296;&#55297;", "&#55296;&#55297;", id="two-first-halves"),
        pytest.param("&#55295;&#56320;", "\ud7ff&#56320;", id="character-before-a-half"),
        pytest.param("&#55296;&#57344;", "&#55296;\ue000", id="half-before-a-character"),
        pytest.param("&#55203;&#57344;", "힣\ue000", id="characters-next-to-the-halves"),
        pytest.param("&#56319;&#56319;&#56320;", "&#56319;\U0010fc00", id="half-before-a-pair"),
        pytest.param("&#0;&#00;&#x0;", "&#0;&#00;&#x0;", id="no-character"),
        pytest.param("&#65533;&#0065533;&#xfffd;&#x00FFfD;&#XFFFD;", "\ufffd" * 5, id="replacement-character"),
        pytest.param("&#1114111;&#1114112;", "&#1114111;&#1114112;", id="none-and-too-large"),
        pytest.param("&#x10FFFE;&#x1F600;&#9;", "&#x10FFFE;😀\t", id="of-six-digits"),
        pytest.param("&AMP;&Lt;&a;&1a;&sup2;&frac12;", "&≪&a;&1a;²½", id="names"),
    ],
)
def test_entities(entity, text):
    assert from_html(entity) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param("<td>甲</td><tr>乙", "甲\n乙", id="a-row-parts-more-than-a-cell"),
        pytest.param("<tr>甲</tr><td>乙", "甲\n乙", id="in-either-order"),
        pytest.param("甲<td></td><td></td>乙", "甲 乙", id="empty-cells"),
        pytest.param("甲 <div>乙", "甲 \n乙", id="a-space-does-not-part-blocks"),
        pytest.param("甲<div> 乙", "甲\n 乙", id="nor-within"),
        pytest.param("甲\n<div>乙", "甲\n乙", id="a-newline-before"),
        pytest.param("甲<div>\n乙", "甲\n乙", id="a-newline-within"),
        pytest.param("甲<div><br>乙", "甲\n乙", id="a-break-within"),
        pytest.param("甲\n<td>乙", "甲\n乙", id="a-newline-before-a-cell"),
        pytest.param("甲<td>\u3000乙", "甲\u3000乙", id="a-wide-space-before-a-cell"),
        pytest.param("甲&nbsp;<td>乙", "甲\u00a0乙", id="a-space-that-was-an-entity"),
        pytest.param("\n甲<div>乙 丙</div>丁", "\n甲\n乙 丙\n丁", id="white-space-elsewhere"),
        pytest.param("<div> <div>甲</div> </div>", " 甲 ", id="no-words-outside"),
        pytest.param("甲<b><div></b>乙", "甲\n乙", id="inline-tags-around-a-border"),
        pytest.param("甲<div><!-- x -->乙", "甲\n乙", id="a-comment-behind-a-border"),
        pytest.param("甲<div><script>x</script></div>乙", "甲\n乙", id="a-script-in-a-block"),
    ],
)
def test_what_parts_words_at_borders(html, text):
    assert from_html(html) == text
