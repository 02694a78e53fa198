import os
from pathlib import Path

import pytest
from label_studio_check.round_trip import ITEMS, PLAN, find_programs, round_trip


def test_the_plan_marks_words_behind_emoji():
    texts = {item.number: item.text for item in ITEMS}
    marked = [
        texts[answer.number][one.span.start : one.span.end] for answer in PLAN[0] if answer for one in answer.spans
    ]
    assert marked == ["笑死", "词句"]


def test_what_is_missing_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    programs, missing = find_programs(tmp_path)
    assert programs is None
    assert missing == ["label-studio is not there", "chromium is not there", "chromedriver is not there"]


@pytest.mark.slow
def test_two_annotators_in_a_real_label_studio_say_what_they_clicked(tmp_path):
    environment = os.environ.get("WEIBO_NLP_LABEL_STUDIO")
    programs, missing = find_programs(Path(environment) if environment else None)
    if programs is None:
        pytest.skip("; ".join(missing))
    assert round_trip(programs, tmp_path) == []
