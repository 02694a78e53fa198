import copy
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_document import HOSTILE, error, fig, hostile_document, result, retold, rich_document, said

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.evaluation.benchmark_report import BenchmarkReport
from weibo_nlp.report import write_page

VOID = {"meta", "line", "circle", "rect", "col"}


class Page(HTMLParser):
    """Elements in order with their attributes and depth, the text of each, and all text.

    The spans in which a code point or a cut is shown are not counted among the elements; texts of two others have a
    space between them, as they have on the screen.
    """

    def __init__(self, content):
        super().__init__()
        self.content = content
        self.elements, self.attributes, self.text, self.ids, self._open = [], [], "", [], []
        self.feed(content)
        self.close()

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        shown = tag == "span" and known.get("class") in ("code", "cut")
        if not shown:
            self.elements.append((len(self._open), tag, tuple(name for name, _ in attributes), known.get("class")))
            self.attributes += attributes
            self.ids += [known["id"]] if "id" in known else []
            self.text += "" if tag == "bdi" else " "
        if tag not in VOID:
            self._open.append((tag, shown))

    def handle_endtag(self, tag):
        if tag not in VOID:
            opened, shown = self._open.pop()
            assert opened == tag
            self.text += "" if shown or tag == "bdi" else " "

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)

    def handle_data(self, data):
        if self._open and self._open[-1][0] != "style":
            self.text += data


def page_of(path, document):
    write_page(path, document)
    return Page(path.read_text("utf-8"))


def words(page):
    return " ".join(page.text.split())


@pytest.fixture
def document():
    return rich_document()


@pytest.fixture(scope="module")
def harmless(tmp_path_factory):
    return page_of(tmp_path_factory.mktemp("page") / "page.html", rich_document())


# What decides how a page is built: a verdict has its colour, the standard protocol its ceiling, "all" its heading.
MEANINGFUL = ("verdict", "protocol", "depth", "method")


@settings(max_examples=8)
@given(text=st.text(max_size=20) | st.sampled_from(HOSTILE))
def test_no_text_in_any_field_makes_or_changes_an_element(tmp_path, harmless, text):
    # The text stands first, where a cut cannot hide it; the field's own text goes on telling one name from another.
    document = retold(rich_document(), lambda own: own[:4] + text[:24] + own[4:], kept=MEANINGFUL)
    page = page_of(tmp_path / "page.html", document)
    assert page.elements == harmless.elements


def test_a_document_with_something_hostile_in_every_field_is_a_page_without_a_stranger_in_it(tmp_path, harmless):
    page = page_of(tmp_path / "page.html", hostile_document())
    known = {(tag, names) for _, tag, names, _ in harmless.elements}
    known.add(("li", ("class",)))  # says how much of a long thread is left out
    assert {(tag, names) for _, tag, names, _ in page.elements} <= known
    assert "<script>document.title='run'</script>" in page.text
    assert "{{ 7 * 191 }}" in page.text
    assert "U+202E" in page.text
    assert not set("\u202e\u2067\u200b\ufeff\x00\x1b") & set(page.text)


def test_a_page_asks_for_nothing_from_anywhere(harmless):
    assert {value[0] for name, value in harmless.attributes if name == "href"} == {"#"}
    assert {name for name, _ in harmless.attributes} <= {
        "lang", "charset", "name", "content", "http-equiv", "id", "class", "href", "scope", "style", "title", "colspan",
        "tabindex", "role", "open", "aria-label", "aria-labelledby", "aria-hidden", "aria-current", "viewbox", "width",
        "height", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "transform",
    }  # fmt: skip
    styles = [value for name, value in harmless.attributes if name == "style"]
    pattern = r"(--gap: [\d.]+%|--depth: \d+|width: [\d.]+%|background: rgba\(var\(--blue-rgb\), 0\.\d\d\))"
    assert all(re.fullmatch(pattern, style) for style in styles)
    assert "url(" not in harmless.content
    assert "@import" not in harmless.content
    assert "//" not in harmless.content
    policy = next(value for name, value in harmless.attributes if name == "content" and "default-src" in value)
    assert policy.startswith("default-src 'none'")


