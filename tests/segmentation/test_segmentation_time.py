"""Three megabytes of hostile text are cut in time that grows with the text, whatever it is made of.

The limits are CPU time, and generous: what looks from every place to the end takes hours.
"""

import random
import time

import pytest

from weibo_nlp.segmentation import create_segmenter
from weibo_nlp.segmentation.store import stored_model

MEGABYTES = 3_000_000
LIMIT_S = 36.0
pytestmark = pytest.mark.slow


def random_code_points(size):
    chance = random.Random(1)
    codes = (chance.choice((chance.randrange(0xD800), chance.randrange(0xE000, 0x110000))) for _ in range(size // 4))
    return "".join(map(chr, codes))


HOSTILE = {
    "one-latin-letter": lambda size: "a" * size,
    "one-character": lambda size: "好" * (size // 3),
    "digits": lambda size: "1" * size,
    "random-code-points": random_code_points,
    "deep-brackets": lambda size: "([（【" * (size // 10),
    "spaces": lambda size: " " * size,
    "nul": lambda size: "\x00" * size,
    "clause-marks-far-apart": lambda size: ("，" + "好" * 999) * (size // 3000),
    "signs-of-markup": lambda size: "@#[/" * (size // 4),
    "slashes": lambda size: "/\\" * (size // 2),
    "flags": lambda size: "🇨🇳" * (size // 8),
    "halves-of-flags-and-marks": lambda size: "🇨🇨🇨\u0301" * (size // 14),
    "groups-of-digits": lambda size: "1-" * (size // 2),
    "colons": lambda size: "1:" * (size // 2) + "12：30:" * (size // 100),
    "plus-signs": lambda size: "C++" * (size // 3),
    "viramas": lambda size: "क्" * (size // 6),
    "emoji": lambda size: "👨\u200d" * (size // 7),
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("name", ["fast", "jieba", "char"])
def test_three_megabytes(name, kind):
    text = HOSTILE[kind](MEGABYTES)
    segmenter = create_segmenter(name)
    before = time.process_time()
    words = segmenter.cut(text)
    assert time.process_time() - before < LIMIT_S
    assert "".join(words) == text


@pytest.mark.skipif(stored_model("pkuseg") is None, reason="`weibo-nlp models fetch pkuseg` was not run")
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_fifth_of_it_by_the_reference(kind):
    # pkuseg cuts some 50,000 characters a second at best.
    text = HOSTILE[kind](MEGABYTES // 5)
    segmenter = create_segmenter("pkuseg")
    before = time.process_time()
    words = segmenter.cut(text)
    assert time.process_time() - before < LIMIT_S
    assert "".join(words) == text


def test_a_lexicon_of_prefixes_that_never_match():
    text = "好" * (MEGABYTES // 3)
    segmenter = create_segmenter("char", ["好" * length + "坏" for length in range(1, 64)])
    before = time.process_time()
    words = segmenter.cut(text)
    assert time.process_time() - before < LIMIT_S
    assert len(words) == len(text)
