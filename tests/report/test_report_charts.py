import re
import unicodedata
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.report.charts import (
    DivergingChart,
    DivergingRow,
    DotChart,
    DotRow,
    Point,
    ScoreChart,
    ScoreRow,
    TileChart,
    percent,
    signed,
)
from weibo_nlp.report.colours import PALETTE
from weibo_nlp.report.drawing import Entry, as_svg, settings, shortened, text_width
from weibo_nlp.report.figure_panel import described, file_stem
from weibo_nlp.report.line_chart import LineChart, Series
from weibo_nlp.report.share_panels import periods_between
from weibo_nlp.report.svg import inline_svg, standalone_svg

pytest.importorskip("matplotlib")

SVG = "{http://www.w3.org/2000/svg}"
AGAINST, FAVOR = Entry("反对", "vermilion", "o"), Entry("支持", "blue", "^")
POINT = Point(0.25, 0.2, 0.3, "blue")
LINES = LineChart(
    ("2023-01", "2023-02", "2023-03"),
    (Series("支持", "blue", "o", (0.1, None, 0.3), (0.05, None, 0.2), (0.15, None, 0.4)),),
    corrected=True,
)
CHARTS = {
    "dots": DotChart(
        (DotRow("信用", (POINT,), "25.0%"), DotRow("其他", (Point(0.75, None, None, "grey", "s", True),)))
    ),
    "lines": LINES,
    "diverging": DivergingChart((DivergingRow("信用惩戒", POINT, POINT, "n = 4"),), AGAINST, FAVOR),
    "scores": ScoreChart(
        (ScoreRow("名单", 4.5, "blue", "5 : 1"), ScoreRow("公平", -2.5, "grey", "3 : 1")), AGAINST, FAVOR
    ),
    "tiles": TileChart(("负面",), ("反对", "支持"), ((1234, 5),), ((2.5, None),), FAVOR, AGAINST),
}


def drawn(chart, name="figure"):
    with settings(name):
        return as_svg(chart.draw(str))


def texts_of(svg):
    return [element.text for element in ET.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", CHARTS)
def test_a_drawing_has_its_text_as_text_and_the_same_bytes_each_time(name):
    svg = drawn(CHARTS[name])
    assert svg == drawn(CHARTS[name])
    words = {"dots": "信用", "lines": "支持", "diverging": "信用惩戒", "scores": "名单", "tiles": "1,234"}
    assert words[name] in texts_of(svg)


def test_a_user_s_settings_of_matplotlib_change_no_drawing():
    import matplotlib

    before = drawn(LINES)
    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 9, "svg.fonttype": "path"}):
        assert drawn(LINES) == before
        assert matplotlib.rcParams["font.size"] == 30


@pytest.mark.parametrize("hostile", ["<script>x</script>", "]]>", "&amp;", "$x^2$ $y$", r"\frac{1}{2}", "😀", "%s {0}"])
def test_a_hostile_name_is_text_and_no_markup_and_no_formula(hostile):
    svg = drawn(DotChart((DotRow(hostile, (POINT,)),)))
    assert hostile in texts_of(svg)
    inline = inline_svg(svg, hostile, hostile, "f1")
    assert "<script" not in inline
    assert [element.text for element in ET.fromstring(inline).iter("title")] == [hostile]


def test_a_standalone_drawing_names_fonts_with_chinese_and_says_what_it_shows():
    root = ET.fromstring(standalone_svg(drawn(LINES), "立场", "反对 25%", ["My Font", "x'; } evil"]))
    assert root.find(f"{SVG}title").text == "立场"
    assert root.find(f"{SVG}desc").text == "反对 25%"
    style = next(root.iter(f"{SVG}text")).get("style")
    assert style.startswith("font-family: 'My Font', 'Noto Sans CJK SC'")
    assert "evil" not in style
    assert root.find(f"{SVG}metadata") is None


def test_parts_of_two_inline_drawings_cannot_be_taken_for_each_other():
    first, second = (inline_svg(drawn(LINES), "t", "d", prefix) for prefix in ("f1", "f2"))
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in (first, second)]
    assert ids[0]
    assert not ids[0] & ids[1]
    for svg, known in zip((first, second), ids, strict=True):
        used = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg)
        assert used
        assert {a or b for a, b in used} <= known


def test_an_inline_drawing_takes_all_its_colours_from_the_page():
    for chart in CHARTS.values():
        inline = inline_svg(drawn(chart), "t", "d", "f")
        assert "var(--c-" in inline
        assert not re.findall(r"#[0-9a-f]{6}", inline)


def test_a_share_without_an_interval_is_hollow_and_one_with_it_is_filled():
    paper, blue = PALETTE["paper"][0], PALETTE["blue"][0]
    filled = drawn(DotChart((DotRow("a", (POINT,)),))).decode()
    hollow = drawn(DotChart((DotRow("a", (Point(0.25, None, None, "blue", hollow=True),)),))).decode()
    assert f"fill: {blue}; stroke: {blue}" in filled
    assert f"fill: {paper}; stroke: {blue}" in hollow