def test_every_link_leads_somewhere_and_every_place_is_one(harmless):
    assert len(harmless.ids) == len(set(harmless.ids))
    links = {value.removeprefix("#") for name, value in harmless.attributes if name == "href"}
    named = {value for name, value in harmless.attributes if name == "aria-labelledby"}
    assert links | named <= set(harmless.ids)


def test_every_table_head_says_of_what_and_every_figure_has_words(harmless):
    heads = [names for _, tag, names, _ in harmless.elements if tag == "th"]
    assert all("scope" in names for names in heads)
    pictures = [names for _, tag, names, _ in harmless.elements if tag == "svg"]
    assert all("aria-hidden" in names or {"role", "aria-label"} <= set(names) for names in pictures)


@pytest.mark.parametrize(
    ("lists", "heading"),
    [
        (["comparisons"], "Paired tests"),
        (["ceiling"], "Annotator ceiling"),
        (["robustness"], "Robustness"),
        (["context"], "Context The same"),
        (["shortcuts"], "Shortcut gate How"),
        (["errors"], "Errors worth reading"),
        (["results", "comparisons", "ceiling"], "Leaderboard"),
    ],
)
def test_a_section_without_content_is_left_out(tmp_path, document, harmless, lists, heading):
    assert heading in words(harmless)
    assert heading not in words(page_of(tmp_path / "empty.html", document | {name: [] for name in lists}))
    shorter = {name: value for name, value in document.items() if name not in lists}
    assert heading not in words(page_of(tmp_path / "absent.html", shorter))


def test_the_leaderboard_shows_ranks_ties_seeds_and_the_ceiling_by_its_name(harmless):
    text = words(harmless)
    # Only stack differs from nb-svm, and all three from majority: three are better than that one, none than linear.
    assert "=1 stack 0.1.0 · tie with linear · 5 seeds, sd 0.006 0.672 0.642 to 0.702" in text
    assert "=1 linear 0.1.0 · tie with stack, nb-svm" in text
    assert "2 nb-svm 0.1.0 · tie with linear" in text
    assert "4 majority 0.1.0" in text
    assert "Annotator ceiling: language-model passes, not people" in text
    assert "stack minus majority +0.451 +0.431 to +0.471 p < .001 before Holm p < .001 differ" in text
    assert "stack minus linear +0.017 −0.003 to +0.037 p = .081 before Holm p = .162 tie" in text


def test_systems_without_paired_tests_get_no_rank(tmp_path, document):
    text = words(page_of(tmp_path / "page.html", document | {"comparisons": []}))
    assert "=1" not in text
    assert "No paired tests were run on these systems" in text


def test_the_ceiling_stands_beside_the_standard_protocol_of_its_task_alone(tmp_path, document):
    document["results"] = [result for result in document["results"] if result["protocol"] != "standard"]
    assert "Annotator ceiling" not in words(page_of(tmp_path / "page.html", document))


def test_dots_stand_where_their_values_are(tmp_path, document):
    only = result("stance", "external", "linear", 0.55)  # 220 of 400 rows of each label are right
    only["metrics"]["macro_f1"] = {"value": 0.55, "low": 0.45, "high": 0.6}
    only["slices"] = only["calibration"] = None
    document["results"] = [only]
    other = ("ceiling", "context", "robustness", "shortcuts", "errors")
    page = page_of(tmp_path / "page.html", document | {name: [] for name in other})
    # An axis from .45 to .60 in steps of .05: .55 stands two thirds of the way.
    assert [value for name, value in page.attributes if name == "cx"] == ["50%", "66.67%"]
    assert ("x1", "0.0%") in page.attributes
    assert ("x2", "100.0%") in page.attributes


