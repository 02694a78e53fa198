import pytest
from benchmarks.blocks import check_file, fill_file

from weibo_nlp.errors import DataError, UsageError


def test_a_block_of_a_file_is_replaced_and_the_rest_stays(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("# 表\n\n<!-- results -->\nold\n<!-- end -->\nafter\n", "utf-8")
    check_file(path, "results")
    fill_file(path, "results", "new\n")
    assert path.read_text("utf-8") == "# 表\n\n<!-- results -->\nnew\n<!-- end -->\nafter\n"


@pytest.mark.parametrize(
    ("text", "block", "message"),
    [
        pytest.param("nothing", "", "0 lines <!-- results -->, one is needed", id="no-marker"),
        pytest.param("<!-- results -->\n" * 2 + "<!-- end -->", "", "2 lines <!-- results -->", id="twice"),
        pytest.param("<!-- results -->\nold", "", "no <!-- end --> below", id="no-end"),
        pytest.param("<!-- results -->\n<!-- speed -->\n<!-- end -->", "", "no <!-- end --> below", id="another-first"),
        pytest.param("<!-- results -->\n<!-- end -->", "<!-- end -->", "holds a marker itself", id="marker-in-block"),
    ],
)
def test_a_file_without_a_place_for_the_block_is_refused_and_stays(tmp_path, text, block, message):
    path = tmp_path / "page.md"
    path.write_text(text, "utf-8")
    with pytest.raises(DataError, match=message):
        fill_file(path, "results", block)
    assert path.read_text("utf-8") == text


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(UsageError, match="name a Markdown file in UTF-8"):
        check_file(tmp_path / "none.md", "results")
