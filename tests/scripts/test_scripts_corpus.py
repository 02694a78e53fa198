import json
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from weibo_nlp.annotation.adjudication import votes
from weibo_nlp.annotation.judgements import judgement_parser
from weibo_nlp.external.hydration import is_text_key
from weibo_nlp.records import AUTHOR_LABEL
from weibo_nlp.scheme import load_scheme

CHECKOUT = Path(__file__).parents[2]
MINIATURE = CHECKOUT / "tests" / "data" / "release"
ROUND = "annotations/rounds/r01"
LAST = "annotations/rounds/r04"  # the round that counts in the released corpus


def run(script, root, *arguments):
    command = [sys.executable, CHECKOUT / "scripts" / script, "--root", root, *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def change(path, line, **values):
    """Change fields of the row on a line, counted from 1."""
    rows = [json.loads(text) for text in path.read_text("utf-8").splitlines()]
    rows[line - 1] |= values
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


@pytest.fixture
def miniature(tmp_path):
    """A copy of the miniature, not built yet."""
    return Path(shutil.copytree(MINIATURE, tmp_path / "miniature"))


@pytest.fixture
def real(tmp_path):
    """A copy of the released corpus with its annotations."""
    for name in ("corpus", "annotations"):
        shutil.copytree(CHECKOUT / name, tmp_path / "real" / name)
    return tmp_path / "real"


@pytest.mark.slow
def test_build_then_check_then_a_changed_line(miniature):
    built = run("build_corpus.py", miniature, "--version", "0.0.3")
    assert (built.returncode, built.stderr) == (0, "")
    assert "targets/train-00000-of-00001.parquet\t4 rows\t" in built.stdout
    assert json.loads((miniature / "corpus/manifest.json").read_text("utf-8"))["version"] == "0.0.3"
    checked = run("check_corpus.py", miniature)
    tiny = "level 5 left out: 16 documents, its statistics need 500 or more\n"
    assert (checked.returncode, checked.stdout) == (0, f"{tiny}levels 1, 2, 3, 4, 6, 7: all rules hold\n")
    change(miniature / ROUND / "a1.jsonl", 3, confidence="low")
    checked = run("check_corpus.py", miniature)
    assert checked.returncode == 3
    first, _, last = checked.stdout.splitlines()
    assert first.startswith(f"{ROUND}/a1.jsonl:3: [6 released] confidence was released as 'high'")
    assert last == "levels 1, 2, 3, 4, 6, 7: 1 problems"


def test_nothing_is_built_from_sources_that_break_a_rule(miniature):
    gold = miniature / "annotations/adjudicated/library-fines.jsonl"
    gold.write_text("".join(gold.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    built = run("build_corpus.py", miniature)
    assert (built.returncode, built.stdout) == (3, "")
    assert built.stderr == (
        "corpus/texts/credit/library-fines.jsonl:9: [3 gold] "
        "'library-fines-0009' has no gold row in annotations/adjudicated/.\n"
    )
    assert not (miniature / "corpus/manifest.json").exists()


@pytest.mark.parametrize("script", ["build_corpus.py", "check_corpus.py", "measure_agreement.py"])
def test_a_folder_without_a_corpus_is_refused_in_one_line(tmp_path, script):
    done = run(script, tmp_path)
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith(f"{tmp_path}/annotations/scheme.yaml: cannot be read as YAML: No such file")
    assert len(done.stderr.splitlines()) == 1


def test_agreement_is_printed_and_written_with_null_where_nothing_can_be_said(miniature):
    for name in ("a1", "a2", "a3"):  # nobody hears irony: alpha of irony is undefined
        change(miniature / ROUND / f"{name}.jsonl", 15, irony=False)
    out = miniature / "agreement.json"
    done = run("measure_agreement.py", miniature, "--json", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        "task",
        "topic",
        "sentiment",
        "irony",
        "needs_context",
        "stance",
    ]
    found = {row["task"]: row for row in json.loads(out.read_text("utf-8"), parse_constant=pytest.fail)}
    assert (found["irony"]["alpha"], found["irony"]["low"], found["irony"]["pairwise"]) == (None, None, 1.0)
    assert found["topic"]["non_unanimous"] == pytest.approx(2 / 16)


def test_agreement_over_files_with_unreadable_lines_is_refused(miniature):
    change(miniature / ROUND / "a2.jsonl", 5, topic="soup")
    done = run("measure_agreement.py", miniature)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(f"{ROUND}/a2.jsonl:5: [2 scheme] topic 'soup' for everyday-soup-0005 is not in the")


# The released corpus


def released(root):
    corpus = root / "corpus"
    paths = sorted([*corpus.glob("*/*.parquet"), corpus / "README.md"])
    return {path.relative_to(corpus).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.slow
def test_the_released_corpus_holds_all_rules(real):
    done = run("check_corpus.py", real)
    assert (done.returncode, done.stdout) == (0, "levels 1, 2, 3, 4, 5, 6, 7: all rules hold\n")


@pytest.mark.slow
def test_the_released_corpus_thrown_away_is_built_again_from_its_sources(real):
    manifest = json.loads((real / "corpus/manifest.json").read_text("utf-8"))
    before = released(real)
    for path in real.glob("corpus/*/*.parquet"):
        path.unlink()
    done = run("build_corpus.py", real, "--version", manifest["version"])
    assert (done.returncode, done.stderr) == (0, "")
    after = json.loads((real / "corpus/manifest.json").read_text("utf-8"))
    assert after["inputs"] == manifest["inputs"]
    assert {name: (e["rows"], e["rows_sha256"]) for name, e in after["files"].items()} == {
        name: (e["rows"], e["rows_sha256"]) for name, e in manifest["files"].items()
    }
    if pa.__version__ == manifest["pyarrow"]:  # the writer's version stands in every file
        assert released(real) == before


def struck(real):
    """Ids of documents that are in the sources and in the release no more."""
    lines = (real / "corpus" / "struck.jsonl").read_text("utf-8").splitlines()
    return {json.loads(line)["document_id"] for line in lines}


def unanimous_on_topic(real, path, labels):
    """Line of a judgement file whose released document all three annotators gave one topic; and another topic."""
    gone = struck(real)
    rows = {
        name: [json.loads(line) for line in (real / path / f"{name}.jsonl").read_text("utf-8").splitlines()]
        for name in ("a1", "a2", "a3")
    }
    scheme = load_scheme()
    parse = judgement_parser(scheme)
    for line, three in enumerate(zip(*rows.values(), strict=True), start=1):
        vote = votes([parse(row) for row in three], scheme)["topic"]
        if line > 300 and vote.resolution == "unanimous" and three[0]["document_id"] not in gone:
            return line, three[0]["document_id"], next(label for label in labels if label != vote.winner)
    raise LookupError("no unanimous document")


@pytest.mark.slow
@pytest.mark.parametrize("layer", ["judgement", AUTHOR_LABEL, "adjudicated"])
def test_one_label_changed_in_the_released_corpus_is_told_with_file_and_line(real, layer):
    labels = load_scheme().task("topic").labels
    # The author's own layer is that of the round in which a document was composed.
    line, document_id, other = unanimous_on_topic(real, ROUND if layer == AUTHOR_LABEL else LAST, labels)
    event, number = document_id.rsplit("-", 1)
    if layer == "adjudicated":
        name, line = f"annotations/adjudicated/{event}.jsonl", int(number)
    else:
        name = f"{LAST}/a2.jsonl" if layer == "judgement" else f"{ROUND}/{AUTHOR_LABEL}.jsonl"
    rows = [json.loads(text) for text in (real / name).read_text("utf-8").splitlines()]
    assert rows[line - 1]["document_id"] == document_id
    now = rows[line - 1]["topic"]
    change(real / name, line, topic=other if now != other else next(label for label in labels if label != now))
    done = run("check_corpus.py", real)
    assert done.returncode == 3
    (problem, _) = done.stdout.splitlines()
    if layer == "judgement":  # first told where it makes the gold wrong, with the lines that were counted
        assert problem.startswith(f"annotations/adjudicated/{event}.jsonl:{int(number)}: [3 gold] {document_id}: topic")
        assert f"{name}:{line}" in problem
    else:
        assert problem.startswith(f"{name}:{line}: [{'6 released' if layer == AUTHOR_LABEL else '3 gold'}] ")


@pytest.mark.slow
def test_agreement_of_the_released_corpus_counts_every_document_and_reaches_the_bar(real):
    out = real / "agreement.json"
    assert run("measure_agreement.py", real, "--json", out).returncode == 0
    found = {row["task"]: row for row in json.loads(out.read_text("utf-8"))}
    files = sorted((real / "annotations/rounds").glob("r*/a1.jsonl"))
    rows = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    last = {row["document_id"]: row for row in rows if not is_text_key(row["document_id"])}
    gone = struck(real)
    judged = [row for name, row in last.items() if name not in gone]
    assert {found[task]["n_units"] for task in ("topic", "sentiment", "irony")} == {len(judged)}
    assert found["needs_context"]["n_units"] == sum(row["needs_context"] is not None for row in judged) < len(judged)
    assert found["stance"]["n_units"] == sum(len(row["stances"]) for row in judged)
    for task in ("topic", "sentiment", "irony", "stance"):  # under 0.67 the guideline is mended and all is judged again
        assert 0.67 <= found[task]["low"] <= found[task]["alpha"] <= found[task]["high"] <= 1
