import json
import os
import re
import sys
from dataclasses import asdict, replace
from pathlib import Path

import check_edits
import pytest

from weibo_nlp.annotation.perturbation_check import Sample, collect, draw, full_text, read_checks, read_part, write_deck
from weibo_nlp.corpus import open_release
from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.io import sha256_of_file
from weibo_nlp.perturbations import EDITS, checked, is_label_preserving
from weibo_nlp.perturbations.checked import RULE, UNEDITED, Check, Rule, checked_content, summarise
from weibo_nlp.perturbations.edits import apply_edit
from weibo_nlp.perturbations.lexicon import edit_lexicon
from weibo_nlp.records import GoldLabel
from weibo_nlp.scheme import load_scheme

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "annotations" / "robustness" / "checks.jsonl"
SHIPPED = ROOT / "weibo_nlp" / "perturbations" / "checked.json"
SCHEME = load_scheme()
KEY = [
    Sample(name, 1, edit, f"d{name}", target, 0, "1.0.0")
    for name, edit, target in (("S1", "emoji", "信用惩戒"), ("S2", UNEDITED, None))
]
GOOD = [
    {"sample": "S1", "topic": "credit", "sentiment": "neutral", "irony": False, "stance": "favor", "readable": True},
    {"sample": "S2", "topic": "other", "sentiment": "negative", "irony": True, "stance": None, "readable": False},
]
WHO = {"annotator": "c01", "model": "m", "prompt_sha256": "0" * 64}


@pytest.fixture(scope="module")
def release(small_corpus_shipped):
    return open_release()


@pytest.fixture(scope="module")
def deck(release):
    return draw(release, per_edit=10, parts=4, seed=5)


def test_as_many_are_drawn_for_each_edit_as_for_the_control(deck):
    counts = {name: sum(sample.edit == name for sample in deck.samples) for name in (*EDITS, UNEDITED)}
    assert counts == dict.fromkeys((*EDITS, UNEDITED), 10)
    assert max(map(len, deck.parts.values())) - min(map(len, deck.parts.values())) <= 6


def test_an_edited_sample_shows_the_edited_text_below_unedited_ancestors(deck, release):
    threads = {document.id: thread for thread in release.threads() for document in thread}
    for sample in deck.samples:
        row = deck.rows[sample.sample]
        *above, judged = row["thread"]
        path = threads[sample.document_id].path_to_root(sample.document_id)[::-1]
        original = full_text(path[-1])
        assert judged["title"] is None  # the title of an article is part of what is edited
        assert (judged["n"], row["judge"]) == (len(path), len(path))
        if sample.edit == UNEDITED:
            assert judged["text"] == original
        else:
            assert judged["text"] != original
            assert judged["text"] == apply_edit(sample.edit, original, key=sample.document_id, seed=5).text
        if sample.edit == "brands":
            assert "宝马" not in json.dumps(row, ensure_ascii=False)
        else:
            assert [(shown["title"], shown["text"]) for shown in above] == [(d.title, d.text) for d in path[:-1]]
            assert row["target"]["text"] == sample.target


def test_a_sheet_tells_neither_edit_nor_document(deck, release):
    ids = {document.id for document in release.documents()}
    for sample in deck.samples:
        row = deck.rows[sample.sample]
        assert set(row) == {"sample", "thread", "judge", "target"}
        assert all(set(shown) == {"n", "kind", "author", "account_type", "title", "text"} for shown in row["thread"])
        assert not {value for shown in row["thread"] for value in shown.values()} & ids
    numbers = {name: [int(s.sample[1:]) for s in deck.samples if s.edit == name] for name in (*EDITS, UNEDITED)}
    # Shuffled: no edit keeps to one half of the deck.
    assert all(min(found) < len(deck.rows) / 2 < max(found) for found in numbers.values())


def test_a_part_holds_no_document_twice(deck):
    for part in deck.parts.values():
        assert len({sample.document_id for sample in part}) == len(part)


def test_drawing_is_repeated_by_the_seed(deck, release):
    again = draw(release, per_edit=10, parts=4, seed=5)
    assert again == deck
    other = draw(release, per_edit=10, parts=4, seed=6)
    assert {(s.edit, s.document_id) for s in other.samples} != {(s.edit, s.document_id) for s in deck.samples}


