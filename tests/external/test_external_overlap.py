from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.external import Conflict, Part, conflicts, load, text_key, without_leakage
from weibo_nlp.records import Document, GoldLabel

MINIATURES = Path(__file__).parents[1] / "data" / "external"


def part_of(name, rows):
    documents = tuple(Document(f"{name}-{i}", "post", text, f"{name}-{i}") for i, (text, _, _) in enumerate(rows))
    gold = tuple(GoldLabel(f"{name}-{i}", "stance", label, target) for i, (_, target, label) in enumerate(rows))
    return Part(name, documents, gold, tuple(document.id for document in documents))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("今天 下雨\n了", "今天下雨了", id="white-space"),
        pytest.param("#下雨#今天<br/>下雨了", "下雨今天下雨了", id="hashtag-signs-and-tags"),
        pytest.param("下雨了 http://t.cn/AbC9x", "下雨了", id="short-link"),
        pytest.param("A&amp;B真好！", "a&b真好!", id="entities-width-and-case"),
        pytest.param("下\u200b雨了\ufeff", "下雨了", id="invisible-characters"),
    ],
)
def test_copies_that_differ_in_markup_have_one_key(one, other):
    assert text_key(one) == text_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("不下雨了", "下雨了", id="a-word"),
        pytest.param("http://t.cn/AbC9x", "http://t.cn/ZZZ", id="two-bare-links"),
        pytest.param("票价<5元真>3元", "票价", id="comparison-is-no-tag"),
    ],
)
def test_different_texts_keep_different_keys(one, other):
    assert text_key(one) != text_key(other)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1), st.integers(min_value=0))
def test_a_space_anywhere_changes_no_key(text, place):
    cut = place % (len(text) + 1)
    assert text_key(f"{text[:cut]} \u3000{text[cut:]}") == text_key(text)


def test_training_rows_that_recur_in_the_scored_part_go_and_are_reported():
    loaded = load("nlpcc2016", MINIATURES / "nlpcc2016")
    before = loaded.part("train")
    after = without_leakage(before, loaded.part("test"))
    gone = {document.id for document in before.documents} - {document.id for document in after.documents}
    assert gone == {"nlpcc2016-train-000017"}
    assert [gold.document_id for gold in after.gold] == [document.id for document in after.documents]
    assert len(after.groups) == len(after.gold) == len(before.gold) - 1
    assert after.dropped_counts["recurs in the scored part"] == 1
    last = after.dropped[-1]
    assert (last.file, last.line, last.detail) == ("evasampledata4-TaskAA.txt", 17, "nlpcc2016-train-000017")
    assert after.dropped[:-1] == before.dropped


def test_recurring_texts_go_whatever_their_target():
    train = part_of("a", [("同一条", "目标一", "favor"), ("另一条", "目标一", "none")])
    scored = part_of("b", [("同 一条", "目标二", "against")])
    assert [gold.document_id for gold in without_leakage(train, scored).gold] == ["a-1"]


def test_one_text_and_target_with_two_labels_is_a_conflict():
    part = load("nlpcc2016", MINIATURES / "nlpcc2016").part("train")
    assert conflicts(part) == (
        Conflict("stance", "开放二胎", ("nlpcc2016-train-000015", "nlpcc2016-train-000018"), ("favor", "against")),
    )


def test_repeated_labels_and_other_targets_are_no_conflict():
    part = part_of("a", [("同一条", "目标一", "favor"), ("同一条", "目标一", "favor"), ("同一条", "目标二", "against")])
    assert conflicts(part) == ()