def test_a_reliability_diagram_places_bins_by_confidence_and_accuracy(tmp_path, document):
    (only,) = document["results"] = document["results"][-1:]
    names = ("low", "high", "n", "confidence", "accuracy", "accuracy_low", "accuracy_high")
    rows = [(0.5, 0.6, 240, 0.56, 0.4, 0.2, 0.6), (0.9, 1.0, 960, 0.95, 1.0, 0.9, None)]  # half an interval is none
    only["calibration"] = [dict(zip(names, row, strict=True)) for row in rows]
    # 240 of 1,200 rows are .16 off, the others .05.
    only["metrics"]["ece"] = {"value": 0.072, "low": None, "high": None}
    content = page_of(tmp_path / "page.html", document).content
    diagram = content.partition('aria-label="Reliability')[2].partition("</svg>")[0]
    assert diagram.startswith(
        " of linear: confidence 0.560: accuracy 0.400 (0.200 to 0.600), 240 rows; "
        'confidence 0.950: accuracy 1.000 (no interval), 960 rows"'
    )
    # 200 pixels wide and high; accuracy upwards from the lower edge: .4 stands at 120, its interval from 160 to 80.
    assert '<line class="i" x1="112.0" x2="112.0" y1="160.0" y2="80.0"/>' in diagram
    assert diagram.count('<line class="i"') == 1
    assert '<circle class="d" cx="112.0" cy="120.0" r="4.5"/>' in diagram
    assert '<circle class="d" cx="190.0" cy="0.0" r="4.5"/>' in diagram
    # A bin from .5 to .6 is 20 wide, less a pixel on either side; 240 of 960 rows are a quarter of the 36 below, which
    # end at 260.
    assert '<rect class="fill" x="101.0" width="18.0" y="251.0" height="9.0"/>' in diagram
    assert 'y="224.0" height="36.0"/>' in diagram


def test_a_confusion_matrix_shows_counts_and_shares_of_the_row(harmless):
    # 262 + 69 + 69 = 400 rows of the first label.
    assert "Gold against none favor against 262 0.655 69 0.172 69 0.172" in words(harmless)


def test_edits_that_were_not_checked_stand_apart(harmless):
    kept, unchecked = words(harmless).split("Keep the label (blind check passed)")[1].split("Not checked, or found to")
    assert "homophones 同音字 640 of 1,200 changed +0.061" in kept
    assert "emoji for words" not in kept
    assert "appended spam 640 of 1,200 changed +0.113" in unchecked


def test_an_error_shows_its_conversation_and_what_the_model_saw(harmless):
    text = words(harmless).split("Errors worth reading Each")[1]
    assert "on 企业征信系统 : gold favor , predicted against" in text
    assert "comment by 用户2, depth 2 judged 有用啊，我舅的工钱就是这么要回来的" in text
    assert "against predicted 0.810 0 none 0.120 0 favor gold 0.070 3" in text
    assert "Text the judged text as it stands Target 企业征信系统 Parent 公示有什么用，老赖照样住别墅" in text


def test_a_megabyte_and_a_thread_of_thousands_are_cut_and_the_cuts_counted(tmp_path):
    path = tmp_path / "page.html"
    thread = [
        said(str(place), "comment", min(place, 40), "甲", f"第{place}楼", this=place == 3_000) for place in range(5_000)
    ]
    case = error(1, ("头", "尾")) | {"thread": thread}
    case["seen"] = {"text": "话" * 1_000_000, "target": None, "parent": "字\n" * 500_000}
    text = words(page_of(path, {"weibo_nlp_benchmark": 1, "title": "", "command": "", "errors": [case]}))
    # 24 of 5,000 are shown: the root, and 2,988 to 3,010 around the judged one; 2,987 lie between, 1,989 after.
    assert "2,987 documents of the thread are left out here." in text
    assert "1,989 later documents of the thread are left out." in text
    assert "第3000楼" in text
    assert text.count("楼") == 24
    assert "999,200 more characters" in text
    assert "999,940 more characters" in text  # 30 lines of 2 characters are kept
    assert path.stat().st_size < 100_000


def test_errors_beyond_twenty_of_a_task_and_model_are_counted(tmp_path, document):
    document["errors"] = [error(number, ("帖", "评")) for number in range(23)]
    page = page_of(tmp_path / "page.html", document)
    assert "3 more errors are in the JSON file." in words(page)
    assert sum(names == ("class", "style", "aria-current") for _, _, names, _ in page.elements) == 20