def test_what_was_predicted_stands_dashed_beside_what_was_corrected():
    plain = drawn(LINES).decode()
    nothing = (None, None, None)
    series = Series("支持", "blue", "o", (None, None, 0.3), (None, None, 0.2), (None, None, 0.4), (0.1, 0.2, 0.3))
    beside = drawn(LineChart(LINES.periods, (series,), corrected=True)).decode()
    assert plain.count("stroke-dasharray") == 0
    assert beside.count("stroke-dasharray") == 1
    assert drawn(LineChart(LINES.periods, (Series("a", "blue", "o", nothing, nothing, nothing),), True))


@pytest.mark.parametrize(
    ("value", "step", "said"),
    [
        pytest.param(0.2, 0.2, "20%", id="whole"),
        pytest.param(0.125, 0.125, "12.5%", id="a-half-is-not-rounded-away"),
        pytest.param(0.005, 0.005, "0.5%", id="small"),
        pytest.param(-0.25, 0.25, "25%", id="both-sides-of-zero-are-shares"),
    ],
)
def test_percentages_have_the_decimals_that_their_step_needs(value, step, said):
    assert percent(value, step) == said


@pytest.mark.parametrize(("value", "said"), [(2.44, "+2.4"), (-0.36, "\u22120.4"), (-0.04, "0.0"), (0.0, "0.0")])
def test_residuals_have_a_sign_unless_they_are_nothing(value, said):
    assert signed(value) == said


def test_every_axis_of_shares_begins_at_zero():
    assert "0%" in texts_of(drawn(DotChart((DotRow("a", (Point(0.9, 0.88, 0.92, "blue"),)),))))
    lines = LineChart(("1", "2"), (Series("a", "blue", "o", (0.9, 0.91), (None, None), (None, None)),), False)
    assert "0%" in texts_of(drawn(lines))


@given(st.text(max_size=60), st.floats(20, 300))
def test_a_shortened_text_fits_and_is_a_beginning(text, width):
    short = shortened(text, width)
    assert text_width(short) <= width or short == "…"
    assert short == text or text.startswith(short.removesuffix("…"))


def test_wide_signs_are_twice_as_wide_as_most_letters_and_marks_have_no_width():
    assert text_width("字") == 11
    assert text_width("a") == pytest.approx(6.6)
    assert text_width("comment") == pytest.approx(5 * 6.6 + 2 * 11)  # an m is as wide as two of most letters
    assert text_width("e\u0301") == text_width("e")
    assert unicodedata.category("\u0301") == "Mn"


@pytest.mark.parametrize(
    ("first", "last", "kind", "between"),
    [
        pytest.param("2023-11", "2024-02", "month", ["2023-11", "2023-12", "2024-01", "2024-02"], id="month"),
        pytest.param("2020-W52", "2021-W01", "week", ["2020-W52", "2020-W53", "2021-W01"], id="a-year-of-53-weeks"),
        pytest.param("2023-Q4", "2024-Q2", "quarter", ["2023-Q4", "2024-Q1", "2024-Q2"], id="quarter"),
        pytest.param("2024-02-28", "2024-03-01", "day", ["2024-02-28", "2024-02-29", "2024-03-01"], id="leap-day"),
        pytest.param("2019", "2021", "year", ["2019", "2020", "2021"], id="year"),
        pytest.param("1900-01-01", "2026-01-01", "day", ["1900-01-01", "2026-01-01"], id="far-too-many"),
        pytest.param("spring", "summer", "month", ["spring", "summer"], id="no-periods"),
    ],
)
def test_periods_without_rows_have_their_place(first, last, kind, between):
    assert periods_between([first, last], kind) == between


@pytest.mark.parametrize("name", CHARTS)
def test_every_figure_is_described_in_numbers(name):
    assert re.search(r"\d", described(CHARTS[name]))


def test_a_long_line_is_described_by_its_ends_and_extremes():
    periods = tuple(f"{year}" for year in range(1990, 2020))
    values = tuple(0.5 if year != 2003 else 0.9 for year in range(1990, 2020))
    nothing = (None,) * 30
    line = LineChart(periods, (Series("a", "blue", "o", values, nothing, nothing),), False)
    assert described(line) == "a: 1990 50.0%, 2003 90.0%, 2019 50.0%"


@pytest.mark.parametrize(
    ("parts", "stem"),
    [
        pytest.param(("shares", "topic"), "shares-topic", id="plain"),
        pytest.param(("groups", "../../etc", "账号 类型"), "groups-etc", id="no-way-out-of-the-folder"),
        pytest.param(("CON", "a" * 200), "con-" + "a" * 56, id="bounded"),
    ],
)
def test_names_of_files_are_plain(parts, stem):
    assert file_stem(*parts) == stem