def test_every_target_of_a_sample_has_gold(deck, release):
    known = {(label.document_id, label.target) for label in release.gold("stance")}
    assert all((sample.document_id, sample.target) in known for sample in deck.samples)


def test_drawing_nothing_is_refused(release):
    with pytest.raises(UsageError, match="at least 1, got 0 and 4"):
        draw(release, per_edit=0, parts=4)


def write(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def test_answers_lead_back_to_edit_and_document(tmp_path):
    (first, second), problems = read_part(write(tmp_path / "a.jsonl", GOOD), KEY, SCHEME, WHO)
    assert problems == []
    assert (first.edit, first.document_id, first.target, first.annotator) == ("emoji", "dS1", "信用惩戒", "c01")
    assert (first.topic, first.sentiment, first.irony, first.stance) == ("credit", "neutral", False, "favor")
    assert (second.topic, second.irony, second.stance, second.readable) == ("other", True, None, False)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        pytest.param([GOOD[0]], "1 of 2 that were dealt are not judged: S2", id="missing"),
        pytest.param([*GOOD, GOOD[0]], r"a\.jsonl:3: S1 is judged twice", id="twice"),
        pytest.param([*GOOD, {"sample": "S9"}], "'S9' was not dealt", id="not-dealt"),
        pytest.param([*GOOD, {"sample": ["S1"]}], r"\['S1'\] was not dealt", id="no-string"),
        pytest.param(
            [GOOD[0] | {"topic": "news"}, GOOD[1]],
            r"topic 'news' for dS1 is not in the scheme \(credit",
            id="unknown-label",
        ),
        pytest.param([GOOD[0] | {"irony": "false"}, GOOD[1]], "irony must be true or false, got 'false'", id="a-word"),
        pytest.param([GOOD[0] | {"readable": 1}, GOOD[1]], "readable must be true or false, got 1", id="a-number"),
        pytest.param(
            [GOOD[0] | {"stance": None}, GOOD[1]],
            "stance is None, but the sample has a target; allowed: against",
            id="no-stance",
        ),
        pytest.param([GOOD[0], GOOD[1] | {"stance": "favor"}], "has no target; allowed: null", id="stance-on-nothing"),
    ],
)
def test_faulty_answers_are_named_with_their_line(tmp_path, rows, message):
    _, problems = read_part(write(tmp_path / "a.jsonl", rows), KEY, SCHEME, WHO)
    assert re.search(message, "\n".join(problems))


def test_all_faults_are_named_at_once(tmp_path):
    rows = [GOOD[0] | {"topic": "news", "sentiment": "glad"}, GOOD[1] | {"irony": 1}]
    _, problems = read_part(write(tmp_path / "a.jsonl", rows), KEY, SCHEME, WHO)
    assert [problem.split(": ")[1].split(" ")[0] for problem in problems] == ["topic", "sentiment", "irony"]


def test_checks_come_back_from_their_file(tmp_path):
    checks, _ = read_part(write(tmp_path / "a.jsonl", GOOD), KEY, SCHEME, WHO)
    rows = list(map(asdict, checks))
    assert read_checks(write(tmp_path / "checks.jsonl", rows), SCHEME) == checks
    twice = write(tmp_path / "twice.jsonl", rows[:1] * 2)
    with pytest.raises(DataError, match="sample 'S1' stands twice"):
        read_checks(twice, SCHEME)
    odd = write(tmp_path / "odd.jsonl", [rows[0] | {"edit": "typos"}, {"sample": "S1"}])
    with pytest.raises(
        DataError, match=r"edit 'typos' is not one of homophones[^\n]*\n[^\n]*:2: field 'edit' is missing"
    ):
        read_checks(odd, SCHEME)


GOLD = [GoldLabel("d", "topic", "credit"), GoldLabel("d", "sentiment", "neutral"), GoldLabel("d", "irony", "false")]
GOLD += [GoldLabel("d", "stance", "favor", "信用惩戒"), GoldLabel("d", "stance", "none", "咪蒙")]


def judged(edit, n, equal, readable):
    """`n` checks of one edit, of which `equal` agree with the gold in all labels and `readable` could be read."""
    right = Check(
        "S", edit, "d", "信用惩戒", "credit", "neutral", False, "favor", True, "c01", "m", "0" * 64, 0, "1.0.0"
    )
    return [
        replace(right, sample=f"{edit}{i}", stance="favor" if i < equal else "against", readable=i < readable)
        for i in range(n)
    ]


