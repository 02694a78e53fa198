import re
from html.parser import HTMLParser

import pytest
from made_findings import TEXTS, made_findings
from report_document import HOSTILE

from weibo_nlp.report.discourse_page import DiscoursePage

pytest.importorskip("matplotlib")

VOID = {"meta", "br"}


class Parsed(HTMLParser):
    """Elements with their depth, attributes, ids and all text but that of the style sheet."""

    def __init__(self, content):
        super().__init__()
        self.elements, self.attributes, self.ids, self.text, self._open = [], [], [], "", []
        self.feed(content)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        if not (tag == "span" and known.get("class") in ("code", "cut")):
            self.elements.append((len(self._open), tag, known.get("class")))
            self.attributes += [(tag, *pair) for pair in attributes]
        self.ids += [known["id"]] if "id" in known else []
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] != "style":
            self.text += data


def page_of(tmp_path, findings=None, **how):
    path = tmp_path / "page.html"
    DiscoursePage(findings or made_findings(n_periods=3), **how).write(path)
    return path.read_text("utf-8")


def hostile_teller():
    count, told = iter(range(1_000_000)), {}

    def tell(text):
        return told.setdefault(text, HOSTILE[next(count) % len(HOSTILE)] + text)

    return tell


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The page of the same findings in both languages."""
    return {language: page_of(tmp_path_factory.mktemp("page"), language=language) for language in ("en", "zh")}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    return page_of(tmp_path_factory.mktemp("hostile"), made_findings(n_periods=3, tell=hostile_teller()))


def small(**how):
    return made_findings(n_periods=1, groups=(), **how)


def test_the_same_findings_give_the_same_bytes(tmp_path):
    assert page_of(tmp_path, small()) == page_of(tmp_path, small())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_asks_for_nothing_and_runs_nothing(pages, language):
    parsed = Parsed(pages[language])
    tags = {tag for _, tag, _ in parsed.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form", "image", "foreignobject"}
    for tag, name, value in parsed.attributes:
        assert not name.startswith("on"), (tag, name)
        assert name not in ("src", "srcset", "action", "xlink:href")
        if name == "href":
            assert value.startswith("#")
        assert not re.search(r"url\((?!#)", value or "")
        assert name == "content" or "http" not in (value or "")
    policy = next(value for _, name, value in parsed.attributes if name == "content" and "default-src" in value)
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")


def test_every_reference_within_the_page_leads_somewhere(pages):
    parsed = Parsed(pages["en"])
    assert len(parsed.ids) == len(set(parsed.ids))
    known = set(parsed.ids)
    for _, name, value in parsed.attributes:
        if name == "href":
            assert value[1:] in known
        if name == "aria-labelledby":
            assert set(value.split()) <= known
        for used in re.findall(r"url\(#([^)]+)\)", value or ""):
            assert used in known


def test_hostile_texts_change_nothing_of_what_a_page_is_made_of(hostile, pages):
    made, plain = Parsed(hostile), Parsed(pages["en"])
    kept = {"script", "img", "svg", "base", "iframe", "style", "title", "figure", "section", "details"}
    counts = [[sum(tag == name for _, tag, _ in page.elements) for name in sorted(kept)] for page in (made, plain)]
    assert counts[0] == counts[1]
    assert {name for _, name, _ in made.attributes} == {name for _, name, _ in plain.attributes}


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12].encode("unicode_escape").decode())
def test_every_hostile_text_is_escaped(hostile, text):
    if "<" in text:
        assert text not in hostile
    body = hostile[hostile.index("<body") :]
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\x00-\x08\x0b-\x1f\ud800-\udfff]", body)
    assert len(max(re.findall(r"x+|长+", body), key=len)) <= 1_000


def test_templates_see_no_text_from_data_as_their_own(hostile):
    assert "1337" not in Parsed(hostile).text
    assert "{{ 7 * 191 }}" in Parsed(hostile).text


def test_a_page_without_estimates_says_so_before_everything_else(tmp_path):
    text = Parsed(page_of(tmp_path, small(corrected=False))).text
    assert "All shares below are uncorrected (未校正)" in text
    for command in ("weibo-nlp sample", "weibo-nlp annotate", "weibo-nlp estimate", "--estimates"):
        assert command in text
    assert text.index("uncorrected") < text.index("What was labelled")


def test_a_page_with_estimates_shows_them_with_their_intervals(pages):
    text = Parsed(pages["en"]).text
    assert "All shares below are uncorrected" not in text
    assert "300 rows drawn at random (simple random sample) and labelled by people; confidence level 95%" in text
    # 2 + sin(0) of 2, 2 + sin(2), 2 + sin(4), 2 + sin(6): 25.4 % predicted, 5 points more estimated.
    assert "30.4% (26.4–34.4)" in text
    assert "< .001" in text
    assert ".012" in text
    assert all(points in text for points in ("\u221212.3", "\u221220.0", "\u22125.0"))


def test_an_estimate_without_an_interval_is_no_mark_but_in_the_table_with_its_reason(tmp_path):
    findings = made_findings(n_periods=0, groups=())
    table = findings.shares.table
    of_topic = table["label_column"] == "topic"
    table.loc[of_topic, ["low", "high"]] = None
    table.loc[of_topic, "note"] = "3 labelled rows are in it"
    page = DiscoursePage(findings)
    panel = next(panel for panel in page.panels.values() if panel.name == "shares-topic")
    assert all([point.hollow for point in row.points] == [True] for row in panel.chart.rows)
    page.write(tmp_path / "page.html")
    text = Parsed((tmp_path / "page.html").read_text("utf-8")).text
    assert "3 labelled rows are in it" in text
    assert "too few rows were labelled for an interval" in text


@pytest.mark.parametrize(
    ("methods", "said"),
    [
        pytest.param((None, None), "The estimates are not about this", id="a column that nobody labelled"),
        pytest.param(("design_based", None), "give weibo-nlp estimate --by month", id="no estimates of these periods"),
        pytest.param(("design_based", "design_based"), "Of no month were enough rows labelled", id="too few rows"),
    ],
)
def test_a_figure_over_time_without_intervals_says_which_of_the_reasons_it_is(tmp_path, methods, said):
    findings = made_findings(groups=())
    table = findings.shares.table
    of_topic = table["label_column"] == "topic"
    table.loc[of_topic, ["estimate", "low", "high", "note"]] = None
    for rows, method in zip((table["period"].isna(), table["period"].notna()), methods, strict=True):
        table.loc[of_topic & rows, "method"] = method
    DiscoursePage(findings).write(tmp_path / "page.html")
    text = Parsed((tmp_path / "page.html").read_text("utf-8")).text
    reasons = ("The estimates are not about this", "give weibo-nlp estimate --by month", "Of no month were enough")
    assert [reason in text for reason in reasons] == [said.startswith(reason) for reason in reasons]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        pytest.param("en", ("consumer nationalism", "Stance towards each target", "How to cite"), id="en"),
        pytest.param("zh", ("消费民族主义", "对各对象的立场", "如何引用", "支持", "数据质量"), id="zh"),
    ],
)
def test_a_page_speaks_the_language_that_was_asked_for(pages, language, said):
    content = pages[language]
    text = Parsed(content).text
    for words in said:
        assert words in text
    assert f'<html lang="{"en" if language == "en" else "zh-Hans"}">' in content


def test_names_in_texts_are_masked_by_what_is_given(tmp_path, pages):
    shown = page_of(tmp_path, small(), mask=lambda text: text.replace("逃票", "[某事]"))
    assert "[某事]的就该进黑名单" in shown
    assert "逃票的" not in shown
    assert "49001" not in shown  # by a post's id its author is found
    assert "49001" in pages["en"]


def test_of_a_text_that_is_far_too_long_no_beginning_of_a_name_is_left(tmp_path):
    seen = []
    findings = small(tell=lambda text: "长" * 99_998 + "@某某人" if text in TEXTS else text)
    page = DiscoursePage(findings, mask=lambda text: seen.append(text) or text)
    page.write(tmp_path / "page.html")
    assert max(map(len, seen)) == 100_000
    assert all("@" not in text for text in page.example_tables()["examples"]["text"])


def test_a_page_without_texts_has_none_of_them(tmp_path):
    page = DiscoursePage(small(), with_texts=False)
    page.write(tmp_path / "page.html")
    content = (tmp_path / "page.html").read_text("utf-8")
    assert not any(text in content for text in TEXTS if text != "ok")
    assert "This page was made without texts." in content
    assert page.example_tables() == {}


def test_rows_without_times_groups_and_estimates_make_a_page_too(tmp_path):
    text = Parsed(page_of(tmp_path, made_findings(n_periods=0, groups=(), corrected=False))).text
    assert "No row has a time that can be read" in text
    assert "By group" not in text


def test_a_single_period_is_said_to_be_one(tmp_path):
    assert "All rows with a time lie in one month." in page_of(tmp_path, small())


def test_what_a_figure_has_no_room_for_is_in_its_table_and_said():
    page = DiscoursePage(made_findings(n_periods=0, groups=[f"group {place}" for place in range(45)]))
    panel = next(panel for panel in page.panels.values() if panel.title.startswith("Topic by"))
    assert "The figure shows the 40 largest of 45 groups; the table has all." in panel.notes
    assert len(panel.chart.rows) == 40
    assert panel.table["group"].nunique() == 45


def test_every_figure_has_a_title_a_description_and_a_table(pages):
    parsed = Parsed(pages["en"])
    tags = [tag for _, tag, _ in parsed.elements]
    svgs = tags.count("svg")
    assert svgs > 10
    assert [tag for tag in tags if tag == "desc"] == ["desc"] * svgs
    assert tags.count("details") >= svgs
    assert tags.count("summary") == tags.count("details")