def test_a_slice_without_some_label_and_a_shortcut_with_a_note_say_so(tmp_path, document):
    document["results"][0]["slices"][0]["absent"] = ["favor", "none"]
    document["shortcuts"][0]["note"] = "0 by construction"
    text = words(page_of(tmp_path / "page.html", document))
    assert "article no gold favor, none" in text
    assert "1,200 rows in 260 units; 0 by construction" in text


def test_a_ratio_beyond_the_axis_is_marked_as_such(tmp_path, document):
    document["shortcuts"][0]["ratio"] = fig(0.2) | {"high": 1e9}
    text = words(page_of(tmp_path / "page.html", document))
    assert "marks beyond the axis stand at its end" in text
    assert "1000000000.000" in text


@pytest.mark.slow
def test_dozens_of_results_stay_under_two_megabytes(tmp_path, document):
    path = tmp_path / "page.html"
    some = [copy.deepcopy(result) for result in document["results"][:4]]
    document["results"] = [
        result | {"task": f"{result['task']}{number}", "model": f"{result['model']}{number}"}
        for number in range(15)
        for result in some
    ]
    page_of(path, document)
    assert path.stat().st_size < 2_000_000


def test_a_result_made_before_a_section_existed_is_shown_without_it(tmp_path, document):
    for earlier in document["results"]:
        for name in ("seeds", "folds", "calibration", "slices", "units", "dropped"):
            del earlier[name]
    text = words(page_of(tmp_path / "page.html", document))
    assert "macro_f1 on 1,200 rows in 260 units" in text
    assert "Slices" not in text
    assert "Calibration" not in text


def test_a_label_may_be_called_like_a_method_of_python(tmp_path, document):
    renamed = {"against": "items", "none": "get"}
    document["results"] = [retold(result, lambda own: renamed.get(own, own)) for result in document["results"]]
    assert "Gold items get favor items 262" in words(page_of(tmp_path / "page.html", document))


def test_a_page_without_results_says_how_it_was_made(tmp_path):
    page = page_of(
        tmp_path / "page.html", {"weibo_nlp_benchmark": 1, "title": "结果", "command": "weibo-nlp benchmark"}
    )
    assert "结果" in page.text
    assert "Command weibo-nlp benchmark" in words(page)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param({"results": []}, "has the field 'weibo_nlp_benchmark', this mapping has 'results'", id="no-mark"),
        pytest.param({}, "this mapping has none at all", id="empty"),
        pytest.param({"weibo_nlp_benchmark": 2}, "format 2, and 1 is known here", id="later-version"),
    ],
)
def test_what_is_no_benchmark_document_is_refused(tmp_path, document, message):
    with pytest.raises(DataError, match=message):
        write_page(tmp_path / "page.html", document)


