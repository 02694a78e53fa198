from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.features.relation import CLAIM, GAP, NOUN, WINDOW, kind_of, relation

words = st.text(st.sampled_from("支持反对不抵制的国货车展？吗好"), max_size=40)


def test_what_stands_around_the_mention_is_near_it():
    near = relation("昨天在车展上看到宝马，坚决不买，抵制到底", "宝马")
    assert near.window == "昨天在车展上看到"[-WINDOW:] + GAP + "，坚决不买，抵制"
    assert {"named", "against after", "not after", "next 到", "next ，"} <= set(near.cues)
    assert "against before" not in near.cues


def test_every_word_that_takes_a_side_near_the_mention_counts():
    cues = relation("支持宝马，道歉很真诚，那些抵制的", "宝马").cues
    assert [cues.count(f"position {side}") for side in ("for", "against")] == [2, 0]  # 抵制 is not near
    assert relation("反对宝马，不支持", "宝马").cues.count("position against") == 2


@pytest.mark.parametrize(
    ("text", "target", "mentions", "how"),
    [
        pytest.param("坚决反对黑名单", "信用惩戒", ("黑名单",), "alias", id="another-word-for-it"),
        pytest.param("信用惩戒和黑名单", "信用惩戒", ("黑名单",), "named", id="its-own-name-comes-first"),
        pytest.param("支持宝马，道歉很真诚", "宝马mini", (), "part 2", id="two-of-six-characters"),
        pytest.param("今天下雨", "宝马mini", (), "unnamed", id="nothing-of-it"),
        pytest.param("马上到", "宝马mini", (), "unnamed", id="one-character-is-no-part"),
    ],
)
def test_how_a_text_names_its_target_is_a_cue(text, target, mentions, how):
    assert relation(text, target, mentions).cues[0] == how


def test_a_target_that_is_not_mentioned_has_nothing_near_it():
    assert relation("今天下雨", "宝马").window == ""


def test_a_claim_is_compared_with_the_text_and_a_name_is_not():
    claim = "公共场所应该全面禁止吸烟"
    assert (kind_of(claim), kind_of("宝马mini")) == (CLAIM, NOUN)
    # All eleven pairs of neighbours recur, and neither denies: twice four steps.
    cues = set(relation(f"我认为{claim}", claim).cues)
    assert {"shared 8", "signs 8", "denials 0 0", "odd 0", "shared 8 denials 0 0"} <= cues
    assert {"denials 0 1", "odd 1"} <= set(relation(f"不是{claim}", claim).cues)
    assert not [cue for cue in relation("宝马mini真好", "宝马mini").cues if cue.startswith(("shared", "signs"))]


@given(words, words.filter(lambda word: 0 < len(word) < 9))
def test_a_window_is_of_the_text_around_a_gap(text, target):
    near = relation(text, target)
    before, _, after = near.window.partition(GAP)
    assert before in text
    assert after in text
    assert max(len(before), len(after)) <= WINDOW
    assert (near.window == "") == (near.cues[0] == "unnamed")


@given(st.text("好坏不没支持反对?吗ab", max_size=30), st.text("好坏不支持ab", min_size=9, max_size=14))
def test_a_claim_and_a_text_share_pairs_signs_and_denials(text, claim):
    pairs, said = set(pairwise(claim)), set(pairwise(text))
    shared, signs = int(8 * len(pairs & said) / len(pairs)), int(8 * len({*claim} & {*text}) / len({*claim}))
    denied, denying = claim.count("不"), text.count("不") + text.count("没")
    cues = relation(text, claim).cues
    assert {f"shared {shared}", f"signs {signs}", f"odd {(denied + denying) % 2}"} <= {*cues}
    assert f"denials {min(denied, 2)} {min(denying, 4)}" in cues
    assert f"not {denying > 0} {denied > 0}" in cues