@pytest.mark.parametrize(
    ("equal", "readable", "verdict"),
    [
        pytest.param(72, 95, True, id="both-at-the-bound"),
        pytest.param(71, 100, False, id="labels-just-below"),
        pytest.param(100, 94, False, id="readable-just-below"),
        pytest.param(90, 100, True, id="better-than-the-control"),
    ],
)
def test_the_rule_compares_with_the_control(equal, readable, verdict):
    summary = summarise(judged(UNEDITED, 100, 77, 100) + judged("emoji", 100, equal, readable), GOLD, SCHEME)
    assert list(summary) == [UNEDITED, "emoji"]
    assert summary["emoji"].label_preserving is verdict
    assert summary[UNEDITED].label_preserving is None
    assert summary["emoji"].all_equal.value == equal / 100
    assert {task: share.value for task, share in summary["emoji"].tasks.items()} == {
        "topic": 1.0, "sentiment": 1.0, "irony": 1.0, "stance": equal / 100
    }  # fmt: skip


def test_stance_counts_on_the_samples_own_target():
    on_another = [replace(check, target="咪蒙") for check in judged("emoji", 4, 4, 4)]
    summary = summarise(judged(UNEDITED, 4, 4, 4) + on_another, GOLD, SCHEME)
    assert summary["emoji"].tasks["stance"].value == 0
    assert summary["emoji"].all_equal.value == 0


def test_a_sample_without_target_is_judged_on_the_other_tasks():
    without = [replace(check, target=None, stance=None) for check in judged("emoji", 4, 4, 4)]
    summary = summarise(judged(UNEDITED, 4, 4, 4) + without, GOLD, SCHEME)
    assert "stance" not in summary["emoji"].tasks
    assert summary["emoji"].all_equal.value == 1


def test_a_summary_needs_the_control_and_the_gold():
    with pytest.raises(DataError, match="no unedited sample was judged"):
        summarise(judged("emoji", 2, 2, 2), GOLD, SCHEME)
    with pytest.raises(DataError, match="no gold irony for 'd'"):
        summarise(judged(UNEDITED, 2, 2, 2), [*GOLD[:2], *GOLD[3:]], SCHEME)


def test_an_edit_is_not_label_preserving_before_a_check_of_its_present_form(monkeypatch):
    summary = summarise(
        judged(UNEDITED, 10, 10, 10) + judged("emoji", 10, 10, 10) + judged("spam", 10, 0, 10), GOLD, SCHEME
    )
    content = checked_content(summary, edit_lexicon().version)
    for shipped, expected in (({}, False), (content, True), (content | {"lexicon_version": "0.9.0"}, False)):
        monkeypatch.setattr(checked, "checked", lambda shipped=shipped: shipped)
        assert is_label_preserving("emoji") is expected
        assert is_label_preserving("spam") is False
        assert is_label_preserving("hashtags") is False
    with pytest.raises(UnknownNameError, match="unknown robustness edit 'unedited'"):
        is_label_preserving(UNEDITED)


def perfect_answers(deck, release, folder):
    """What a judge would write who agrees with the gold everywhere and reads everything."""
    gold = {(x.document_id, x.task, x.target): x.label for task in SCHEME.tasks for x in release.gold(task)}
    folder.mkdir()
    for number, part in deck.parts.items():
        rows = [
            {
                "sample": sample.sample,
                "topic": gold[sample.document_id, "topic", None],
                "sentiment": gold[sample.document_id, "sentiment", None],
                "irony": gold[sample.document_id, "irony", None] == "true",
                "stance": gold[sample.document_id, "stance", sample.target],
                "readable": True,
            }
            for sample in part
        ]
        write(folder / f"part-{number:02d}.jsonl", rows)


