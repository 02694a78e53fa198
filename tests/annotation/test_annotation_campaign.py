import csv
import json
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest

from weibo_nlp.annotation import export_sheets, import_answers, new_campaign, open_campaign
from weibo_nlp.annotation.answers import all_answers, read_answers_of
from weibo_nlp.annotation.campaign import annotator_of, file_stem
from weibo_nlp.annotation.documents import DocumentSource, documents_of, targets_of
from weibo_nlp.annotation.sheet_export import format_called
from weibo_nlp.corpus import build_threads
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import read_jsonl, write_jsonl
from weibo_nlp.release.sources import read_sources

SOURCES = read_sources(Path(__file__).parents[1] / "data" / "release")
THREADS = build_threads(SOURCES.documents)
POSTS = [
    {"id": "p1", "text": "这种人就该上黑名单", "parent": None},
    {"id": "p2", "text": "支持 +1", "parent": "p1"},
    {"id": "p3", "text": "=1+1 这也行？😀", "parent": "p1"},
    {"id": "p4", "text": "今天天气真好", "parent": None},
    {"id": "p5", "text": "@客服 退押金", "parent": None},
]
TASKS = ("topic", "sentiment", "stance=信用惩戒", "语气=冲|平和")
LABELS = {"topic": "credit", "sentiment": "neutral", "stance": "favor", "语气": "平和"}


@pytest.fixture
def campaign(tmp_path):
    write_jsonl(tmp_path / "posts.jsonl", POSTS)
    return new_campaign(tmp_path / "campaign", tmp_path / "posts.jsonl", TASKS, ["甲", "乙"], seed=3)


