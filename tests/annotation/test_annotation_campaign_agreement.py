import math

import pytest

from weibo_nlp.annotation import agreement_of, import_answers, import_labelled, new_campaign, open_campaign
from weibo_nlp.errors import DataError
from weibo_nlp.io import write_jsonl

# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, part C: four observers, twelve units, five nominal
# values, with missing data; alpha is 0.743.
OBSERVERS = {
    "A": ["1", "2", "3", "3", "2", "1", "4", "1", "2", None, None, None],
    "B": ["1", "2", "3", "3", "2", "2", "4", "1", "2", "5", None, "3"],
    "C": [None, "3", "3", "3", "2", "3", "4", "2", "2", "5", "1", None],
    "D": ["1", "2", "3", "3", "2", "4", "4", "1", "2", "5", "1", None],
}


def answer(campaign, labels_by_annotator, question):
    """Bring answers of annotators in: question -> label by document, in the order of the documents."""
    for name, labels in labels_by_annotator.items():
        by_document = dict(zip(campaign.documents, labels, strict=True))
        rows = [
            {"number": number, "labels": {question: by_document[document]}}
            for number, document in campaign.keys[name].numbers.items()
            if by_document[document] is not None
        ]
        path = campaign.folder / f"{name}.jsonl"
        write_jsonl(path, rows)
        reports, problems = import_answers(campaign, path)
        assert problems == []
        assert reports[0].n_added == len(rows)


def new(tmp_path, n, tasks, annotators, **settings):
    write_jsonl(tmp_path / "texts.jsonl", [{"id": f"t{place}", "text": f"第{place}条，说点什么"} for place in range(n)])
    return new_campaign(tmp_path / "campaign", tmp_path / "texts.jsonl", tasks, annotators, **settings)


def test_alpha_of_the_published_example_comes_out_of_a_campaign(tmp_path):
    campaign = new(tmp_path, 12, ["value=1|2|3|4|5"], list(OBSERVERS))
    answer(campaign, OBSERVERS, "value")
    (measured,) = agreement_of(campaign).questions
    assert measured.agreement.alpha.value == pytest.approx(0.743, abs=0.0005)
    assert (measured.agreement.n_units, measured.persons) == (11, None)


# Two annotators on ten texts, a table of a+a 4, a+b 1, b+a 2, b+b 3: observed .7; chance .5 * .6 + .5 * .4 = .5, so
# kappa .4. Alpha: 20 values, 11 of them a and 9 b; coincidences off the diagonal 3 + 3; expected 2 * 11 * 9 / 19.
ONE, OTHER = list("aaaaabbbbb"), list("aaaabaabbb")


def test_kappa_agreement_and_confusion_of_a_pair_are_those_of_the_table(tmp_path):
    campaign = new(tmp_path, 10, ["kind=a|b"], ["甲", "乙"])
    answer(campaign, {"甲": ONE, "乙": OTHER}, "kind")
    (measured,) = agreement_of(campaign).questions
    (pair,) = measured.pairs
    assert (pair.one, pair.other, pair.n_units, pair.confusion) == ("甲", "乙", 10, ((4, 1), (2, 3)))
    assert (pair.agreement, pair.kappa) == (pytest.approx(0.7), pytest.approx(0.4))
    assert measured.agreement.alpha.value == pytest.approx(1 - 6 / (2 * 11 * 9 / 19))
    assert measured.agreement.non_unanimous == pytest.approx(0.3)


def test_a_model_is_compared_and_has_no_part_in_the_alpha_of_those_who_were_asked(tmp_path):
    campaign = new(tmp_path, 10, ["kind=a|b"], ["甲", "乙"])
    answer(campaign, {"甲": ONE, "乙": OTHER}, "kind")
    alone = agreement_of(campaign).questions[0].agreement
    rows = [{"id": f"t{place}", "kind": label} for place, label in enumerate(ONE)]
    write_jsonl(tmp_path / "labelled.jsonl", rows)
    import_labelled(campaign, tmp_path / "labelled.jsonl", "model:x")
    (measured,) = agreement_of(open_campaign(campaign.folder)).questions
    assert measured.agreement == alone
    assert {(pair.one, pair.other): pair.is_with_model for pair in measured.pairs} == {
        ("甲", "乙"): False,
        ("甲", "model:x"): True,
        ("乙", "model:x"): True,
    }
    assert next(pair.kappa for pair in measured.pairs if (pair.one, pair.other) == ("甲", "model:x")) == 1.0


def test_where_a_model_is_dealt_texts_persons_stand_apart(tmp_path):
    campaign = new(tmp_path, 10, ["kind=a|b"], ["甲", "乙", "model:x"])
    answer(campaign, {"甲": ONE, "乙": OTHER, "model:x": ["a"] * 10}, "kind")
    (measured,) = agreement_of(campaign).questions
    assert measured.persons.alpha.value == pytest.approx(1 - 6 / (2 * 11 * 9 / 19))
    assert measured.agreement.alpha.value < measured.persons.alpha.value


def test_texts_on_which_most_pairs_part_come_first(tmp_path):
    campaign = new(tmp_path, 3, ["kind=a|b", "mood=x|y"], ["1st", "2nd", "3rd"])
    kinds = {"1st": "aaa", "2nd": "abb", "3rd": "aba"}
    moods = {"1st": "xxx", "2nd": "xxy", "3rd": "xxy"}
    for name, key in ((name, campaign.keys[name]) for name in kinds):
        said = {f"t{n}": {"kind": kinds[name][n], "mood": moods[name][n]} for n in range(3)}
        path = tmp_path / f"{name}.jsonl"
        write_jsonl(path, [{"number": number, "labels": said[document]} for number, document in key.numbers.items()])
        import_answers(campaign, path)
    found = agreement_of(campaign).disputed
    assert [(each.id, each.n_disputed, each.share) for each in found] == [
        ("t2", 2, pytest.approx(4 / 6)),
        ("t1", 1, pytest.approx(2 / 6)),
    ]
    assert found[0].labels["kind"] == {"1st": "a", "2nd": "b", "3rd": "a"}


def test_one_label_throughout_leaves_nothing_to_be_said(tmp_path):
    campaign = new(tmp_path, 3, ["kind=a|b"], ["甲", "乙"])
    answer(campaign, {"甲": ["a", "a", "a"], "乙": ["a", "a", "a"]}, "kind")
    (measured,) = agreement_of(campaign).questions
    assert math.isnan(measured.agreement.alpha.value)
    assert measured.agreement.pairwise == 1.0


def test_agreement_needs_the_answers_of_two(tmp_path):
    campaign = new(tmp_path, 2, ["kind=a|b"], ["甲", "乙"])
    answer(campaign, {"甲": ["a", "b"]}, "kind")
    with pytest.raises(DataError, match="answers of 甲; agreement needs those of two"):
        agreement_of(campaign)


def test_texts_of_a_thread_are_one_unit_of_the_interval(tmp_path):
    posts = [{"id": f"t{n}", "text": f"第{n}条", "thread": f"th{n // 5}"} for n in range(10)]
    write_jsonl(tmp_path / "texts.jsonl", posts)
    campaign = new_campaign(tmp_path / "campaign", tmp_path / "texts.jsonl", ["kind=a|b"], ["甲", "乙"])
    answer(campaign, {"甲": ONE, "乙": OTHER}, "kind")
    assert agreement_of(campaign).questions[0].agreement.n_threads == 2
