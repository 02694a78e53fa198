"""The page in a real browser: what it logs, what it asks for, how wide it lies, whether every character has a shape."""

import base64
import json
from collections import Counter

import pytest
from report_browser import BROWSER, Tab
from report_document import hostile_document, rich_document

from weibo_nlp.report import write_page
from weibo_nlp.text.emoji import EMOJI

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BROWSER, reason="there is no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    tab = Tab(tmp_path_factory.mktemp("profile"))
    yield tab
    tab.close()


@pytest.fixture(scope="module", params=["rich", "hostile"])
def page(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "page.html"
    write_page(path, rich_document() if request.param == "rich" else hostile_document())
    return path


OPEN_ALL = "document.querySelectorAll('details').forEach(part => { part.open = true; })"


@pytest.mark.parametrize("width", [360, 800, 1400])
def test_page_fits_any_window_logs_no_error_and_asks_for_nothing(tab, page, width):
    tab.open(page, width)
    assert tab.value("window.innerWidth") == width
    assert tab.value("document.documentElement.scrollWidth") <= width
    tab.value(OPEN_ALL)
    assert tab.value("document.documentElement.scrollWidth") <= width
    assert [entry["entry"]["text"] for entry in tab.happened("Log.entryAdded")] == []
    assert tab.happened("Runtime.exceptionThrown") + tab.happened("Runtime.consoleAPICalled") == []
    assert [item["request"]["url"] for item in tab.happened("Network.requestWillBeSent")] == [page.as_uri()]
    assert tab.value("document.scripts.length") == 0
    assert tab.value("document.title") != "run"
    assert "支持" in tab.value("document.body.innerText")
    picture = base64.b64decode(tab.ask("Page.captureScreenshot")["data"])
    assert picture.startswith(b"\x89PNG")


# Texts stay inside their own box: what stands outside would lie over a neighbour, or be cut off unseen. Boxes that
# scroll are left out, and tick labels, which are meant to stand in the padding of the track.
SPILLED = """(() => {
  const spilled = [];
  for (const cell of document.querySelectorAll('th, td, dd, li, p, h3, summary, figcaption')) {
    const box = cell.getBoundingClientRect();
    for (const part of cell.querySelectorAll('bdi, b, small, .tag')) {
      const inner = part.getBoundingClientRect();
      if (inner.width && (inner.right > box.right + 1 || inner.left < box.left - 1)) spilled.push(part.textContent);
    }
  }
  return spilled;
})()"""


@pytest.mark.parametrize("width", [360, 1400])
def test_no_text_runs_out_of_its_cell(tab, page, width):
    tab.open(page, width)
    tab.value(OPEN_ALL)
    assert tab.value(SPILLED) == []


# A character that no font has is drawn as the box that stands for U+0378 too, which no version of Unicode has assigned.
MISSING = """(() => {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 40;
  const context = canvas.getContext('2d', {willReadFrequently: true});
  const drawn = (character, family) => {
    context.clearRect(0, 0, 40, 40);
    context.font = '24px ' + family;
    context.fillText(character, 4, 30);
    return context.getImageData(0, 0, 40, 40).data.join();
  };
  const used = new Map();
  const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
    const family = getComputedStyle(node.parentElement).fontFamily;
    if (!used.has(family)) used.set(family, new Set());
    for (const character of node.data) used.get(family).add(character);
  }
  const missing = [];
  let checked = 0;
  for (const [family, characters] of used) {
    const box = drawn('\\u0378', family);
    if (box !== drawn('\\u0379', family)) return null;
    for (const character of characters) {
      checked += 1;
      if (drawn(character, family) === box) missing.push(character);
    }
  }
  return JSON.stringify({checked, missing});
})()"""


def test_every_character_but_emoji_has_a_shape(tab, page):
    tab.open(page, 800)
    found = json.loads(tab.value(MISSING))
    assert found["checked"] > 300
    # Emoji need a colour font, which servers lack and phones have.
    left = EMOJI.sub("", "".join(found["missing"])).translate(dict.fromkeys(map(ord, "\u200d\ufe0f")))
    assert left == ""


def test_tables_that_are_stacked_on_a_phone_are_tables_to_a_screen_reader(tab, tmp_path):
    path = tmp_path / "page.html"
    write_page(path, rich_document())

    def roles(width):
        tab.open(path, width)
        nodes = tab.ask("Accessibility.getFullAXTree")["nodes"]
        found = Counter(node["role"]["value"] for node in nodes if not node.get("ignored") and "role" in node)
        return {name: found[name] for name in ("table", "row", "rowheader", "columnheader", "cell", "image")}

    narrow, wide = roles(360), roles(1400)
    assert narrow == wide
    assert min(narrow.values()) > 0


def test_a_link_of_the_leaderboard_opens_the_result_it_leads_to(tab, tmp_path):
    path = tmp_path / "page.html"
    write_page(path, rich_document())
    tab.open(path, 800)
    assert tab.value("document.getElementById('r2').closest('details').open") is False
    tab.value("document.querySelector('a[href=\"#r2\"]').click()")
    assert tab.value("document.getElementById('r2').closest('details').open") is True


# Contrast by WCAG 2.2, 1.4.3: 4.5 to 1 for text of this size.
CONTRAST = """(() => {
  const channels = text => text.match(/[\\d.]+/g).map(Number);
  const linear = c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => [r, g, b].map(c => linear(c / 255))
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = element => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.unshift(channels(getComputedStyle(at).backgroundColor));
    const over = (under, [r, g, b, a = 1]) => [r, g, b].map((c, at) => c * a + under[at] * (1 - a));
    return layers.reduce(over, [255, 255, 255]);
  };
  let worst = 21, what = '';
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!own || element.closest('style')) continue;
    const style = getComputedStyle(element);
    const [one, two] = [channels(element.closest('svg') ? style.fill : style.color), behind(element)].map(light);
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    if (ratio < worst) [worst, what] = [ratio, element.outerHTML.slice(0, 80)];
  }
  return JSON.stringify([worst, what]);
})()"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_what_is_behind_them(tab, page, scheme):
    tab.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    tab.open(page, 800)
    assert tab.value("matchMedia('(prefers-color-scheme: dark)').matches") is (scheme == "dark")
    tab.value(OPEN_ALL)
    worst, what = json.loads(tab.value(CONTRAST))
    assert worst >= 4.5, what