def fill_workbook(path, labels, *, change=lambda sheet: None):
    """Fill in a workbook: labels by the text of the row, then whatever else is done to the sheet."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    columns = {str(cell.value).partition("\n")[0]: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        for name, label in labels(sheet.cell(row, columns["正文"]).value).items():
            sheet.cell(row, columns[name]).value = label
    change(sheet)
    book.save(path)


def fill_csv(path, labels):
    with path.open(encoding="utf-8-sig", newline="") as handle:
        header, *rows = list(csv.reader(handle))
    columns = {cell.partition(":")[0]: place for place, cell in enumerate(header)}
    for row in rows:
        for name, label in labels(row[columns["正文"]]).items():
            row[columns[name]] = label
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        csv.writer(handle).writerows([header, *rows])


def sheet_of(campaign, name, shape="xlsx"):
    (first, *_) = export_sheets(campaign, format_called(shape), annotator=name)
    return first


def labels_by_text(campaign, name):
    texts = {document.id: document.text for document in campaign.documents.values()}
    return {texts[answer.id]: dict(answer.labels) for answer in read_answers_of(campaign, campaign.annotator(name))}


@pytest.mark.parametrize("shape", ["xlsx", "csv"])
def test_two_annotators_fill_their_sheets_in_and_every_answer_finds_its_text(campaign, shape):
    def judged(text):
        return LABELS | ({"topic": "other", "stance": "none"} if "天气" in text else {})

    for name in ("甲", "乙"):
        path = sheet_of(campaign, name, shape)
        (fill_workbook if shape == "xlsx" else fill_csv)(path, judged)
        (report,), problems = import_answers(campaign, path)
        assert (report.annotator, report.n_added, report.n_missing, dict(report.n_open)) == (name, 5, 0, {})
        assert problems == []
    assert labels_by_text(campaign, "甲") == labels_by_text(campaign, "乙")
    assert labels_by_text(campaign, "甲")["今天天气真好"] == LABELS | {"topic": "other", "stance": "none"}
    orders = {name: [answer.order for answer in answers] for name, answers in all_answers(campaign).items()}
    assert all(sorted(order) == [1, 2, 3, 4, 5] for order in orders.values())


def test_a_misspelt_cell_is_named_by_sheet_row_and_column_and_nothing_of_the_file_is_kept(campaign):
    path = sheet_of(campaign, "甲")
    fill_workbook(path, lambda text: LABELS | ({"sentiment": "postive"} if "天气" in text else {}))
    reports, (problem,) = import_answers(campaign, path)
    assert reports == []
    sheet = openpyxl.load_workbook(path).worksheets[0]
    (row,) = [cell.row for cells in sheet.iter_rows() for cell in cells if cell.value == "postive"]
    assert problem.text.startswith(f"sheet {sheet.title}, row {row}: column E (sentiment): 'postive' is no label")
    assert problem.path == path
    assert all_answers(campaign) == {}
    (report,), problems = import_answers(campaign, path, skip_faulty=True)
    assert (report.n_added, report.n_missing, len(problems)) == (4, 1, 1)


def test_rows_in_another_order_come_back_to_their_texts(campaign):
    def reversed_rows(sheet):
        rows = [[cell.value for cell in cells] for cells in sheet.iter_rows(min_row=2)][::-1]
        for number, row in enumerate(rows, start=2):
            for column, value in enumerate(row, start=1):
                cell = sheet.cell(number, column)
                cell.value = value
                cell.data_type = "n" if value is None else "s"  # as Excel moves a text that begins with =

    path = sheet_of(campaign, "甲")
    fill_workbook(path, lambda text: LABELS | {"topic": "other" if "天气" in text else "credit"}, change=reversed_rows)
    (report,), problems = import_answers(campaign, path)
    assert (report.n_added, problems) == (5, [])
    topics = {text: labels["topic"] for text, labels in labels_by_text(campaign, "甲").items()}
    assert {text for text, topic in topics.items() if topic == "other"} == {"今天天气真好"}


def test_a_deleted_row_is_counted_as_not_judged(campaign):
    path = sheet_of(campaign, "甲")
    fill_workbook(path, lambda text: LABELS, change=lambda sheet: sheet.delete_rows(3))
    (report,), problems = import_answers(campaign, path)
    assert (report.n_added, report.n_missing, problems) == (4, 1, [])


def added_row(sheet):
    sheet.append(["A099", None, "没有发过的", "credit"])


def doubled_number(sheet):
    sheet["A3"].value = sheet["A2"].value


def moved_labels_and_text(sheet):
    sheet["C2"].value, sheet["C3"].value = sheet["C3"].value, sheet["C2"].value


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(added_row, "row 7: 'A099' was not dealt", id="added-row"),
        pytest.param(doubled_number, "row 3: 'A001' stands beside the checksum", id="doubled-number"),
        pytest.param(moved_labels_and_text, "row 2: the text beside 'A001' is not the one", id="shifted-text"),
    ],
)
def test_rows_that_are_not_those_that_were_dealt_are_named(campaign, change, message):
    path = sheet_of(campaign, "甲")
    fill_workbook(path, lambda text: LABELS, change=change)
    reports, problems = import_answers(campaign, path)
    assert reports == []
    assert message in problems[0].text


def test_the_sheet_of_one_annotator_is_not_taken_for_that_of_another(campaign):
    path = sheet_of(campaign, "甲")
    fill_workbook(path, lambda text: LABELS)
    reports, problems = import_answers(campaign, path, annotator="乙")
    assert reports == []
    assert len(problems) == 5
    assert "was dealt to 甲, and not to 乙" in problems[0].text


def test_other_answers_of_an_annotator_are_kept_until_they_are_to_be_replaced(campaign):
    path = sheet_of(campaign, "甲")
    fill_workbook(path, lambda text: {"topic": "credit"} if "天气" in text else {})
    (report,), _ = import_answers(campaign, path)
    assert (report.n_added, report.n_missing, dict(report.n_open)) == (
        1,
        4,
        {"sentiment": 1, "stance": 1, "语气": 1},
    )
    fill_workbook(path, lambda text: LABELS)  # goes on with what was begun
    (report,), _ = import_answers(campaign, path)
    assert (report.n_added, report.n_unchanged, report.n_replaced, report.n_missing) == (5, 0, 0, 0)
    assert import_answers(campaign, path)[0][0].n_unchanged == 5
    fill_workbook(path, lambda text: LABELS | {"sentiment": "negative"})
    with pytest.raises(UsageError, match=r"甲 gave other answers to 5 of these texts before.*--replace"):
        import_answers(campaign, path)
    assert {labels["sentiment"] for labels in labels_by_text(campaign, "甲").values()} == {"neutral"}
    (report,), _ = import_answers(campaign, path, replace=True)
    assert report.n_replaced == 5
    assert {labels["sentiment"] for labels in labels_by_text(campaign, "甲").values()} == {"negative"}


def test_a_sheet_that_may_have_been_filled_in_is_not_written_over(campaign):
    path = sheet_of(campaign, "甲")
    fill_workbook(path, lambda text: LABELS)
    filled = path.read_bytes()
    with pytest.raises(UsageError, match="may have been filled in"):
        sheet_of(campaign, "甲")
    assert path.read_bytes() == filled
    export_sheets(campaign, format_called("xlsx"), annotator="甲", replace=True)
    assert path.read_bytes() != filled


def test_in_a_project_that_annotators_share_answers_are_told_by_who_gave_them(campaign):
    sheet, _ = export_sheets(campaign, format_called("jsonl"), shared=True)
    numbers = [line.value["number"] for line in read_jsonl(sheet)]
    rows = [
        {"number": number, "labels": LABELS, "annotator": who}
        for number in numbers
        for who in ("jia@example.org", "乙")
    ]
    path = sheet.with_name("answers.jsonl")
    write_jsonl(path, rows)
    reports, problems = import_answers(campaign, path)
    assert (reports, len(problems)) == ([], 5)
    assert "answered by 'jia@example.org', who is none of 乙, 甲" in problems[0].text
    reports, problems = import_answers(campaign, path, people={"jia@example.org": "甲"})
    assert [(report.annotator, report.n_added) for report in reports] == [("甲", 5), ("乙", 5)]
    assert problems == []
    assert {answer.order for answers in all_answers(campaign).values() for answer in answers} == {None}


def test_sheets_tell_neither_ids_nor_threads_nor_who_else_judges(campaign):
    files = export_sheets(campaign, format_called("csv"), annotator="甲")
    shown = "".join(path.read_text("utf-8-sig") for path in files)
    assert [word for word in ("p1", "p5", "posts", "乙", "S00", "B00") if word in shown] == []
    keys = {name: list(key.numbers.values()) for name, key in campaign.keys.items()}
    assert sorted(keys["甲"]) == sorted(keys["乙"]) == ["p1", "p2", "p3", "p4", "p5"]
    assert keys["甲"] != keys["乙"]


def test_what_a_text_answers_stands_above_it(campaign):
    path = sheet_of(campaign, "甲", "jsonl")
    above = {line.value["text"]: line.value.get("above", []) for line in read_jsonl(path)}
    assert [passage["text"] for passage in above["支持 +1"]] == ["这种人就该上黑名单"]
    assert above["今天天气真好"] == []


def test_long_sheets_are_parted_into_pieces_of_one_size(campaign):
    files = export_sheets(campaign, format_called("jsonl"), annotator="乙", per_sheet=2)
    sheets = [path for path in files if not path.name.endswith("questions.json")]
    assert [path.name for path in sheets] == ["乙-1.jsonl", "乙-2.jsonl", "乙-3.jsonl"]
    assert [sum(1 for _ in read_jsonl(path)) for path in sheets] == [2, 2, 1]


def corpus_campaign(folder, **settings):
    register = {event.id: event.targets for event in SOURCES.events.values()}
    targets = {
        thread.id: [each.text for each in targets_of(thread, register[thread.root.event], SOURCES.targets)]
        for thread in THREADS
    }
    source = DocumentSource(documents_of(SOURCES.documents, targets), "corpus", "miniature")
    return new_campaign(folder, source, ["topic", "stance"], ["a", "b", "c"], **settings)


def test_threads_of_the_corpus_are_asked_about_the_targets_of_their_events(tmp_path):
    campaign = corpus_campaign(tmp_path / "campaign")
    files = export_sheets(campaign, format_called("jsonl"), annotator="a")
    asked = [json.loads(path.read_text("utf-8")) for path in files if path.name.endswith("questions.json")]
    targets = [{each["target"] for each in sheet["questions"] if each["target"]} for sheet in asked]
    assert {"信用惩戒", "冻结借书证"} in targets
    assert sum(len(each) == 1 for each in targets) == len(targets) - 1
    numbers = [line.value["number"] for path in files if "questions" not in path.name for line in read_jsonl(path)]
    assert sorted(numbers) == list(campaign.keys["a"].numbers)


def test_a_stance_that_was_not_asked_of_a_text_is_a_fault(tmp_path):
    campaign = corpus_campaign(tmp_path / "campaign")
    number = next(number for number, name in campaign.keys["a"].numbers.items() if name.startswith("everyday-soup"))
    named = {question.target: question.name for question in campaign.questions}
    path = tmp_path / "answers.jsonl"
    write_jsonl(path, [{"number": number, "labels": {"topic": "other", named["冻结借书证"]: "none"}}])
    _, (problem,) = import_answers(campaign, path)
    assert f"{number} is not asked about {named['冻结借书证']}" in problem.text


def test_threads_without_declared_targets_are_asked_about_one_canonical_target_drawn_by_their_id():
    soup = [thread for thread in THREADS if thread.root.event == "everyday-soup"]
    drawn = [targets_of(thread, (), SOURCES.targets) for thread in soup]
    assert all(len(targets) == 1 and targets[0].canonical_for for targets in drawn)
    assert drawn == [targets_of(thread, (), dict(reversed(SOURCES.targets.items()))) for thread in soup]


def test_keys_of_texts_that_are_not_shipped_get_their_texts_from_the_users_copies(tmp_path):
    from weibo_nlp.external.hydration import text_key

    texts = ["限高令早该有了", "这号又在编故事"]
    copies = tmp_path / "copies"
    copies.mkdir()
    write_jsonl(copies / "list.jsonl", [{"text": text} for text in texts])
    write_jsonl(tmp_path / "keys.jsonl", [{"id": text_key(text), "group": "g"} for text in texts])
    campaign = new_campaign(tmp_path / "campaign", tmp_path / "keys.jsonl", ["topic"], ["甲", "乙"])
    kept = "".join(path.read_text("utf-8") for path in campaign.folder.rglob("*") if path.is_file())
    assert not any(text in kept for text in texts)
    assert (campaign.folder / "sheets" / ".gitignore").read_text() == "*\n!.gitignore\n"
    with pytest.raises(UsageError, match="holds keys and no texts; name the folder of your copies"):
        sheet_of(campaign, "甲")
    (path, *_) = export_sheets(campaign, format_called("xlsx"), annotator="甲", texts=copies)
    fill_workbook(path, lambda text: {"topic": "credit" if "限高" in text else "self_media"})
    (report,), problems = import_answers(campaign, path, texts=copies)
    assert (report.n_added, problems) == (2, [])
    answers = {answer.id: answer.labels["topic"] for answer in read_answers_of(campaign, campaign.annotator("甲"))}
    assert answers == {text_key(texts[0]): "credit", text_key(texts[1]): "self_media"}
    (copies / "list.jsonl").unlink()
    write_jsonl(copies / "list.jsonl", [{"text": texts[0]}])
    with pytest.raises(DataError, match="1 of 2 texts are not there"):
        export_sheets(campaign, format_called("csv"), texts=copies)


def test_a_campaign_is_the_same_whenever_it_is_set_up_with_the_same_seed(tmp_path, campaign):
    again = new_campaign(tmp_path / "again", tmp_path / "posts.jsonl", TASKS, ["甲", "乙"], seed=3)
    assert again.settings == campaign.settings == open_campaign(campaign.folder).settings
    assert again.keys == campaign.keys
    assert again.documents == campaign.documents


@pytest.mark.parametrize(
    ("annotators", "message"),
    [
        pytest.param(["甲"], "1 annotator; name two at least", id="one"),
        pytest.param(["甲", "甲"], "two annotators are called '甲'", id="twice"),
        pytest.param(["Ann", "ａnn"], "two annotators are called", id="width-and-case"),
        pytest.param(["甲", "../乙"], r"cannot be called '\.\./乙'", id="path"),
        pytest.param(["甲", "intention"], "is the author, who is dealt nothing", id="author"),
    ],
)
def test_annotators_who_could_not_be_told_apart_are_refused(tmp_path, annotators, message):
    write_jsonl(tmp_path / "posts.jsonl", POSTS)
    with pytest.raises(UsageError, match=message):
        new_campaign(tmp_path / "campaign", tmp_path / "posts.jsonl", TASKS, annotators)
    assert [path.name for path in tmp_path.iterdir()] == ["posts.jsonl"]


def test_a_folder_that_is_there_is_no_place_for_a_campaign(campaign, tmp_path):
    with pytest.raises(UsageError, match="is there already"):
        new_campaign(campaign.folder, tmp_path / "posts.jsonl", TASKS, ["甲", "乙"])


def test_a_folder_without_a_campaign_is_said_to_hold_none(tmp_path):
    with pytest.raises(UsageError, match="holds no campaign"):
        open_campaign(tmp_path)


def test_a_campaign_of_another_format_is_refused(campaign):
    path = campaign.folder / "campaign.json"
    path.write_text(path.read_text("utf-8").replace('"format": 1', '"format": 2'), "utf-8")
    with pytest.raises(DataError, match="of format 2; a weibo_nlp campaign of format 1 is expected"):
        open_campaign(campaign.folder)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param('"file": "甲"', '"file": "../../甲"', r"annotator '甲' are called '\.\./\.\./甲'", id="annotator"),
        pytest.param('"name": "topic"', '"name": "../topic"', r"a question is called '\.\./topic'", id="question"),
    ],
)
def test_a_campaign_of_a_stranger_cannot_lead_out_of_its_folder(campaign, old, new, message):
    path = campaign.folder / "campaign.json"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(DataError, match=message):
        open_campaign(campaign.folder)


def test_files_of_annotators_have_names_that_every_system_takes():
    assert file_stem("甲") == "甲"
    names = {file_stem(name) for name in ("con", "model:a", "model-a", "A b")}
    assert len(names) == 4
    assert all(":" not in name and " " not in name and name != "con" for name in names)
    assert (annotator_of("model:x").kind, annotator_of("intention").kind) == ("model", "author")


def annotated(place, by, tags, labels):
    """A task of a project as Label Studio exports it, with one annotation."""
    values = [
        {"from_name": tags[name], "to_name": "text", "type": "choices", "value": {"choices": [label]}}
        for name, label in labels.items()
    ]
    return {"id": place, "completed_by": {"id": 1, "email": by}, "was_cancelled": False, "result": values}


def test_two_annotators_of_one_label_studio_project_come_back_from_its_export(campaign):
    files = export_sheets(campaign, format_called("label-studio"), shared=True)
    tasks, interface = sorted(files, key=lambda path: path.suffix)
    names = [each.get("name") for each in ElementTree.parse(interface).iter("Choices")]
    tags = dict(zip([question.name for question in campaign.questions], names, strict=False))
    said = {"jia@example.org": LABELS, "yi@example.org": LABELS | {"topic": "other"}}
    rows = [
        {"id": place, "data": task["data"]}
        | {"annotations": [annotated(place, by, tags, labels) for by, labels in said.items()]}
        for place, task in enumerate(json.loads(tasks.read_text("utf-8")), start=1)
    ]
    path = campaign.folder / "export.json"
    path.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    people = {"jia@example.org": "甲", "yi@example.org": "乙"}
    reports, problems = import_answers(campaign, path, people=people)
    assert problems == []
    assert {(report.annotator, report.n_added) for report in reports} == {("甲", 5), ("乙", 5)}
    assert labels_by_text(campaign, "甲")["=1+1 这也行？😀"] == LABELS
    assert {labels["topic"] for labels in labels_by_text(campaign, "乙").values()} == {"other"}


def test_a_doccano_export_is_known_from_answers_of_a_program(campaign):
    dataset, *_ = export_sheets(campaign, format_called("doccano"), annotator="甲")
    rows = [line.value | {"id": place} for place, line in enumerate(read_jsonl(dataset), start=1)]
    labels = [f"{name}:{label}" for name, label in LABELS.items()]
    path = campaign.folder / "admin.jsonl"
    write_jsonl(path, [row | {"label": labels, "Comments": []} for row in rows])
    (report,), problems = import_answers(campaign, path)
    assert (report.annotator, report.n_added, problems) == ("甲", 5, [])


def test_faulty_rows_of_a_program_are_set_aside_by_their_line(campaign):
    sheet, _ = export_sheets(campaign, format_called("jsonl"), annotator="甲")
    rows = [{"number": line.value["number"], "labels": LABELS} for line in read_jsonl(sheet)]
    rows[1] |= {"labels": LABELS | {"topic": "wheather"}}
    path = sheet.with_name("answers.jsonl")
    write_jsonl(path, rows)
    (report,), (problem,) = import_answers(campaign, path, skip_faulty=True)
    assert (report.n_added, problem.line) == (4, 2)


def test_a_campaign_names_the_guideline_that_its_annotators_read(campaign, tmp_path):
    assert campaign.settings.guideline == "1.2.0"  # of the rules that sheets carry
    told = new_campaign(tmp_path / "told", tmp_path / "posts.jsonl", TASKS, ["甲", "乙"], guideline="1.2.1")
    assert open_campaign(told.folder).settings.guideline == "1.2.1"
    with pytest.raises(UsageError, match=r"guideline 'newest': a version of three numbers is allowed, as 1\.2\.1"):
        new_campaign(tmp_path / "else", tmp_path / "posts.jsonl", TASKS, ["甲", "乙"], guideline="newest")


def test_a_campaign_that_was_cloned_goes_on_without_its_empty_folders(campaign):
    for name in ("sheets", "answers", "adjudication"):
        (campaign.folder / name).rmdir()
    sheets = export_sheets(campaign, "jsonl")
    assert all(path.exists() for path in sheets)
    numbers = list(campaign.keys["甲"].numbers)
    write_jsonl(campaign.folder / "filled.jsonl", [{"number": numbers[0], "labels": {"topic": "other"}}])
    (report,), problems = import_answers(campaign, campaign.folder / "filled.jsonl")
    assert problems == []
    assert report.annotator == "甲"