def test_answers_that_equal_the_gold_give_full_marks(deck, release, tmp_path):
    write_deck(deck, tmp_path / "sheets")
    perfect_answers(deck, release, tmp_path / "answers")
    who = {"annotator": "c", "model": "m", "prompt_sha256": "0" * 64}
    found, content = collect(tmp_path / "sheets", tmp_path / "answers", release, **who)
    assert [check.sample for check in found] == sorted(deck.rows)
    assert {check.annotator for check in found} == {"c01", "c02", "c03", "c04"}
    assert content["rule"] == {"readable": RULE.readable, "below_control": RULE.below_control}
    assert set(content["edits"]) == {*EDITS, UNEDITED}
    assert all(edit["all_equal"]["value"] == 1 for edit in content["edits"].values())
    assert {edit["label_preserving"] for name, edit in content["edits"].items() if name != UNEDITED} == {True}
    (tmp_path / "answers" / "part-02.jsonl").unlink()
    write(tmp_path / "answers" / "part-03.jsonl", [])
    with pytest.raises(
        DataError, match=r"part-02\.jsonl: missing; part 2 has \d+ samples[^\n]*\n[^\n]*part-03.*not judged"
    ):
        collect(tmp_path / "sheets", tmp_path / "answers", release, **who)


@pytest.mark.skipif(os.name != "posix", reason="links need a right there")
@pytest.mark.parametrize("link", ["key.jsonl", "parts"])
def test_sheets_are_not_written_through_a_link(deck, tmp_path, link):
    (tmp_path / "sheets").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "sheets" / link).symlink_to(tmp_path / "outside" if link == "parts" else tmp_path / "outside" / "mine")
    with pytest.raises(UsageError, match=rf"(it|.*{link}) is a link, and none in .*sheets is followed"):
        write_deck(deck, tmp_path / "sheets")
    assert list((tmp_path / "outside").iterdir()) == []
    assert [path.name for path in (tmp_path / "sheets").iterdir()] == [link]


def test_samples_of_other_word_lists_are_not_collected(deck, release, tmp_path):
    older = [replace(sample, lexicon_version="0.9.0") for sample in deck.samples]
    write_deck(replace(deck, samples=older), tmp_path / "sheets")
    perfect_answers(deck, release, tmp_path / "answers")
    with pytest.raises(DataError, match=r"drawn with word lists 0\.9\.0, installed is"):
        collect(tmp_path / "sheets", tmp_path / "answers", release, annotator="c", model="m", prompt_sha256="0" * 64)


@pytest.mark.slow
def test_the_script_draws_and_collects(release, tmp_path, monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["check_edits.py", *map(str, arguments)])
        code = check_edits.main()
        return code, *capsys.readouterr()

    sheets, answers, summary = tmp_path / "sheets", tmp_path / "answers", tmp_path / "checked.json"
    code, out, _ = run("draw", "--output", sheets, "--per-edit", 2, "--parts", 2)
    assert code == 0
    assert out.startswith("26 samples in 2 parts")
    where = ("--sheets", sheets, "--answers", answers, "--checks", tmp_path / "checks.jsonl", "--summary", summary)
    code, _, err = run("collect", *where, "--model", "m")
    assert code == 3
    assert "part-01.jsonl: missing" in err
    perfect_answers(draw(release, per_edit=2, parts=2), release, answers)
    code, out, err = run("collect", *where, "--model", "m")
    assert (code, err) == (0, "")
    assert "emoji                 2  all_equal 1.00  readable 1.00  label-preserving: True" in out
    found = read_checks(tmp_path / "checks.jsonl", SCHEME)
    assert len(found) == 26
    assert {check.prompt_sha256 for check in found} == {sha256_of_file(COMMITTED.parent / "PROMPT.md")}
    assert json.loads(summary.read_text("utf-8"))["edits"]["emoji"]["n"] == 2


def test_the_shipped_verdicts_follow_from_the_committed_answers():
    if not COMMITTED.exists():
        assert not SHIPPED.exists(), "verdicts without the answers they come from"
        pytest.skip("no blind check has been made yet")
    found = read_checks(COMMITTED, SCHEME)
    release = open_release(ROOT / "corpus", version="0.2.1")  # its gold and the answers are under one guideline
    summary = summarise(
        found, [label for task in SCHEME.tasks for label in release.gold(task)], SCHEME, Rule(0.95, 0.05)
    )
    (version,) = {check.lexicon_version for check in found}
    assert json.loads(SHIPPED.read_text("utf-8")) == checked_content(summary, version)
    assert {check.prompt_sha256 for check in found} == {sha256_of_file(COMMITTED.parent / "PROMPT.md")}
