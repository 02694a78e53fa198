"""Files made to break a reader: what can be used is labelled, the rest set aside, in bounded time."""

import csv
import sys

from weibo_nlp.io import read_jsonl


def labelled(path):
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def reasons(path):
    return [line.value["reason"] for line in read_jsonl(f"{path}.rejected.jsonl")]


def test_a_single_line_of_twenty_megabytes_is_set_aside_and_shown_by_its_beginning(run, tmp_path):
    source, output = tmp_path / "a.txt", tmp_path / "o.csv"
    source.write_bytes(b"x" * 20_000_000 + "\n好\n".encode())
    code, _, err = run("label", source, "-o", output)
    assert code == 1
    assert [row["text"] for row in labelled(output)] == ["好"]
    assert reasons(output) == ["line is longer than 4,194,304 bytes"]
    assert (tmp_path / "o.csv.rejected.jsonl").stat().st_size < 3_000
    assert len(err) < 1_000


def test_nul_bytes_are_text(run, tmp_path):
    source, output = tmp_path / "a.csv", tmp_path / "o.csv"
    source.write_bytes(b"id,text\n1,\x00\xe5\xa5\xbd\x00\n2,\x00\n")
    code, _, err = run("label", source, "-o", output)
    assert code == 1
    assert f"{source}:3: text: empty (1 in all)" in err  # nothing of it can be seen
    assert [row["text"] for row in labelled(output)] == ["\x00好\x00"]


def test_an_open_quote_on_every_line_costs_linear_time(run, tmp_path):
    source, output = tmp_path / "a.csv", tmp_path / "o.csv"
    source.write_text("id,text\n" + '1,"没有关\n' * 3_000 + '2,好\n3,"没有关\n4,坏\n', "utf-8")
    code, _, err = run("label", source, "-o", output)
    assert code == 1
    assert [row["id"] for row in labelled(output)] == ["2", "4"]
    assert "3,001 rows set aside" in err


def test_a_header_of_four_thousand_columns_is_labelled_and_its_messages_are_short(run, tmp_path):
    source, output = tmp_path / "a.csv", tmp_path / "o.csv"
    source.write_text(",".join(map(str, range(4_095))) + ",text\n" + "," * 4_095 + "好\n", "utf-8")
    assert run("label", source, "-o", output)[0] == 0
    assert len(labelled(output)[0]) == 4_096 + 11
    code, _, err = run("label", source, "--text-column", "nope")
    assert code == 2
    assert err.endswith("18, 19, and 4,076 more.\n")


def test_a_header_of_a_hundred_thousand_columns_is_refused_in_a_sentence(run, tmp_path):
    source = tmp_path / "a.csv"
    source.write_text(",".join(map(str, range(99_999))) + ",text\n" + "," * 99_999 + "好\n", "utf-8")
    code, _, err = run("label", source, "-o", tmp_path / "o.csv")
    assert code == 3
    assert err == f"Error: {source}:1: the header has more than 4,096 names; keep the columns that are needed.\n"


def test_json_with_deep_doubled_and_enormous_parts(run, tmp_path):
    source, output = tmp_path / "a.jsonl", tmp_path / "o.jsonl"
    key = "k" * 1_000
    lines = [
        '{"text": "深", "x": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"text": "一", "text": "二"}',
        '{"text": "大", "n": ' + "9" * 5_000 + "}",
        '{"text": "远", "n": 1e999}',
        f'{{"text": "长", "{key}": 1}}',
        f'{{"text": "太", "{key * 1_000}": 1}}',
    ]
    source.write_text("\n".join(lines), "utf-8")
    code, _, err = run("label", source, "-o", output)
    assert code == 1
    (row,) = read_jsonl(output)
    assert (row.value["text"], row.value[key]) == ("长", 1)
    assert reasons(output) == [
        "nested deeper than 100 levels",
        "key 'text' stands twice",
        "not JSON: an integer of thousands of digits",
        "not JSON: 1e999 is too large a number",
        "a name longer than 1,000 characters",
    ]
    assert len(err) < 1_500
    assert len(run("label", source, "--text-column", "nope")[2]) < 1_000


def test_a_name_as_long_as_the_file_system_allows_leaves_no_room_for_the_output(run, tmp_path):
    source = tmp_path / ("长" * 83 + ".csv")
    source.write_text("text\n好\n", "utf-8")
    for too_long in (source.with_name("长" * 84 + ".csv"), source.with_name("宽" * 80 + ".csv")):
        code, _, err = run("label", source, "-o", too_long)  # the first itself, the second with .rejected.jsonl
        assert code == 2
        assert "File name too long; name another file" in err
    assert [path.name for path in tmp_path.iterdir()] == [source.name]
    assert run("label", source, "-o", tmp_path / "短.csv")[0] == 0


def test_the_rejects_of_a_run_can_be_labelled_but_not_over_themselves(run, tmp_path):
    source, output = tmp_path / "a.csv", tmp_path / "o.csv"
    source.write_text("id,text\n1,好\n2\n", "utf-8")
    run("label", source, "-o", output)
    rejects = tmp_path / "o.csv.rejected.jsonl"
    before = rejects.read_bytes()
    code, _, err = run("label", rejects, "--text-column", "raw", "-o", output)
    assert code == 2
    assert "is the input" in err
    assert rejects.read_bytes() == before
    assert run("label", rejects, "--text-column", "raw", "-o", tmp_path / "again.csv")[0] == 0