def broken(*path, value):
    """Return the rich document with one of its parts replaced."""
    document = part = rich_document()
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    return document


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param(
            broken("results", 1, "metrics", "accuracy", "value", value="high"),
            r"results\[1\]: metrics\.accuracy\.value must be a number, got 'high'",
            id="text-for-a-number",
        ),
        pytest.param(broken("results", value={}), "results is no list of JSON objects", id="no-list"),
        pytest.param(
            broken("results", 0, "labels", value=["against"]), r"results\[0\]: per_class and conf", id="labels"
        ),
        pytest.param(
            broken("results", 2, "main_metric", value="f2"), r"results\[2\]: main_metric is 'f2'", id="metric"
        ),
        pytest.param(
            broken("comparisons", 3, "p", value=None), r"comparisons\[3\]: p must be a number, got None", id="p-missing"
        ),
        pytest.param(
            broken("robustness", 0, "label_preserving", value="no"), r"robustness\[0\]\.label_preserving", id="flag"
        ),
        pytest.param(
            broken("errors", 0, "thread", 1, "depth", value=0.5), r"errors\[0\]\.thread\[1\]\.depth", id="depth"
        ),
        pytest.param(
            broken("results", 1, "metrics", "macro_f1", "low", value=0.7),
            r"results\[1\]: metrics\.macro_f1 cannot be .*value 0\.655 is not from low 0\.7 to high 0\.685",
            id="interval-without-its-value",
        ),
        pytest.param(
            broken("results", 1, "metrics", "log_loss", "high", value=None),
            r"results\[1\]: metrics\.log_loss cannot be .*low is .* and high is None; give both ends",
            id="half-an-interval",
        ),
        pytest.param(
            broken("results", 1, "metrics", "brier", "high", value=float("inf")),
            r"results\[1\]: metrics\.brier\.high is inf, not a finite number",
            id="endless",
        ),
        pytest.param(
            broken("results", 1, "metrics", "accuracy", value=fig(0.8)),
            r"results\[1\]: metrics\.accuracy\.value is 0\.8, but confusion gives 0\.655000",
            id="accuracy-raised",
        ),
        pytest.param(
            broken("results", 0, "metrics", "accuracy", value=fig(0.8)),
            r"results\[0\]: metrics\.accuracy\.value is 0\.8, but confusion gives 0\.671667",
            id="accuracy-of-five-seeds-raised",
        ),
        pytest.param(
            broken("results", 1, "metrics", "accuracy", "high", value=1.5),
            r"results\[1\]: metrics\.accuracy\.high is 1\.5, not from 0 to 1",
            id="more-than-all",
        ),
        pytest.param(
            broken("results", 1, "metrics", "log_loss", value=fig(-1.0)),
            r"results\[1\]: metrics\.log_loss\.value is -1\.0, not from 0",
            id="loss-below-0",
        ),
        pytest.param(
            broken("results", 1, "metrics", "ece", "value", value=0.01),
            r"results\[1\]: metrics\.ece\.value is 0\.01, but calibration gives 0\.070000",
            id="ece-lowered",
        ),
        pytest.param(
            broken("results", 1, "per_class", "favor", "f1", value=fig(0.9)),
            r"results\[1\]: per_class\.favor\.f1\.value is 0\.9, but confusion gives 0\.655000",
            id="f1-of-a-label-raised",
        ),
        pytest.param(
            broken("results", 1, "per_class", "favor", "support", value=500),
            r"results\[1\]: per_class\.favor\.support is 500, but confusion has 400 such rows",
            id="support",
        ),
        pytest.param(
            broken("results", 1, "n", value=1_300), r"results\[1\]: confusion adds up to 1200, not to n", id="n"
        ),
        pytest.param(
            broken("results", 1, "confusion", 0, 1, value=-69),
            r"results\[1\]: confusion\[0\]\[1\] is -69, not a count from 0",
            id="count-below-0",
        ),
        pytest.param(
            broken("results", 1, "confusion", 0, 1, value=10**30),
            r"results\[1\]: confusion\[0\]\[1\] is 1000.*, not a count",
            id="count-beyond-arithmetic",
        ),
        pytest.param(
            broken("results", 1, "n_units", value=2_000), r"results\[1\]: n_units is 2000, more than n", id="units"
        ),
        pytest.param(
            broken("results", 4, "few_units", value=False),
            r"results\[4\]: few_units is False, but n_units is 60",
            id="few-units-denied",
        ),
        pytest.param(
            broken("results", 0, "seeds", "sd", value=0.0001),
            r"results\[0\]: seeds\.sd is 0\.0001, but seeds\.values gives 0\.006325",
            id="sd-lowered",
        ),
        pytest.param(
            broken("results", 0, "seeds", "values", value=[0.7] * 5),
            r"results\[0\]: mean of seeds\.values is 0\.7, but macro_f1 gives 0\.671667",
            id="seeds-raised",
        ),
        pytest.param(
            broken("results", 1, "slices", 3, "score", value=fig(1.2)),
            r"results\[1\]: slices\[3\]\.score\.value is 1\.2, not from 0 to 1",
            id="slice-score",
        ),
        pytest.param(
            broken("results", 1, "slices", 3, "n", value=1_201),
            r"results\[1\]: slices\[3\] has 1201 rows of .* units, more than all rows",
            id="slice-larger-than-all",
        ),
        pytest.param(
            broken("results", 1, "calibration", 0, "n", value=41),
            r"results\[1\]: calibration has 1201 rows in all, but n is 1200",
            id="bin",
        ),
        pytest.param(
            broken("results", 1, "calibration", 0, "accuracy", value=0.9),
            r"results\[1\]: calibration\[0\]\.accuracy is 0\.9, more than accuracy_high",
            id="bin-accuracy",
        ),
        pytest.param(
            broken("results", 1, "bootstrap", "level", value=2),
            r"results\[1\]: confidence_level must lie between 0 and 1",
            id="settings",
        ),
        pytest.param(
            broken("comparisons", 0, "p", value=-0.5), r"comparisons\[0\]: p is -0\.5, not a share from 0 to 1", id="p"
        ),
        pytest.param(
            broken("comparisons", 0, "p_holm", value=0.01),
            r"comparisons\[0\]: p is 0\.081, more than p_holm",
            id="corrected-below-p",
        ),
        pytest.param(
            broken("comparisons", 1, "p_holm", value=0.02),
            r"comparisons\[1\]\.p_holm is 0\.02, but Holm over the pairs of the table gives 0\.033",
            id="corrected-too-little",
        ),
        pytest.param(
            broken("comparisons", 0, "difference", value=fig(0.3)),
            r"comparisons\[0\]\.difference\.value is 0\.3, but results gives 0\.016667",
            id="difference-of-other-scores",
        ),
        pytest.param(
            broken("ceiling", 0, "score", value=fig(0.8) | {"high": 0.7}),
            r"ceiling\[0\]\.score cannot be",
            id="ceiling",
        ),
        pytest.param(broken("context", 0, "n", value=-1), r"context\[0\]\.n is -1, not a count", id="context"),
        pytest.param(
            broken("robustness", 0, "n_changed", value=1_201),
            r"robustness\[0\]\.n_changed is 1201, more than n",
            id="changed",
        ),
        pytest.param(
            broken("shortcuts", 0, "full", value=float("nan")), r"shortcuts\[0\]\.full is nan", id="shortcut-no-number"
        ),
        pytest.param(broken("hardware", value={"cores": 2}), "hardware: .*memory_gb.* is needed", id="hardware"),
        pytest.param(broken("title", value="模\ud83d型"), "lone .*surrogate", id="lone-surrogate"),
    ],
)
def test_a_broken_document_is_refused_naming_the_part(tmp_path, document, message):
    with pytest.raises(DataError, match=message):
        write_page(tmp_path / "page.html", document)
    assert list(tmp_path.iterdir()) == []


