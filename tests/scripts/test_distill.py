"""Distillation: the file is what the runtime reads, the features are the runtime's, the teacher's cutting is learnt."""

import random

import numpy as np
import pytest
from distill.features import FeatureSpace, Pieces, character_type, word_counts
from distill.model_file import HEADER, LinearModel, _integer, _signed
from distill.train import Settings, distil, silver_pieces
from vaporetto import Vaporetto

from weibo_nlp.errors import DataError


def cut(model, text):
    return [token.surface() for token in Vaporetto(model.to_bytes(), norm=False).tokenize(text)]


@pytest.mark.parametrize(("number", "expected"), [
    (0, "00"), (250, "fa"), (251, "fbfb00"), (65535, "fbffff"), (65536, "fc00000100"), (2**32, "fd0000000001000000"),
])  # fmt: skip
def test_integers_take_as_many_bytes_as_they_need(number, expected):
    assert _integer(number).hex() == expected


@pytest.mark.parametrize(("number", "expected"), [(0, 0), (-1, 1), (1, 2), (-2, 3), (125, 250)])
def test_signed_integers_are_in_zig_zag_order(number, expected):
    assert _signed(number) == bytes([expected])


def test_the_whole_file_of_a_tiny_model():
    model = LinearModel(3, {"a": [0, 0, 1, 0, 0, 0]}, {(5,): [0, 0, 0, 0, 0, -1]}, {"ab": [1, 0, -1]}, 0.5)
    # Scale 32767: 1 is 65534 in zig-zag, -1 is 65533, 0.5 rounds to the even 16384, 32768 in zig-zag.
    one, minus, half = bytes.fromhex("fbfeff"), bytes.fromhex("fbfdff"), bytes.fromhex("fb0080")
    expected = (
        HEADER
        + b"\x01\x01a\x06\x00\x00" + one + b"\x00\x00\x00"
        + b"\x01\x01\x05\x06\x00\x00\x00\x00\x00" + minus
        + b"\x01\x02ab\x03" + one + b"\x00" + minus + b"\x00"
        + half + b"\x03\x03\x00"
    )  # fmt: skip
    assert model.to_bytes() == expected


@pytest.mark.parametrize(("characters", "expected"), [
    pytest.param({"乙": [0, 0, 0, 1, 0, 0]}, ["甲乙", "丙丁"], id="left-of-the-gap"),
    pytest.param({"乙": [0, 0, 1, 0, 0, 0]}, ["甲", "乙丙丁"], id="right-of-the-gap"),
    pytest.param({"乙丙": [0, 0, 1, 0, 0]}, ["甲乙", "丙丁"], id="across-the-gap"),
    pytest.param({"甲乙丙": [0, 0, 0, 1]}, ["甲乙丙", "丁"], id="three-characters-left"),
])  # fmt: skip
def test_the_index_of_a_weight_says_where_the_ngram_starts(characters, expected):
    assert cut(LinearModel(3, characters, {}, {}, -0.5), "甲乙丙丁") == expected


def test_word_weights_are_those_before_inside_and_behind():
    assert cut(LinearModel(3, {}, {}, {"乙丙": [1, 0, 1]}, -0.5), "甲乙丙丁") == ["甲", "乙丙", "丁"]
    assert cut(LinearModel(3, {}, {}, {"乙丙": [0, 1, 0]}, -0.5), "甲乙丙丁") == ["甲乙", "丙丁"]


def test_words_of_a_text_are_counted_wherever_they_stand():
    pieces = Pieces.of([["甲乙", "丙"], ["甲", "乙甲", "乙"]])
    counts = word_counts(pieces, ["甲乙", "乙丙", "丙甲", "乙甲乙"])
    assert counts == {"甲乙": 3, "乙丙": 1, "丙甲": 0, "乙甲乙": 1}


