import copy
import json
import re
from pathlib import Path

import pytest
from corpus_profile.markdown import markdown_corpus
from corpus_profile.page import write_corpus_page
from corpus_profile.report import corpus_document
from corpus_profile.view import HEIGHT, WIDTH, deviation_rows, event_bars, length_plots, range_plots
from report_browser import BROWSER, Tab

from weibo_nlp.errors import DataError
from weibo_nlp.stats import BootstrapConfig

DATA = Path(__file__).parents[1] / "data"
HOSTILE = "</style><script>document.title='run'</script>{{ 7 * 191 }}\u202e|"
SHORTCUT = {
    "task": "irony", "shortcut": "emoticons", "n": 16, "n_units": 5, "few_units": True, "metric": "macro_f1",
    "majority": 0.4, "proportional": 0.5, "full": 0.7, "score": {"value": 0.5, "low": 0.4, "high": 0.6},
    "ratio": {"value": 0.333, "low": 0.1, "high": 0.9}, "limit": 0.8, "verdict": "failed", "note": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def measured():
    document = corpus_document(
        DATA / "release",
        command="scripts/corpus_report.py",
        external=DATA / "external",
        bootstrap=BootstrapConfig(n_resamples=50),
    )
    document["shortcuts"] = [SHORTCUT, SHORTCUT | {"shortcut": "hashtags", "ratio": None, "verdict": "not testable"}]
    document["plain"] = [
        {"set": "this corpus", "kind": "comment", "source": "ours", "share": 0.4, "compared": 9, "left_out": 1}
    ]
    document["repetition"]["strings"] = [{"string": "一杯冰淇淋不值几个钱", "documents": 2, "first": "soup-0001"}]
    return document


@pytest.fixture
def document(measured):
    return copy.deepcopy(measured)


def page_of(path, document):
    write_corpus_page(path, document)
    return path.read_text("utf-8")


def words(page):
    shown = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", shown).replace("\u00a0", " ").split())


def test_a_page_shows_every_section_and_chinese_text(tmp_path, document):
    page = page_of(tmp_path / "page.html", document)
    for heading in ("real", "size", "form", "diversity", "shortcuts", "agreement", "made"):
        assert page.count(f'<h2 id="{heading}">') == page.count(f'href="#{heading}"') == 1
    text = words(page)
    assert "逾期还书记入信用" in text
    assert "一杯冰淇淋不值几个钱" in text
    assert f"16 in {document['size']['threads']} threads on 2 events" in text
    assert "irony emoticons" in text
    assert "0.333 0.100 to 0.900" in text
    assert "no ratio" in text


def test_a_page_asks_for_nothing_and_runs_nothing_whatever_the_texts(tmp_path, document):
    document["size"]["events"][0] |= {"event": HOSTILE, "name": HOSTILE}
    document["repetition"]["strings"] = [{"string": HOSTILE, "documents": 2, "first": HOSTILE}]
    document["repetition"]["most_repeated"] = [{"text": HOSTILE, "times": 3}]
    document["balance"]["stances"][0]["target"] = HOSTILE
    document["notes"] = [HOSTILE]
    page = page_of(tmp_path / "page.html", document)
    assert "<script" not in page
    assert "\u202e" not in page
    assert "1337" not in page
    assert set(re.findall(r'(?:href|src)="(.)', page)) == {"#"}
    assert "url(" not in page
    assert "@import" not in page
    assert "default-src 'none'" in page
    markdown = markdown_corpus(document)
    cells = [line for line in markdown.splitlines() if "7 * 191" in line and line.startswith("|")]
    assert cells
    assert all("\\|" in line for line in cells)


def test_sections_without_content_are_left_out(tmp_path, document):
    document |= {"shortcuts": [], "agreement": [], "judged": [], "low_confidence": [], "deviations": [], "plain": []}
    text = words(page_of(tmp_path / "page.html", document))
    for heading in ("Shortcut gate", "Agreement", "Beside real text", "Plain wording"):
        assert heading not in text
        assert f"## {heading}" not in markdown_corpus(document)


def test_a_page_made_from_its_json_file_is_the_same(tmp_path, document):
    text = json.dumps(document, ensure_ascii=False, sort_keys=True)
    again = json.loads(text)
    assert [plot["curves"] for plot in length_plots(again)] == [plot["curves"] for plot in length_plots(document)]
    write_corpus_page(tmp_path / "again.html", again)


def test_what_is_no_report_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"this mapping has 1; run scripts/corpus_report\.py"):
        write_corpus_page(tmp_path / "page.html", {"weibo_nlp_corpus_report": 1})


