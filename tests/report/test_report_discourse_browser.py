"""The page on labelled posts in a real browser: how wide it lies, what it logs and asks for, light and dark."""

import pytest
from made_findings import made_findings
from report_browser import BROWSER, Tab
from report_document import HOSTILE

from weibo_nlp.report.discourse_page import DiscoursePage

pytest.importorskip("matplotlib")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BROWSER, reason="there is no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    tab = Tab(tmp_path_factory.mktemp("profile"))
    yield tab
    tab.close()


@pytest.fixture(scope="module", params=["plain", "hostile", "large", "bare"])
def page(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "page.html"
    count = iter(range(1_000_000))
    findings = {
        "plain": lambda: made_findings(),
        "hostile": lambda: made_findings(tell=lambda text: HOSTILE[next(count) % len(HOSTILE)] + text),
        "large": lambda: made_findings(n_periods=60, groups=[f"第 {place} 组" for place in range(45)]),
        "bare": lambda: made_findings(n_periods=0, groups=(), corrected=False),
    }[request.param]()
    DiscoursePage(findings, language="en" if request.param == "hostile" else "zh").write(path)
    return path


@pytest.mark.parametrize("width", [360, 1400])
def test_page_fits_any_window_logs_no_error_and_asks_for_nothing(tab, page, width):
    tab.open(page, width)
    assert tab.value("document.documentElement.scrollWidth") <= width
    tab.value("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    assert tab.value("document.documentElement.scrollWidth") <= width
    assert [entry["entry"]["text"] for entry in tab.happened("Log.entryAdded")] == []
    assert tab.happened("Runtime.exceptionThrown") + tab.happened("Runtime.consoleAPICalled") == []
    assert [item["request"]["url"] for item in tab.happened("Network.requestWillBeSent")] == [page.as_uri()]
    assert tab.value("document.scripts.length") == 0
    assert tab.value("document.title") != "run"


# What a figure draws lies within its frame, by a pixel or two: text cut off at the edge could not be read.
OUTSIDE = """[...document.querySelectorAll('figure svg')].flatMap(svg => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter(text => {
    const box = text.getBoundingClientRect();
    return box.width && (box.left < frame.left - 3 || box.right > frame.right + 3);
  }).map(text => text.textContent);
})"""


@pytest.mark.parametrize("width", [360, 1400])
def test_no_text_of_a_figure_is_cut_off_at_its_edge(tab, tmp_path, width):
    path = tmp_path / "page.html"
    DiscoursePage(made_findings(), language="zh").write(path)
    tab.open(path, width)
    assert tab.value(OUTSIDE) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_take_the_colours_of_the_page(tab, tmp_path, scheme):
    path = tmp_path / "page.html"
    DiscoursePage(made_findings()).write(path)
    tab.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    tab.open(path, 800)
    colour = tab.value("getComputedStyle(document.querySelector('figure svg text')).fill")
    tab.ask("Emulation.setEmulatedMedia", features=[])
    assert colour == {"light": "rgb(90, 101, 112)", "dark": "rgb(160, 170, 180)"}[scheme]  # of a tick
