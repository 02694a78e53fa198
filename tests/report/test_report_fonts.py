import sys

import pytest

from weibo_nlp.errors import UsageError
from weibo_nlp.report.drawing import settings
from weibo_nlp.report.fonts import Fonts, find_fonts, require_matplotlib

matplotlib = pytest.importorskip("matplotlib")

FOUND = find_fonts()
needs_font = pytest.mark.skipif(FOUND.chinese is None, reason="there is no font with Chinese on this machine")
NONE = Fonts(("DejaVu Sans",), None, _covered=frozenset(range(32, 127)))
SOME = Fonts(("Some", "DejaVu Sans"), "Some", _covered=frozenset([*range(32, 127), *map(ord, "信用")]))


def test_chinese_is_refused_without_a_font_for_it_and_what_to_install_is_named():
    with pytest.raises(UsageError, match=r"no font was found that has Chinese, as 信用.*fonts-noto-cjk.*--font"):
        NONE.drawable("topic 信用")


def test_what_a_font_lacks_is_shown_by_its_code_point_and_never_as_a_box():
    assert SOME.drawable("信用😀𠮷") == "信用[U+1F600][U+20BB7]"


def test_latin_letters_need_no_font_with_chinese():
    assert NONE.drawable("topic: 25%") == "topic: 25%"


def test_signs_without_a_shape_of_their_own_are_left_out_where_no_font_knows_them():
    assert SOME.drawable("信\u200d用\ufe0f") == "信用"


@needs_font
def test_a_font_with_chinese_is_found_and_covers_it():
    assert FOUND.drawable("支持与反对，中立。") == "支持与反对，中立。"


@needs_font
def test_a_font_is_named_by_family_or_by_file():
    from matplotlib import font_manager

    assert find_fonts(FOUND.chinese).chinese == FOUND.chinese
    path = next(entry.fname for entry in font_manager.fontManager.ttflist if entry.name == FOUND.chinese)
    named = find_fonts(path)
    assert named.named
    assert named.drawable("支持") == "支持"


def test_a_font_that_is_not_there_is_refused():
    with pytest.raises(UsageError, match="--font Nowhere Sans: there is no such file and no font of that name"):
        find_fonts("Nowhere Sans")


def test_a_font_without_chinese_is_refused():
    with pytest.raises(UsageError, match="--font DejaVu Sans has no Chinese"):
        find_fonts("DejaVu Sans")


def test_a_file_that_is_no_font_is_refused(tmp_path):
    path = tmp_path / "font.ttf"
    path.write_bytes(b"no font")
    with pytest.raises(UsageError, match=r"--font .*font\.ttf: .*name a font"):
        find_fonts(str(path))


def test_without_matplotlib_what_to_install_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError, match=r"pip install 'weibo-nlp\[report\]'"):
        require_matplotlib()
    with pytest.raises(UsageError, match="matplotlib"), settings("figure"):
        pass
