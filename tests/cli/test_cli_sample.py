"""``weibo-nlp sample`` as a user meets it."""

import json

import pytest
from openpyxl import load_workbook

HEADER = "id,created_at,thread,正文,topic,topic_score,stance_target,stance,stance_score,out_of_domain"


@pytest.fixture
def labelled(tmp_path):
    lines = [HEADER]
    for number in range(120):
        topic, target, stance = ("credit", "信用惩戒", "favor") if number % 3 == 0 else ("other", "", "")
        day = f"2023-{4 + number % 2:02d}-01"
        cells = (f"a{number}", day, f"t{number // 4}", f"坐了{number}年车没见谁管过", topic, "0.8", target, stance)
        lines.append(",".join([*cells, "0.7" if stance else "", "True" if number == 5 else "False"]))
    path = tmp_path / "labelled.csv"
    path.write_text("\n".join([*lines, ""]), "utf-8")
    return path


def test_a_sample_is_drawn_said_and_has_its_design_beside(run, labelled, tmp_path):
    output = tmp_path / "sample.xlsx"
    code, out, err = run("sample", labelled, "-n", 40, "--label", "topic", "-o", output)
    assert (code, out) == (0, "")
    assert err.splitlines() == [
        f"40 of 120 rows drawn at random (seed 0): {output}",
        "1 rows are out of domain; they are drawn like the others, as shares are shares of all rows",
        "To be filled in: gold_topic",
        f"How it was drawn: {output}.design.json; keep it beside the sample",
    ]
    assert [cell.value for cell in load_workbook(output)["sample"][1]] == ["place", "id", "正文", "gold_topic"]
    assert len(json.loads((tmp_path / "sample.xlsx.design.json").read_text("utf-8"))["rows"]) == 40


def test_strata_are_told_with_what_was_drawn_of_each(run, labelled, tmp_path):
    options = ("--by", "topic", "--by", "month", "--allocation", "neyman", "--label", "topic")
    code, _, err = run("sample", labelled, "-n", 40, *options, "-o", tmp_path / "s.csv")
    assert code == 0
    lines = err.splitlines()
    assert "Strata (topic × month), neyman: rows drawn of rows there are" in lines
    strata = [line for line in lines if line.startswith("  ")]
    assert [line.partition(":")[0].strip() for line in strata] == [
        "credit / 2023-04", "credit / 2023-05", "other / 2023-04", "other / 2023-05",
    ]  # fmt: skip


def test_threads_are_told_with_how_many_rows_came_of_them(run, labelled, tmp_path):
    options = ("--clusters", "thread", "--per-cluster", 2, "--label", "topic", "-q")
    code, _, err = run("sample", labelled, "-n", 20, *options, "-o", tmp_path / "s.jsonl")
    assert code == 0
    assert "10 clusters are few: intervals hold as they say from 30 on" in err
    assert "20 rows are too few for an interval, which needs 30, better 200" in err


def test_rare_strata_are_named_even_when_quiet(run, labelled, tmp_path):
    _, _, err = run("sample", labelled, "-n", 30, "--by", "id", "--label", "topic", "-q", "-o", tmp_path / "s.csv")
    assert err.startswith("120 strata with too few rows are drawn from together: a0, a1, a10, ")


def test_a_target_that_gives_the_topic_away_is_said(run, labelled, tmp_path):
    path = labelled.read_text("utf-8").replace("other,,,,", "self_media,自媒体的可信与价值,none,0.5,")
    labelled.write_text(path, "utf-8")
    _, _, err = run("sample", labelled, "-n", 60, "-q", "-o", tmp_path / "s.csv")
    assert "stance_target shows which topic was predicted" in err


def test_a_plan_draws_nothing_and_tells_half_widths(run, labelled, tmp_path):
    before = sorted(tmp_path.iterdir())
    code, out, _ = run("sample", labelled, "--plan", "-n", 60, "--label", "topic")
    assert code == 0
    assert sorted(tmp_path.iterdir()) == before
    lines = out.splitlines()
    assert "half the width of a 95% interval, in points" in lines[0]
    assert lines[1].split() == ["label", "column", "label", "predicted", "60", "100", "60", "with", "model"]
    credit = next(line.split() for line in lines if "credit" in line)
    # 60 of 120 rows are worth 120 of many: 1.96 / 1.032 * sqrt(1/3 * 2/3 / 120 + (1.96 / 240) ** 2) = 8.3 points.
    assert credit[:5] == ["topic", "credit", "33.3%", "8.3", "3.8"]
    assert "which is an assumption (--accuracy)" in out


