import shutil
import sys
from pathlib import Path

import pytest
import thread_sheets

from weibo_nlp.annotation import import_answers, new_campaign
from weibo_nlp.annotation.answers import read_answers_of
from weibo_nlp.release.rounds import corpus_documents

MINIATURE = Path(__file__).parents[1] / "data" / "release"
TASKS = ("topic", "sentiment", "irony", "needs_context", "frames", "stance")
ANSWER = ("C", "-", "i", "n", "l", "fa", "humour,privacy")


@pytest.fixture
def campaign(tmp_path):
    """A clone, and a campaign of a person and a model over the threads of one event."""
    root = tmp_path / "clone"
    shutil.copytree(MINIATURE, root)
    return new_campaign(
        tmp_path / "campaign", corpus_documents(root, ["library-fines"]), TASKS, ["A", "model:b"], rule="majority"
    )


@pytest.fixture
def run(campaign, tmp_path, monkeypatch, capsys):
    def called(step, *options):
        fixed = ["thread_sheets.py", step, campaign.folder, tmp_path / "sheets", "--root", tmp_path / "clone"]
        monkeypatch.setattr(sys, "argv", [*map(str, fixed), *options])
        return thread_sheets.main(), capsys.readouterr().err

    return called


def texts_of(sheet):
    """Thread and number of each text of a sheet."""
    thread, found = "", []
    for line in sheet.read_text("utf-8").splitlines():
        if line.startswith("=== "):
            thread = line.removeprefix("=== ")
        elif line.split("\t")[0].isdigit():
            found.append((thread, line.split("\t")[0]))
    return found


def answered(sheet, answer=ANSWER):
    """Write the same answer to every text of a sheet beside it."""
    lines = ["\t".join([*place, *answer]) for place in texts_of(sheet)]
    sheet.with_suffix(".answers.tsv").write_text("\n".join(lines) + "\n", "utf-8")


def test_a_sheet_has_each_text_once_below_its_targets(campaign, run, tmp_path):
    assert run("write") == (0, "")
    text = (tmp_path / "sheets/b.01.tsv").read_text("utf-8")
    assert text.count("=== T") == len({each.thread for each in campaign.documents.values()})
    assert len(texts_of(tmp_path / "sheets/b.01.tsv")) == len(campaign.documents)
    assert "T\t冻结借书证\tfavor: finds freezing the card right\tagainst: finds freezing the card wrong" in text


def test_sheets_tear_no_thread(campaign, run, tmp_path):
    run("write", "--per-sheet", "2", "--annotator", "A")
    threads = [{thread for thread, _ in texts_of(path)} for path in sorted((tmp_path / "sheets").glob("A.*.tsv"))]
    assert len(threads) > 1
    assert sum(map(len, threads)) == len(set().union(*threads))


def test_answers_come_back_as_the_campaign_takes_them(campaign, run, tmp_path):
    run("write")
    answered(tmp_path / "sheets/b.01.tsv")
    assert run("read", "--annotator", "model:b") == (0, "")
    assert import_answers(campaign, tmp_path / "sheets/b.jsonl")[1] == []
    answers = read_answers_of(campaign, campaign.annotator("model:b"))
    assert {answer.id for answer in answers} == set(campaign.documents)
    (answer, *_) = answers
    assert answer.is_unsure
    assert {name: answer.labels[name] for name in ("topic", "sentiment", "irony", "needs_context")} == {
        "topic": "credit", "sentiment": "negative", "irony": "true", "needs_context": "true",
    }  # fmt: skip
    assert (answer.labels["stance_1"], answer.labels["stance_2"]) == ("favor", "against")
    assert {name for name, label in answer.labels.items() if name.startswith("frame_") and label == "true"} == {
        "frame_humour", "frame_privacy",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (("X", "-", "i", "n", "l", "fa", "."), "line 1: topic 'X'"),
        (("C", "-", "i", "n", "m", "fa", "."), "line 1: confidence 'm'"),
        (("C", "-", "i", "n", "l", "f", "."), "line 1: stances 'f' on 2 targets"),
        (("C", "-", "i", "n", "l", "fa", "fun"), "line 1: frame 'fun'"),
        (("C", "-"), "line 1: 4 columns, 9 are expected"),
    ],
)
def test_an_answer_that_is_none_is_told_by_line(run, tmp_path, answer, fault):
    run("write")
    answered(tmp_path / "sheets/b.01.tsv", answer)
    code, told = run("read", "--annotator", "model:b")
    assert code == 3
    assert fault in told


def test_a_text_without_an_answer_and_one_with_two_are_told(run, tmp_path):
    run("write")
    answered(tmp_path / "sheets/b.01.tsv")
    path = tmp_path / "sheets/b.01.answers.tsv"
    first, second, *rest = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([first, first, *rest, "T999\t1\tC"]) + "\n", "utf-8")
    code, told = run("read", "--annotator", "model:b")
    assert code == 3
    assert "line 2: answered twice" in told
    assert f"line {len(rest) + 3}: no such text" in told
    assert "{} {} has no answer".format(*second.split("\t")) in told


def test_what_is_shown_above_a_text_stands_before_it_and_asks_for_no_answer(tmp_path, monkeypatch, capsys):
    root = tmp_path / "clone"
    shutil.copytree(MINIATURE, root)
    whole = corpus_documents(root, ["library-fines"])
    answer = next(document for document in whole.documents if document.parent is not None)
    source = corpus_documents(root, ["library-fines"], judged={answer.id})
    campaign = new_campaign(tmp_path / "campaign", source, TASKS, ["A", "model:b"], rule="majority")
    arguments = ["thread_sheets.py", "write", campaign.folder, tmp_path / "sheets", "--root", root]
    monkeypatch.setattr(sys, "argv", list(map(str, arguments)))
    assert thread_sheets.main() == 0
    assert "A.01.tsv: 1 texts" in capsys.readouterr().out
    lines = [line.split("\t") for line in (tmp_path / "sheets/A.01.tsv").read_text("utf-8").splitlines()]
    assert [line[0] for line in lines if line[0][0] in "^1"] == ["^1", "1"]
    assert lines[-1][2] == "↩^1"