def row_of(**values):
    row = {
        "figure": "comment.question", "kind": "comment", "name": "question", "unit": "share",
        "ours": {"value": 0.3, "low": 0.25, "high": 0.35}, "low": 0.1, "high": 0.2, "lowest": "A", "highest": "B",
        "sets": {"A": 0.1, "B": 0.2}, "verdict": "above", "by": 0.1, "reaches": False, "answer": "Ask less.",
    }  # fmt: skip
    return row | values


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        pytest.param({}, "above by 10.0 points", id="points"),
        pytest.param({"reaches": True}, "above by 10.0 points, within the interval", id="within-the-interval"),
        pytest.param({"by": 0.0003}, "above by less than 0.1 points", id="hardly"),
        pytest.param({"verdict": "inside", "by": 0.0}, "inside", id="inside"),
        pytest.param({"unit": "characters", "by": 5.0, "name": "length_50"}, "above by 5 characters", id="characters"),
        pytest.param({"unit": "ratio", "by": 0.0214, "name": "xz"}, "above by 0.021", id="ratio"),
    ],
)
def test_a_verdict_says_by_how_much(values, verdict):
    (row,) = deviation_rows({"deviations": [row_of(**values)]})
    assert row["verdict"] == verdict


def test_a_compared_figure_names_range_and_sets():
    (row,) = deviation_rows({"deviations": [row_of()]})
    words_of_row = {
        name: value.replace("\u00a0", " ") if isinstance(value, str) else value for name, value in row.items()
    }
    assert words_of_row == {
        "figure": "Comments: question mark", "name": "question mark", "ours": "30.0 %", "interval": "25.0 % to 35.0 %",
        "range": "10.0 % to 20.0 %", "sets": "A to B, 2 sets", "verdict": "above by 10.0 points", "inside": False,
        "answer": "Ask less.",
    }  # fmt: skip


def test_dots_and_bands_stand_where_their_values_are():
    (plot,) = range_plots({"deviations": [row_of()]})
    (row,) = plot["rows"]
    # From 0 to .4 in steps of .1: .3 stands at three quarters.
    assert (row["mark"].at, row["low"], row["high"], row["ticks"]) == (75, 25, 50, [25, 50])


def test_curves_of_length_rise_on_a_scale_of_doublings_and_stay_in_their_frame(document):
    form = document["forms"][0] | {
        "kind": "post",
        "lengths": {"10": 1, "25": 4, "5": 1, "50": 32, "75": 64, "90": 5000},
    }
    (plot,) = length_plots({"forms": [form]})
    # 2 ** 10 stands at the end, and so does what is longer: 4, 32 and 64 at .2, .5 and .6 of the way.
    points = [tuple(map(float, point.split(","))) for point in str(plot["curves"][0]["points"]).split()]
    expected = [(0, 0.95), (0, 0.9), (0.2, 0.75), (0.5, 0.5), (0.6, 0.25), (1, 0.1)]
    assert points == [(pytest.approx(WIDTH * x), pytest.approx(HEIGHT * y)) for x, y in expected]


def test_events_are_bars_of_their_topics_to_one_scale():
    events = [
        {"event": "a", "name": "甲", "documents": 40, "topics": {"credit": 30, "self_media": 0, "other": 10}},
        {"event": "b", "name": "乙", "documents": 20, "topics": {"credit": 0, "self_media": 0, "other": 20}},
    ]
    bars = event_bars({"size": {"events": events}})
    assert [(p["place"], p["start"], p["width"]) for p in bars[0]["pieces"]] == [(0, 0, 75), (2, 75, 25)]
    assert [(p["place"], p["start"], p["width"]) for p in bars[1]["pieces"]] == [(2, 0, 50)]
    assert bars[0]["described"] == "credit 30, other 10"


def test_markdown_puts_what_is_outside_first(document):
    document["deviations"] = [row_of(verdict="inside", by=0.0, answer=None), row_of(name="emoji")]
    markdown = markdown_corpus(document)
    outside, inside = markdown.split("## Inside the range of real sets")
    assert "Comments: emoji" in outside
    assert "Ask less." in outside
    assert "Comments: question mark" in inside


@pytest.mark.slow
@pytest.mark.skipif(not BROWSER, reason="there is no Chromium on this machine")
@pytest.mark.parametrize("width", [360, 1100])
def test_the_page_fits_any_window_and_asks_for_nothing(tmp_path, document, width):
    path = tmp_path / "page.html"
    write_corpus_page(path, document)
    tab = Tab(tmp_path / "profile")
    try:
        tab.open(path, width)
        assert tab.value("document.documentElement.scrollWidth") <= width
        assert [sent["request"]["url"] for sent in tab.happened("Network.requestWillBeSent")] == [path.as_uri()]
        assert tab.happened("Log.entryAdded") == []
    finally:
        tab.close()