@pytest.mark.slow
def test_character_types_are_the_runtimes():
    for kind in range(1, 7):
        # Cuts behind a character of this type alone.
        runtime = Vaporetto(LinearModel(3, {}, {(kind,): [0, 0, 0, 1, 0, 0]}, {}, -0.5).to_bytes(), norm=False)
        for code in range(1, 0x110000):
            if not 0xD800 <= code < 0xE000:
                assert (len(runtime.tokenize(chr(code) + "好")) == 2) == (character_type(chr(code)) == kind), hex(code)


def test_rows_times_weights_are_the_runtimes_decisions():
    chance = random.Random(7)
    alphabet = "甲乙丙丁a1ｂあカ，"
    texts = ["".join(chance.choices(alphabet, k=chance.randint(1, 12))) for _ in range(300)]
    pieces = Pieces.of([list(text) for text in texts])
    space = FeatureSpace(pieces, ["甲乙", "乙丙", "甲乙丙", "丙丁甲乙", "甲甲"], min_count=1)
    # Whole numbers survive rounding; an odd bias beside even weights rules out a sum of exactly 0.
    weights = 2.0 * np.random.default_rng(7).integers(-50, 51, space.n_columns)
    ends = space.matrix(pieces) @ weights + 1 > 0
    model = space.model(weights, 1.0)
    # An n-gram that no text holds has the largest weight, so that the others are not scaled.
    runtime = Vaporetto(
        LinearModel(3, {**model.characters, "\uffff": [32767.0] + [0.0] * 5}, model.types, model.words, 1.0).to_bytes(),
        norm=False,
    )
    gap = 0
    for text in texts:
        stops = {place for place in range(1, len(text)) if ends[gap + place - 1]}
        gap += len(text) - 1
        assert {token.end() for token in runtime.tokenize(text)} == stops | {len(text)}


def test_silver_pieces_hold_nothing_marked_no_white_space_and_nothing_twice():
    assert silver_pieces(["好的@小甲 好的\n天气[泪]真好", "天气", "#话题#http://t.cn/Aa不"]) == [
        "好的",
        "天气",
        "真好",
        "不",
    ]


def toy(count):
    chance = random.Random(3)
    return ["".join(chance.choices(["猫咪", "喜欢", "天空", "的", "我"], k=6)) for _ in range(count)]


def teach(piece):
    """Cut by the toy's words, which can be told apart by their characters."""
    words, start = [], 0
    while start < len(piece):
        length = 1 if piece[start] in "的我" else 2
        words.append(piece[start : start + length])
        start += length
    return words


def test_a_cutting_that_can_be_learnt_is_learnt():
    done = distil(toy(400), teach, {"猫咪": 1.0, "喜欢": 1.0, "handle_1": 9.0, "长" * 9: 9.0})
    assert set(done.model.words) == {"猫咪", "喜欢"}
    assert done.facts["held_out"]["word_f1"] == 1.0
    assert done.facts["held_out"]["gaps_agreed"] == 1.0
    assert cut(done.model, "我喜欢天空的猫咪") == ["我", "喜欢", "天空", "的", "猫咪"]


def test_the_same_seed_gives_the_same_bytes():
    first, second = (distil(toy(200), teach, {"猫咪": 1.0}).model.to_bytes() for _ in range(2))
    assert first == second


def test_a_word_that_the_teacher_hardly_weighs_and_the_text_hardly_holds_is_left_out():
    dictionary = {"猫咪": 1.0, "天空": 0.1, "大海": 0.6, "大山": 0.1}
    done = distil(toy(200), teach, dictionary, Settings(word_support=0.5))
    assert set(done.model.words) == {"猫咪", "天空", "大海"}
    done = distil(toy(200), teach, dictionary, Settings(word_support=0.5, word_count=10**6))
    assert set(done.model.words) == {"猫咪", "大海"}


def test_too_little_text_is_refused():
    with pytest.raises(DataError, match="10 pieces of text, at least 100 are needed"):
        distil(toy(10), teach, {})