def test_a_typed_report_and_its_json_give_the_same_page(tmp_path, document):
    report = BenchmarkReport.from_dict(document)
    write_page(tmp_path / "typed.html", report)
    write_page(tmp_path / "old.html", document)
    write_page(tmp_path / "read.html", json.loads(json.dumps(report.to_dict())))
    pages = {path.read_text("utf-8") for path in tmp_path.iterdir()}
    assert len(pages) == 1


def test_a_lone_surrogate_of_a_report_made_in_this_process_is_shown_by_its_code_point(tmp_path, document):
    report = replace(BenchmarkReport.from_dict(document), title="模\ud83d型")
    assert "模U+D83D型" in page_of(tmp_path / "page.html", report).text


def test_a_page_that_cannot_be_made_leaves_the_earlier_one(tmp_path, document):
    path = tmp_path / "page.html"
    path.write_text("earlier", "utf-8")
    document["results"][0]["metrics"] = {}
    with pytest.raises(DataError, match="macro_f1"):
        write_page(path, document)
    assert path.read_text("utf-8") == "earlier"
    assert [item.name for item in tmp_path.iterdir()] == ["page.html"]


def test_a_folder_that_is_not_there_is_refused(tmp_path, document):
    with pytest.raises(UsageError, match="name a folder that exists"):
        write_page(tmp_path / "nowhere" / "page.html", document)
