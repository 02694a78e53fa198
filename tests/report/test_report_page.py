from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from report_results import result_of

from weibo_nlp.errors import UsageError
from weibo_nlp.report import write_page

HOSTILE = [
    pytest.param("<script>alert(1)</script>", id="script"),
    pytest.param('"><img src=x onerror=alert(1)>', id="attribute-closed"),
    pytest.param("' onload='alert(1)", id="attribute-added"),
    pytest.param("</title><base href=//evil.example>", id="title-closed"),
    pytest.param("]]><!-- <svg/onload=alert(1)> --><style>*{}", id="comment-and-style"),
    pytest.param("{{ 7 * 191 }}{% raw %}{# #}", id="template"),
    pytest.param("\u202e\u2067支持\u200f", id="right-to-left-marks"),
    pytest.param("长" * 10_000, id="endless-word"),
    pytest.param("items", id="name-of-a-dict-method"),
]
SAFE_TAGS = {
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "code", "b", "div", "section",
    "table", "tr", "th", "td", "svg", "line", "text", "circle",
}  # fmt: skip


class Page(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, content):
        super().__init__()
        self.tags, self.attributes, self.text = set(), [], ""
        self.feed(content)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes += attributes

    def handle_data(self, data):
        self.text += data


def page_of(path, results, **options):
    write_page(path, results, **{"title": "结果", "command": "weibo-nlp benchmark", **options})
    return Page(path.read_text("utf-8"))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text_wherever_it_stands(tmp_path, text):
    result = result_of((text, "踩"), set_=text, model=text, notes=(text,))
    page = page_of(tmp_path / "page.html", [result], title=text, command=text)
    # title twice, command, set and model in the table and in the heading, label as row and column, note
    assert page.text.count(text) == 10
    assert page.tags <= SAFE_TAGS
    assert not any(name.startswith("on") for name, _ in page.attributes)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(max_size=40))
def test_no_text_at_all_makes_a_tag(tmp_path, text):
    result = result_of((text + "?", "踩"), model=text, notes=(text,))
    assert page_of(tmp_path / "page.html", [result], title=text).tags <= SAFE_TAGS


def test_a_page_asks_for_nothing_from_anywhere(tmp_path):
    page = page_of(tmp_path / "page.html", [result_of(("赞", "踩"))])
    names = {name for name, _ in page.attributes}
    assert not names & {"src", "href", "srcset", "action", "background", "data", "poster", "xlink:href"}
    content = (tmp_path / "page.html").read_text("utf-8")
    assert "url(" not in content
    assert "@import" not in content
    assert "//" not in content
    policy = next(value for name, value in page.attributes if name == "content" and "default-src" in value)
    assert policy.startswith("default-src 'none'")


def test_a_page_shows_metrics_confusion_and_what_was_dropped(tmp_path):
    note = "train: 19 rows set aside (recurs in the scored part)"
    text = page_of(tmp_path / "page.html", [result_of(("赞", "踩"), notes=(note,))]).text
    assert note in text
    assert "A star marks fewer than 100 units" in text
    assert "trained on 1,234, scored on 6 rows in 3 units" in text
    # Gold 赞: 2 called 赞, 1 called 踩; precision, recall and F1 are 2/3 each.
    assert "".join(text.split("F1")[1].split()).startswith("赞210.6670.6670.667踩120.6670.6670.667")


def test_results_over_enough_units_need_no_warning(tmp_path):
    result = result_of(("赞", "踩")) | {"few_units": False}
    assert "A star marks" not in page_of(tmp_path / "page.html", [result]).text


def test_a_page_without_results_is_a_page(tmp_path):
    assert "结果" in page_of(tmp_path / "page.html", []).text


def test_half_a_character_does_not_cost_the_page(tmp_path):
    assert r"模\ud83d型" in page_of(tmp_path / "page.html", [result_of(("赞", "踩"), model="模\ud83d型")]).text


def test_a_page_that_cannot_be_made_leaves_the_earlier_one(tmp_path):
    path = tmp_path / "page.html"
    path.write_text("earlier", "utf-8")
    with pytest.raises(KeyError):
        write_page(path, [{"metrics": {}}], title="", command="")
    assert path.read_text("utf-8") == "earlier"
    assert [item.name for item in tmp_path.iterdir()] == ["page.html"]


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match="name a folder that exists"):
        write_page(tmp_path / "nowhere" / "page.html", [], title="", command="")
