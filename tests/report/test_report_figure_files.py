import io
import json
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from made_findings import made_findings
from report_document import HOSTILE

from weibo_nlp.errors import UsageError
from weibo_nlp.report.discourse_page import DiscoursePage
from weibo_nlp.report.figure_files import INDEX, as_csv, require_figures_folder, write_figures
from weibo_nlp.report.figure_panel import Panel
from weibo_nlp.report.fonts import Fonts, find_fonts

pytest.importorskip("matplotlib")

FONTS = find_fonts()
needs_font = pytest.mark.skipif(FONTS.chinese is None, reason="there is no font with Chinese on this machine")
SVG = "{http://www.w3.org/2000/svg}"


def few(page, n=4):
    return dict(list(page.panels.items())[:n])


def read_csv(content):
    return pd.read_csv(io.BytesIO(content), encoding="utf-8-sig", keep_default_na=False, na_values=[""])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_tables_are_those_that_were_found(language):
    for panel in DiscoursePage(made_findings(), language=language).panels.values():
        read = read_csv(as_csv(panel.table))
        expected = panel.table.reset_index(drop=True)
        assert list(read.columns) == list(expected.columns)
        for name in expected.columns:
            kind = expected[name].dtype.kind
            left = read[name].astype(expected[name].dtype) if kind in "ifb" else read[name].astype(object)
            pd.testing.assert_series_equal(
                left.where(left.notna(), None),
                expected[name].where(expected[name].notna(), None),
                check_dtype=False,
                rtol=1e-12,
            )


@needs_font
def test_every_figure_is_svg_and_png_and_every_table_csv(tmp_path):
    page = DiscoursePage(made_findings(n_periods=3), language="zh")
    written = write_figures(tmp_path / "figures", few(page), FONTS)
    for stem, panel in few(page).items():
        root = ET.fromstring((tmp_path / "figures" / f"{stem}.svg").read_bytes())
        assert root.find(f"{SVG}title").text == panel.title
        assert root.find(f"{SVG}desc").text == panel.description
        assert (tmp_path / "figures" / f"{stem}.png").read_bytes().startswith(b"\x89PNG")
        assert (tmp_path / "figures" / f"{stem}.csv").read_bytes() == as_csv(panel.table)
    assert sorted(path.name for path in (tmp_path / "figures").iterdir()) == sorted(path.name for path in written)
    index = json.loads((tmp_path / "figures" / INDEX).read_text("utf-8"))
    assert {"name": "01-shares-topic.svg", "title": "话题"} in index["files"]


@needs_font
def test_the_same_findings_give_the_same_files(tmp_path):
    for name in ("a", "b"):
        write_figures(tmp_path / name, few(DiscoursePage(made_findings()), 2), FONTS)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


@pytest.mark.slow
@needs_font
def test_hostile_names_make_files_that_can_be_read(tmp_path):
    count = iter(range(10_000))
    page = DiscoursePage(made_findings(n_periods=2, tell=lambda text: HOSTILE[next(count) % len(HOSTILE)] + text))
    for path in write_figures(tmp_path / "figures", page.panels, FONTS, page.example_tables()):
        assert path.parent == tmp_path / "figures"
        if path.suffix == ".svg":
            ET.fromstring(path.read_bytes())


def test_without_a_font_with_chinese_nothing_is_written(tmp_path):
    no_fonts = Fonts(("DejaVu Sans",), None, _covered=frozenset(range(32, 127)))
    with pytest.raises(UsageError, match="pictures cannot be drawn"):
        write_figures(tmp_path / "figures", few(DiscoursePage(made_findings(), language="zh")), no_fonts)
    assert not (tmp_path / "figures").exists()


def test_english_figures_without_chinese_names_need_no_font_with_chinese(tmp_path):
    latin = Fonts(("DejaVu Sans",), None, _covered=frozenset([*range(32, 127), *map(ord, "–−…×“”")]))
    write_figures(tmp_path / "figures", few(DiscoursePage(made_findings()), 2), latin)
    assert (tmp_path / "figures" / "01-shares-topic.png").exists()


def test_a_later_run_replaces_its_own_files_and_leaves_others_alone(tmp_path):
    table = pd.DataFrame({"a": [1]})
    write_figures(tmp_path, {"01-old": Panel("old", "Old", table), "02-same": Panel("same", "Same", table)}, FONTS)
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    write_figures(tmp_path, {"02-same": Panel("same", "Same", pd.DataFrame({"a": [2]}))}, FONTS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["02-same.csv", INDEX, "mine.txt"]
    assert (tmp_path / "02-same.csv").read_text("utf-8-sig") == "a\n2\n"


def test_a_file_of_somebody_else_s_is_not_replaced(tmp_path):
    (tmp_path / "01-old.csv").write_text("mine", "utf-8")
    with pytest.raises(UsageError, match=r"01-old\.csv, which no earlier run is known to have written"):
        write_figures(tmp_path, {"01-old": Panel("old", "Old", pd.DataFrame({"a": [1]}))}, FONTS)
    assert (tmp_path / "01-old.csv").read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", ["../mine.csv", "/etc/mine.csv", "mine.txt", 3, None])
def test_an_index_that_was_tampered_with_reaches_nothing_else(tmp_path, name):
    content = {"kind": "weibo_nlp figures", "format": 1, "files": [{"name": name}]}
    (tmp_path / INDEX).write_text(json.dumps(content), "utf-8")
    assert require_figures_folder(tmp_path) == frozenset()


def test_another_index_is_refused(tmp_path):
    (tmp_path / INDEX).write_text("{}", "utf-8")
    with pytest.raises(UsageError, match="is no index of figures"):
        require_figures_folder(tmp_path)


def test_no_cell_of_a_table_is_a_formula():
    assert as_csv(pd.DataFrame({"term": ["=1+1", "名单"], "z": [1.5, -2.0]})).decode("utf-8-sig") == (
        "term,z\n'=1+1,1.5\n名单,-2.0\n"
    )
