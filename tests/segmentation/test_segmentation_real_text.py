"""Real posts, where a copy of the published sets is at hand; and the quality of what is shipped."""

import csv
import os
from itertools import islice
from pathlib import Path

import pytest

from weibo_nlp.annotation.segmentation import word_f1
from weibo_nlp.segmentation import segment, segment_many
from weibo_nlp.segmentation.clusters import widened
from weibo_nlp.segmentation.shipped import MODEL, fast_card, shipped_folder
from weibo_nlp.text import protected_spans

EXTERNAL = os.environ.get("WEIBO_NLP_EXTERNAL")
needs_external = pytest.mark.skipif(not EXTERNAL, reason="WEIBO_NLP_EXTERNAL names no folder with the published sets")
# Of the segmenter "pkuseg" on the same sentences, within the same frame, as docs/segmenters.md states it.
PKUSEG_WTB_F1 = 0.898


@needs_external
@pytest.mark.slow
def test_no_span_of_ten_thousand_real_posts_is_cut():
    with (Path(EXTERNAL) / "smp2020-ewect" / "train.csv").open(encoding="utf-8-sig", newline="") as file:
        texts = [row["text"] for row in islice(csv.DictReader(file), 10_000)]
    marked = 0
    for text, words in zip(texts, segment_many(texts, processes=2), strict=True):
        assert "".join(words) == text
        ends, end = set(), 0
        for word in words:
            ends.add((end, end + len(word)))
            end += len(word)
        spans = set(widened(text, [(span.start, span.end) for span in protected_spans(text)]))
        marked += bool(spans)
        assert spans <= ends
    assert len(texts) == 10_000
    assert marked > 500


@needs_external
@pytest.mark.slow
def test_the_shipped_model_is_as_good_as_its_teacher_on_the_weibo_treebank():
    lines = (Path(EXTERNAL) / "wtb" / "wtb.seg.txt").read_text("utf-8").splitlines()
    gold = [line.split() for line in lines if line.strip()]
    cuts = list(segment_many("".join(words) for words in gold))
    assert word_f1(gold, cuts) >= 0.996 * PKUSEG_WTB_F1


def test_the_shipped_model_is_small_and_its_card_says_what_it_is_made_of():
    card = fast_card()
    assert (shipped_folder() / MODEL).stat().st_size == card["file"]["bytes"] <= 4_000_000
    assert card["teacher"]["source"]["sha256"].startswith("6fc2f97d")
    assert {source["licence"] for source in card["silver"]} == {"CC-BY-4.0", "Apache-2.0", "MIT"}
    assert card["held_out"]["word_f1"] > 0.95


def test_words_of_more_than_one_character_are_found_in_running_text():
    assert segment("支持国货，从我做起！") == ["支持", "国货", "，", "从", "我", "做起", "！"]
