import pytest
from benchmarks.gold_sentences import read_cut_sentences

from weibo_nlp.errors import DataError, UsageError


def test_words_are_read_line_by_line_with_their_places(tmp_path):
    gold = tmp_path / "gold.txt"
    gold.write_text("他 的 车 。\n看 @小甲 [doge]\n", "utf-8")
    first, second = read_cut_sentences(gold)
    assert (first.words, first.where) == (("他", "的", "车", "。"), f"{gold}:1")
    assert (second.text, second.where) == ("看@小甲[doge]", f"{gold}:2")


def test_byte_order_mark_windows_line_ends_and_blank_lines_at_the_end_are_nothing(tmp_path):
    path = tmp_path / "gold.txt"
    path.write_bytes("\ufeff他 来\r\n了\r\n\r\n\n".encode())
    assert [sentence.words for sentence in read_cut_sentences(path)] == [("他", "来"), ("了",)]


def test_rows_may_hold_white_space_as_words(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text('{"id": "a", "words": ["买", " ", "车"], "text": "买 车"}\n{"words": ["好"]}\n', "utf-8")
    assert [sentence.words for sentence in read_cut_sentences(path)] == [("买", " ", "车"), ("好",)]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("g.txt", "他 来\n\n了\n".encode(), r"g\.txt:2: no words", id="blank-line-between"),
        pytest.param("g.txt", "他 来\n".encode() + b"\xff\n", r"g\.txt:2: byte 0xff at byte 0 is not", id="bytes"),
        pytest.param("g.txt", b"\n\n", r"g\.txt: holds no sentence", id="nothing"),
        pytest.param("g.jsonl", b'{"words": ["a"]}\n{"words"\n', r"g\.jsonl:2: not JSON", id="not-json"),
        pytest.param("g.jsonl", b"{}\nnull\n", r"g\.jsonl:1: words is None", id="empty-object"),
        pytest.param(
            "g.jsonl", b'{"words": ["a"]}\nnull\n', r"g\.jsonl:2: not a JSON object but NoneType; one JSON", id="null"
        ),
        pytest.param("g.jsonl", b'{"cut": ["a"]}\n', r"g\.jsonl:1: words is None", id="no-words"),
        pytest.param("g.jsonl", b'{"words": "a b"}\n', r"g\.jsonl:1: words is 'a b', not a list", id="text-for-words"),
        pytest.param("g.jsonl", b'{"words": []}\n', r"g\.jsonl:1: words is \[\]", id="empty-list"),
        pytest.param("g.jsonl", b'{"words": ["a", ""]}\n', r"g\.jsonl:1: word 2 is ''", id="empty-word"),
        pytest.param("g.jsonl", b'{"words": ["a"], "text": "b"}\n', r"g\.jsonl:1: joined, words", id="text"),
    ],
)
def test_bad_lines_are_refused_with_file_and_line(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_cut_sentences(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere\.txt: No such file"):
        read_cut_sentences(tmp_path / "nowhere.txt")
