"""Which column is the text: told by its name and by what is in it, and never one of numbers, dates or ids."""

import pandas as pd
import pytest

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import open_table
from weibo_nlp.io.column_kinds import column_kind, lost_digits
from weibo_nlp.labelling import guess_text_column, label
from weibo_nlp.labelling.columns import choose_text_column, require_no_mojibake

TEXTS = ["今天的会议真好，我们都很开心", "他说不去了，那就算了吧", "笑死，这也太离谱了"]
NUMBERS, DATES = ["3", "12", "1.2万"], ["2024-01-02 10:00", "2024-01-03 11:30", "01-04 12:00"]
IDS = ["4900000000000012", "4900000000000027", "4900000000000031"]


@pytest.mark.parametrize(
    ("values", "chosen"),
    [
        pytest.param({"评论": NUMBERS, "微博内容": TEXTS}, "微博内容", id="counts-of-comments"),
        pytest.param({"comment": TEXTS, "微博正文": TEXTS}, "微博正文", id="posts-before-comments"),
        pytest.param({"comment": TEXTS, "博文": TEXTS}, "博文", id="a-name-of-the-field"),
        pytest.param({"评论": TEXTS, "title": TEXTS}, "评论", id="comments-before-titles"),
        pytest.param({"content": IDS, "x": TEXTS}, "x", id="ids-called-content"),
        pytest.param({"text": [], "text_raw": TEXTS}, "text_raw", id="an-empty-one"),
        pytest.param({"text": [], "n": NUMBERS}, "text", id="empty-so-far"),
        pytest.param({"a": IDS, "b": DATES, "c": TEXTS, "d": ["张三", "李四", "王五"]}, "c", id="by-its-sentences"),
        pytest.param({"正文": ["支持", "顶", "好"], "n": NUMBERS}, "正文", id="short-texts"),
        pytest.param({"text": ["666", "好", "233", "笑死了"], "id": IDS}, "text", id="some-texts-are-numbers"),
    ],
)
def test_the_text_column_is_told_by_name_and_content(values, chosen):
    assert guess_text_column(list(values), values) == chosen


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"a": TEXTS, "b": TEXTS}, "texts stand in a, b; name the column with --text-column"),
        ({"a": IDS, "b": DATES}, "no text column among a, b; name it with --text-column"),
        (
            {"text": IDS},
            "the only column, text, holds ids and no texts; if these are meant, name it with --text-column",
        ),
        ({"评论": NUMBERS, "n": DATES}, "no text column among 评论, n"),
    ],
)
def test_where_no_column_or_several_may_be_the_text_the_user_is_asked(values, message):
    with pytest.raises(UsageError) as caught:
        guess_text_column(list(values), values)
    assert message in str(caught.value)


def test_a_frame_is_looked_at_as_a_file_is():
    frame = pd.DataFrame({"comment": [3, None], "微博内容": ["失信被执行人就该上征信黑名单", "今天食堂的菜有点咸"]})
    assert label(frame)["topic"].tolist() == ["credit", "other"]
    assert len(label(["666"])) == 1


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (NUMBERS, "number"),
        (DATES, "date"),
        (["Wed Oct 19 23:44:36 +0800 2022"], "date"),
        (IDS, "id"),
        (["MxA3bC9dE", "Nq7Yb2kLz"], "id"),
        (["https://weibo.com/1/a", "http://t.cn/x"], "address"),
        ([1, 2.5, True], "number"),
        ([{"a": 1}, ["b"]], "nested"),
        (TEXTS, "text"),
        (["支持", "反对"], "word"),
        (["😂😂😂", "👍"], "text"),
        (["just one sentence of some words", "another of them"], "text"),
        ([], "empty"),
        ([*TEXTS, "666"], "text"),
        (["1", "2", "3", "4", "好"], "number"),
    ],
)
def test_kinds_of_columns(values, kind):
    assert column_kind(values) == kind


@pytest.mark.parametrize(
    ("values", "lost"),
    [
        (["4.75E+15", "4.75E+15", "4.9E+15"], "as in '4.75E+15'"),
        (["4900000000000010", "4900000000000020"] * 3, "all from the sixteenth on are 0, as in '4900000000000010'"),
        (["490000000000001000", "490000000000002000", "490000000000003000"], "all from the sixteenth on are 0"),
        ([490000000000001000] * 3, "all from the sixteenth on are 0"),
        (IDS, None),
        (["4900000000000010", "4900000000000020"], None),
        (["1E+05", "2E+05"], None),
        (NUMBERS, None),
        (TEXTS, None),
    ],
)
def test_digits_that_a_spreadsheet_rounded_away_are_named(values, lost):
    found = lost_digits("mid", values)
    assert (found is None) == (lost is None)
    if lost is not None:
        assert found.startswith("column 'mid' has lost digits to a spreadsheet")
        assert lost in found


def test_what_is_found_in_a_file_is_told(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,text\n" + "".join(f"4.9E+15,{text}\n" for text in TEXTS), "utf-8")
    found = choose_text_column(open_table(path), ["id", "text"], None)
    assert found == ("text", ["column 'id' has lost digits to a spreadsheet, as in '4.9E+15'"])


def test_texts_read_in_a_wrong_encoding_before_are_refused_by_name():
    broken = [text.encode().decode("gb18030", "replace") for text in TEXTS]
    with pytest.raises(DataError) as caught:
        require_no_mojibake("a.csv", "正文", broken)
    message = str(caught.value)
    assert "a.csv: the texts of column 正文 are broken: it was written in UTF-8 and read as GBK, as in " in message
    assert "which was '今天的会议真好" in message
    require_no_mojibake("a.csv", "正文", [*TEXTS, None, 7])
