import pytest

from weibo_nlp.text import normalise


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param("<div>好</div><div>坏</div>", "好\n坏", id="closing-and-opening"),
        pytest.param("好<div>坏</div>吧", "好\n坏\n吧", id="block-within-words"),
        pytest.param("<p>好<p>坏", "好\n坏", id="paragraphs-that-nobody-closes"),
        pytest.param("<ul><li>好<li>坏</ul>吧", "好\n坏\n吧", id="list"),
        pytest.param("<h1>题</h1>文<blockquote>引</blockquote>", "题\n文\n引", id="heading-and-quotation"),
        pytest.param("<table><tr><td>甲</td><td>乙</td></tr><tr><td>丙</td></tr></table>", "甲 乙\n丙", id="table"),
        pytest.param("<td>甲</td> <td>乙</td>", "甲 乙", id="cells-that-a-space-parts"),
        pytest.param("<option>甲</option><option>乙</option>", "甲\n乙", id="options"),
        pytest.param("<dt>甲<dd>乙", "甲\n乙", id="definitions"),
        pytest.param("好<br><div>坏</div>", "好\n坏", id="line-break-before-a-block"),
        pytest.param("<p>好</p>\n  <p>坏</p>", "好\n  坏", id="newline-of-the-source"),
        pytest.param("<div></div><p>好</p><p></p>", "好", id="no-border-at-the-ends"),
        pytest.param("<b>好</b><span>坏</span><a href='/x'>吧</a>", "好坏吧", id="inline-tags-glue"),
        pytest.param('好<div><img alt="[doge]"></div>坏', "好\n[doge]\n坏", id="a-picture-is-a-word"),
        pytest.param("Good<p>&amp;</p>bad", "Good\n&\nbad", id="an-entity-is-a-word"),
    ],
)
def test_blocks_part_words_and_inline_tags_do_not(html, text):
    clean = normalise(html, html=True)
    assert clean.text == text
    assert len(clean.offsets) == len(text)


def test_a_letter_that_only_folds_to_ascii_makes_no_tag():
    assert normalise("<ſ>好</lin\u212a>", html=True).text == "<ſ>好</lin\u212a>"