def test_a_plan_for_threads_counts_in_that_their_rows_are_alike(run, labelled):
    _, plain, _ = run("sample", labelled, "--plan", "--label", "topic")
    _, out, _ = run("sample", labelled, "--plan", "--label", "topic", "--clusters", "thread", "--icc", "0.25")
    assert "A row has 4.0 of its own cluster, itself among them." in out
    assert "the variance is 1.75 times that of rows drawn one by one" in out
    widths = [float(next(line.split() for line in text.splitlines() if "credit" in line)[3]) for text in (plain, out)]
    assert widths[1] > widths[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["-n", "20"], "-n (how many rows) and -o (where to) are needed", id="no-output"),
        pytest.param(["-o", "s.csv"], "-n (how many rows) and -o (where to) are needed", id="no-number"),
        pytest.param(["-n", "121", "-o", "s.csv"], "has 120 rows, and 121 are to be drawn", id="too-many"),
        pytest.param(["--plan", "-o", "s.csv"], "--plan draws nothing", id="plan-and-output"),
        pytest.param(["-n", "9", "-o", "s.csv", "--per-cluster", "2"], "name --clusters as well", id="no-clusters"),
        pytest.param(["-n", "9", "-o", "-"], "is no file", id="to-a-stream"),
        pytest.param(["-n", "9", "-o", "/dev/stdout"], "is no file", id="to-standard-output"),
        pytest.param(["-n", "9", "-o", "s.csv.gz"], "as people fill it in", id="packed"),
        pytest.param(["-n", "9", "-o", "labelled.csv"], "is the input", id="onto-the-input"),
        pytest.param(["-n", "9", "-o", "s.html"], "stands for HTML", id="another-format"),
        pytest.param(["-n", "9", "-o", "s.csv", "--label", "harm"], "no column 'harm'", id="no-such-label"),
        pytest.param(["-n", "9", "-o", "none/s.csv"], "the folder does not exist", id="no-folder"),
    ],
)
def test_a_wrong_call_says_what_is_wrong_and_writes_nothing(run, labelled, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    code, _, err = run("sample", labelled.name, *arguments)
    assert code == 2
    assert message in err
    assert [path.name for path in tmp_path.iterdir()] == ["labelled.csv"]


def test_a_sample_with_labels_in_it_is_never_replaced(run, labelled, tmp_path):
    output = tmp_path / "s.csv"
    assert run("sample", labelled, "-n", 30, "--label", "topic", "-o", output)[0] == 0
    output.write_text(output.read_text("utf-8").replace(",\n", ",credit\n", 1), "utf-8")
    code, _, err = run("sample", labelled, "-n", 30, "--label", "topic", "-o", output)
    assert code == 2
    assert "holds 1 labels that people gave" in err


def test_names_of_columns_on_a_terminal_are_harmless(run, tmp_path):
    path = tmp_path / "l.csv"
    path.write_text("text,harm\x1b[2J\n好,a\n坏,b\n", "utf-8")
    _, out, err = run("sample", path, "-n", 2, "--label", "harm\x1b[2J", "-o", tmp_path / "s.csv", "--header")
    assert "\x1b" not in out + err


def test_the_order_of_dates_is_said_where_no_date_tells_it(run, labelled, tmp_path):
    labelled.write_text(
        labelled.read_text("utf-8").replace("2023-04-01", "04/01/2023").replace("2023-05-01", "05/01/2023")
    )
    asked = ("sample", labelled, "-n", 40, "--by", "month", "--label", "topic", "-o", tmp_path / "sample.csv")
    code, _, err = run(*asked)
    assert (code, "--date-order day or --date-order month" in err) == (2, True)
    code, _, err = run(*asked, "--date-order", "month")
    assert (code, "2023-04" in err, "2023-05" in err) == (0, True, True)
