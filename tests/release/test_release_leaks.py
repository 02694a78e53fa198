import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.external.hydration import text_key
from weibo_nlp.release.leaks import find_fields, find_runs, runs
from weibo_nlp.release.sources import read_sources
from weibo_nlp.release.validate import validate

TEXTS = Path(__file__).parents[1] / "data" / "public_texts" / "texts.jsonl"
LONG = "这号昨天说图书馆要拆，今天又说没拆，编都编不圆"  # of 23 characters, 2 of them commas


def shown(repository, texts):
    return [problem.shown(repository.root) for problem in validate(repository.root, texts)]


def test_a_run_of_sixteen_characters_is_found_whatever_white_space_is_put_into_it():
    texts = {"r1": LONG}
    contents = [("a", f"他说：{LONG[:16]}。"), ("b", f"他说：{LONG[:15]}。"), ("c", " \n".join(LONG[2:18]))]
    assert [leak.place for leak in find_runs(contents, texts)] == ["a", "c"]


def test_a_run_without_twelve_chinese_characters_is_everybodys():
    texts = {"r1": "转发微博转发微博转发http://t.cn/AbCdEfG"}
    assert list(runs("转发微博转发微博转发http://t.cn")) == []
    assert list(find_runs([("a", "转发微博转发微博转发http://t.cn/AbCdEfG")], texts)) == []


@given(st.text("甲乙丙丁，", min_size=16, max_size=40), st.text("戊己庚", max_size=10), st.text("辛壬", max_size=10))
def test_whatever_stands_around_a_text_it_is_found_if_it_has_a_run(text, before, after):
    leaks = list(find_runs([("a", before + text + after)], {"r1": text}))
    assert len(leaks) == bool(list(runs(text)))


def test_a_whole_field_is_told_by_its_key_and_short_ones_are_exempt():
    short, whole = "闭馆音乐一响我就", "闭馆音乐一响"
    keys = {text_key(short): None, text_key(whole): None}
    leaks = list(find_fields([("a", short), ("b", whole), ("c", f"{short}。")], keys))
    assert [(leak.place, leak.key, leak.whole) for leak in leaks] == [("a", text_key(short), True)]


def test_nothing_of_the_miniature_holds_its_public_texts(repository):
    assert shown(repository, TEXTS) == []


@pytest.mark.parametrize(
    ("name", "field"), [("corpus/texts/credit/library-fines.jsonl", "text"), ("corpus/events.yaml", None)]
)
def test_a_file_that_holds_a_piece_of_a_text_is_told_without_repeating_it(repository, name, field):
    if field is None:
        path = repository.path(name)
        path.write_text(f"# {LONG[:20]}\n" + path.read_text("utf-8"), "utf-8")
    else:
        repository.change(name, 9, **{field: f"听说{LONG[:20]}"})
    repository.build()
    (told,) = shown(repository, TEXTS)
    assert told == (
        f"{name}: [7 leak] holds 16 or more characters in a row of {text_key(LONG)}, which is not shipped; remove it."
    )


def test_a_field_that_is_a_text_is_told_without_the_texts(repository):
    repository.change("corpus/texts/credit/library-fines.jsonl", 9, text=LONG)
    told = [problem.shown(repository.root) for problem in validate(repository.root)]
    assert told == [
        f"corpus/texts/credit/library-fines.jsonl:9: [7 leak] is the text of {text_key(LONG)}, which is not shipped; "
        "remove it."
    ]


def test_near_duplicates_in_two_splits_are_told(repository, tmp_path):
    texts = [json.loads(line)["text"] for line in TEXTS.read_text("utf-8").splitlines()]
    copy = f"{LONG}啊"
    (tmp_path / "texts.jsonl").write_text(
        "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in [*texts, copy]), "utf-8"
    )
    old = text_key("自习室几点开门？")  # a text of test gives its row to the copy of one of train
    for name in (
        "corpus/standoff.jsonl",
        "annotations/adjudicated/real.jsonl",
        *(f"annotations/rounds/r03/{each}.jsonl" for each in ("a1", "a2", "a3")),
    ):
        rows = json.loads(json.dumps(repository.rows(name)).replace(old, text_key(copy)))
        repository.write(name, sorted(rows, key=lambda row: row.get("id") or row["document_id"]))
    assert len(read_sources(repository.root).standoff) == 12
    repository.build()
    (told,) = shown(repository, tmp_path / "texts.jsonl")
    assert "[7 duplicate]" in told
    assert f"is 0.95 like '{text_key(LONG)}' of another split" in told or f"{text_key(copy)!r} of another split" in told
