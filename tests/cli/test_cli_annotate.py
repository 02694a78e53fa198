import json

import openpyxl
import pytest

from weibo_nlp.io import write_jsonl
from weibo_nlp.io.collection import open_collection

TEXTS = {"p1": "这种人就该上黑名单", "p2": "今天天气真好", "p3": "=1+1 这也行？😀"}


@pytest.fixture
def folder(tmp_path, run):
    write_jsonl(tmp_path / "posts.jsonl", [{"id": name, "text": text} for name, text in TEXTS.items()])
    arguments = ("--task", "topic", "--task", "sentiment", "--annotator", "甲", "--annotator", "乙", "--seed", 5)
    code, out, err = run("annotate", "new", tmp_path / "c", "--documents", tmp_path / "posts.jsonl", *arguments)
    assert (code, err) == (0, "")
    assert out.splitlines()[:3] == [
        f"{tmp_path / 'c'}: 3 texts in 3 threads, asked for topic, sentiment",
        "甲: 3 texts",
        "乙: 3 texts",
    ]
    return tmp_path / "c"


def fill(path, topic, sentiment):
    """Fill in the sheet of an annotator, topic and sentiment by text."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    columns = {str(cell.value).partition("\n")[0]: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        text = sheet.cell(row, columns["正文"]).value
        sheet.cell(row, columns["topic"]).value = topic[text]
        sheet.cell(row, columns["sentiment"]).value = sentiment[text]
    book.save(path)


def by_text(*labels):
    return dict(zip(TEXTS.values(), labels, strict=True))


def test_where_nobody_has_answered_it_is_not_said_that_all_is_decided(folder, run):
    code, out, err = run("annotate", "adjudicate", folder)
    assert (code, out) == (0, "")
    assert err.startswith("Nobody has answered yet")


def test_a_folder_of_sheets_is_told_as_such(folder, run):
    code, _, err = run("annotate", "import", folder, folder / "sheets")
    assert code == 2
    assert "is a folder; name the files in it" in err


@pytest.fixture
def answered(folder, run):
    assert run("annotate", "export", folder, "--to", "xlsx")[0] == 0
    fill(folder / "sheets/甲/甲.xlsx", by_text("credit", "other", "other"), by_text("neutral", "positive", "negative"))
    fill(folder / "sheets/乙/乙.xlsx", by_text("credit", "other", "other"), by_text("negative", "positive", "negative"))
    code, out, err = run("annotate", "import", folder, folder / "sheets/甲/甲.xlsx", folder / "sheets/乙/乙.xlsx")
    assert (code, err) == (0, "")
    assert [line.partition(": ")[2] for line in out.splitlines()] == ["3 answers of 甲", "3 answers of 乙"]
    return folder


def test_where_nobody_has_answered_nothing_is_said_to_be_decided(folder, run):
    assert run("annotate", "adjudicate", folder) == (0, "", "Nobody has answered yet.\n")


def test_from_sheets_to_gold(answered, run, tmp_path):
    code, out, err = run("annotate", "agree", answered, "--confusions", "--json", tmp_path / "agree.json")
    assert (code, err) == (0, "")
    assert "Answers: 甲 (person) 3, 乙 (person) 3" in out
    assert "p1 这种人就该上黑名单: sentiment: 甲 neutral, 乙 negative" in out
    figures = json.loads((tmp_path / "agree.json").read_text("utf-8"))
    assert [(each["question"], each["agreement"]["pairwise"]) for each in figures["questions"]] == [
        ("topic", 1.0),
        ("sentiment", pytest.approx(2 / 3)),
    ]
    code, out, err = run("annotate", "gold", answered, "-o", tmp_path / "gold.csv")
    assert code == 3
    assert "annotators part, without a ruling: 1 on sentiment" in err
    assert not (tmp_path / "gold.csv").exists()
    code, out, err = run("annotate", "adjudicate", answered, "--to", "xlsx")
    path = answered / "adjudication/sentiment.xlsx"
    assert (code, out, err) == (0, f"{path}\n", "sentiment: 1 to be decided\n")
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    columns = {str(cell.value).partition("\n")[0]: cell.column for cell in sheet[1]}
    sheet.cell(2, columns["sentiment"]).value, sheet.cell(2, columns["备注"]).value = "negative", "怒气"
    book.save(path)
    code, out, err = run("annotate", "adjudicate", answered, "--from", path)
    assert (code, out, err) == (0, f"{path}: 1 rulings, 0 of its rows still open\n", "Nothing is left to be decided.\n")
    code, out, err = run("annotate", "gold", answered, "-o", tmp_path / "gold.csv")
    assert (code, out) == (0, f"{tmp_path / 'gold.csv'}\n")
    frame = open_collection(tmp_path / "gold.csv").frame().set_index("id")
    assert frame.loc["p1"].tolist() == ["credit", "negative"]


def test_labels_left_empty_leave_with_1(answered, run, tmp_path):
    code, _, err = run("annotate", "gold", answered, "-o", tmp_path / "gold.csv", "--unresolved", "empty")
    assert code == 1
    assert "open" in err


def test_a_file_with_faults_is_told_cell_by_cell(folder, run):
    run("annotate", "export", folder, "--to", "xlsx", "--annotator", "甲")
    path = folder / "sheets/甲/甲.xlsx"
    fill(path, by_text("credit", "wheather", "other"), by_text("neutral", "positive", "negative"))
    code, out, err = run("annotate", "import", folder, path)
    assert (code, out) == (3, "")
    assert f"{path}: sheet " in err
    assert "column C (topic): 'wheather' is no label" in err
    assert "nothing of it is kept" in err
    code, out, err = run("annotate", "import", folder, path, "--skip-faulty")
    assert code == 1
    assert "2 answers of 甲, 1 texts not judged yet" in out


def test_a_labelled_file_is_compared_as_a_model(answered, run, tmp_path):
    rows = [{"id": name, "text": text, "topic": "credit", "topic_score": 0.9} for name, text in TEXTS.items()]
    write_jsonl(tmp_path / "labelled.jsonl", rows)
    code, out, err = run("annotate", "import", answered, tmp_path / "labelled.jsonl", "--annotator", "model:linear")
    assert (code, err) == (0, "")
    assert "3 answers of model:linear, 3 without sentiment" in out
    code, out, _ = run("annotate", "agree", answered)
    assert code == 0
    assert "model:linear (model) 3" in out
    lines = [line.split() for line in out.splitlines() if "model:linear" in line and line.startswith("topic")]
    assert [(line[1], line[2], line[3]) for line in lines] == [
        ("甲", "model:linear", "yes"),
        ("乙", "model:linear", "yes"),
    ]


def test_suggestions_stand_on_the_sheet(folder, run, tmp_path):
    rows = [{"id": name, "topic": "credit"} for name in TEXTS]
    write_jsonl(tmp_path / "labelled.jsonl", rows)
    options = ("--annotator", "甲", "--suggestions", tmp_path / "labelled.jsonl")
    assert run("annotate", "export", folder, "--to", "jsonl", *options)[0] == 0
    shown = [json.loads(line) for line in (folder / "sheets/甲/甲.jsonl").read_text("utf-8").splitlines()]
    assert [row["suggestions"] for row in shown] == [{"topic": "credit"}] * 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("--overlap", "some"), "--overlap 'some': all, or a number", id="overlap"),
        pytest.param(("--rule", "mine"), "rule 'mine': allowed are", id="rule"),
        pytest.param(("--task", "mood"), "mood", id="task"),
        pytest.param(("--corpus", "."), "either with --documents or with --corpus", id="both"),
    ],
)
def test_a_wrong_call_leaves_nothing_behind(run, tmp_path, arguments, message):
    write_jsonl(tmp_path / "posts.jsonl", [{"id": "p1", "text": "好"}])
    wanted = ("--documents", tmp_path / "posts.jsonl", "--annotator", "甲", "--annotator", "乙", "--task", "topic")
    code, out, err = run("annotate", "new", tmp_path / "c", *wanted, *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert [path.name for path in tmp_path.iterdir()] == ["posts.jsonl"]


def test_hostile_texts_and_names_reach_the_terminal_escaped(run, tmp_path):
    write_jsonl(
        tmp_path / "posts.jsonl", [{"id": "\x1b[2Jx", "text": "好\x1b[31m坏\u202e"}, {"id": "y", "text": "一般"}]
    )
    wanted = ("--documents", tmp_path / "posts.jsonl", "--annotator", "甲", "--annotator", "乙", "--task", "k=a|b")
    assert run("annotate", "new", tmp_path / "c", *wanted)[0] == 0
    run("annotate", "export", tmp_path / "c", "--to", "jsonl")
    for name, label in (("甲", "a"), ("乙", "b")):
        sheet = tmp_path / f"c/sheets/{name}/{name}.jsonl"
        numbers = [json.loads(line)["number"] for line in sheet.read_text("utf-8").splitlines()]
        write_jsonl(tmp_path / "in.jsonl", [{"number": number, "labels": {"k": label}} for number in numbers])
        assert run("annotate", "import", tmp_path / "c", tmp_path / "in.jsonl")[0] == 0
    code, out, _ = run("annotate", "agree", tmp_path / "c")
    assert code == 0
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "\\x1b[31m坏" in out


def test_gold_is_not_written_into_the_campaign(answered, run):
    code, _, err = run("annotate", "gold", answered, "-o", answered / "gold.csv")
    assert code == 2
    assert "gold.csv" in err
