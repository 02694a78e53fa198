"""Labelling as a job: parts that are there whole or not at all, and what is refused."""

import json
import os
import pickle
import shutil
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import open_table
from weibo_nlp.io.collection import open_collection
from weibo_nlp.io.job_folder import JOB, MANIFEST, SUMMARY, locked_job, read_job_folder
from weibo_nlp.io.locks import HAS_LOCKS
from weibo_nlp.labelling import Labeller, label_file
from weibo_nlp.labelling.inputs import WantedColumns, open_input
from weibo_nlp.labelling.job_request import LabelRequest
from weibo_nlp.labelling.jobs import LabelJob
from weibo_nlp.labelling.units import UnitSource, label_unit
from weibo_nlp.labelling.workers import MAX_DEATHS, Here, LocalProcesses

TEXTS = [
    "失信被执行人就该上征信黑名单",
    "今天食堂的菜有点咸，不好吃",
    "自媒体为了流量什么都敢写",
    "<p>抵制这个牌子</p>",
    "",
    "支持国货，不买了",
]
LINES = [
    *(f"{n},{text}" for n, text in enumerate(TEXTS)),
    '7,"两行\n一条"',
    '8,"没有关上',
    "9",
    "",
    '10,他说"好"',
]


@pytest.fixture(scope="module")
def labeller():
    return Labeller()


def job(folder, paths, labeller, wanted=None, **options):
    wanted = wanted or WantedColumns()
    paths = [paths] if isinstance(paths, Path) else paths
    request = LabelRequest(settings={"html": "auto"}, wanted=wanted, **options)
    inputs = [(path, partial(open_input, path, None, None, wanted)) for path in paths]
    return LabelJob(folder, request, labeller, inputs)


def values(paths):
    return [item.values for path in paths for item in open_table(path, header=None).rows()]


def bytes_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("part-*")}


@pytest.fixture
def posts(tmp_path):
    path = tmp_path / "posts.csv"
    path.write_text("id,text\n" + "\n".join(LINES * 3) + "\n", "utf-8")
    return path


@settings(max_examples=8)
@given(lines=st.lists(st.sampled_from(LINES), min_size=1, max_size=20), n=st.integers(1, 7))
def test_whatever_the_cut_parts_hold_the_rows_of_the_one_file_in_its_order(tmp_path_factory, labeller, lines, n):
    root = tmp_path_factory.mktemp("cut")
    path = root / "posts.csv"
    path.write_text("id,text\n" + "\n".join(["0,开头有字", *lines]) + "\n", "utf-8")
    with open_input(path) as opened:
        whole = label_file(opened.table, root / "whole.parquet", labeller, text_column=opened.text)
    done = job(root / "job", path, labeller, rows_per_part=n).run(Here())
    expected = pq.read_table(root / "whole.parquet").to_pylist()
    assert [row for part in done.folder.files for row in pq.read_table(part).to_pylist()] == expected
    assert (done.counts.rows, done.counts.rejected) == (whole.rows, whole.rejected)
    assert done.counts.reasons == whole.reasons
    assert done.counts.first_lines == whole.first_lines
    assert (done.counts.swallowing, done.counts.first_swallowing) == (whole.swallowing, whole.first_swallowing)
    assert done.counts.html == whole.html
    assert done.counts.summary.to_dict() == whole.summary.to_dict()
    rejects = [json.loads(line) for file in done.folder.rejects for line in file.read_text("utf-8").splitlines()]
    aside = (root / "whole.parquet.rejected.jsonl").read_text("utf-8").splitlines() if whole.rejected else []
    without = [{key: row[key] for key in ("file", "line", "reason", "raw")} for row in rejects]
    assert without == [{key: json.loads(line)[key] for key in ("file", "line", "reason", "raw")} for line in aside]


def test_a_job_is_one_collection_and_pandas_reads_its_folder(tmp_path, labeller, posts):
    done = job(tmp_path / "job", posts, labeller, rows_per_part=7).run(Here())
    frame = pd.read_parquet(tmp_path / "job")
    assert len(frame) == done.counts.rows == open_collection(tmp_path / "job").n_rows
    assert list(frame["id"][:4]) == ["0", "1", "2", "3"]
    summary = done.folder.summary()
    assert summary["rows"] == done.counts.rows
    assert summary["rejected"] == done.counts.rejected == sum(item["count"] for item in summary["reasons"].values())
    assert summary["inputs"][0]["n_rows"] == done.plan.n_rows


@pytest.mark.parametrize("to", ["csv", "tsv", "jsonl", "parquet"])
def test_parts_of_every_format_hold_the_same_labels(tmp_path, labeller, posts, to):
    done = job(tmp_path / "job", posts, labeller, rows_per_part=8, to=to).run(Here())
    assert [path.suffix for path in done.folder.files] == [f".{to}"] * done.plan.n_units
    assert [row["topic"] for row in values(done.folder.files)][:3] == ["credit", "other", "self_media"]


def test_inputs_of_several_kinds_become_one_table(tmp_path, labeller):
    (tmp_path / "a.csv").write_text("id,text\n1,今天食堂的菜有点咸\n", "utf-8")
    (tmp_path / "b.jsonl").write_text('{"text": "支持国货", "id": 2, "n": 5}\n{"text": "好吃", "n": [1]}\n', "utf-8")
    pd.DataFrame({"text": ["自媒体"], "n": [7]}).to_parquet(tmp_path / "c.parquet")
    paths = [tmp_path / name for name in ("a.csv", "b.jsonl", "c.parquet")]
    done = job(tmp_path / "job", paths, labeller).run(Here())
    frame = pd.read_parquet(tmp_path / "job")
    assert frame["id"].fillna("").tolist() == ["1", "2", "", ""]
    assert frame["n"].fillna("").tolist() == ["", "5", "[1]", "7"]
    assert done.plan.n_units == 3


def test_parquet_columns_keep_types_and_categories_and_the_index_of_pandas_is_left_out(tmp_path, labeller):
    path = tmp_path / "a.parquet"
    given = pd.DataFrame({"text": [*TEXTS, "再来一条"], "kind": pd.Categorical(list("aabbabc")), "n": range(7)})
    given.to_parquet(path)
    job(tmp_path / "job", path, labeller, rows_per_part=2).run(Here())
    frame = pd.read_parquet(tmp_path / "job")
    assert frame["kind"].tolist() == [kind for kind, text in zip(given["kind"], given["text"], strict=True) if text]
    assert frame["n"].dtype == given["n"].dtype
    assert frame.index.tolist() == list(range(6))


def test_threads_that_lie_in_other_units_are_read(tmp_path, labeller):
    rows = [{"mid": str(n), "text": TEXTS[n % 4], "re": str(n - 1) if n % 4 else None} for n in range(40)]
    rows += [{"mid": "2", "text": "重复", "re": "1"}, {"mid": "99", "text": "无主", "re": "77"}]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    wanted = WantedColumns("text", "re", "mid")
    with open_input(path, None, None, wanted) as opened:
        whole = label_file(opened.table, tmp_path / "whole.jsonl", labeller, **opened.columns)
    done = job(tmp_path / "job", path, labeller, wanted, rows_per_part=3, to="jsonl").run(Here())
    assert values(done.folder.files) == values([tmp_path / "whole.jsonl"])
    assert (done.counts.answering, done.counts.missing_parents) == (whole.answering, whole.missing_parents) == (31, 1)
    assert done.doubled_ids == whole.doubled_ids == 1
    assert not list((tmp_path / "job").glob("_t*"))


class Cut(Here):
    """Stops as if killed, behind so many units."""

    def __init__(self, units):
        super().__init__()
        self.units = units

    def run(self, source, units):
        for done, part in zip(range(self.units), super().run(source, units), strict=False):
            del done
            yield part
        raise KeyboardInterrupt


def broken_off(folder, posts, labeller, units=2, **options):
    with pytest.raises(KeyboardInterrupt):
        job(folder, posts, labeller, rows_per_part=5, **options).run(Cut(units))


def test_what_was_broken_off_is_gone_on_with_and_gives_the_same_bytes(tmp_path, labeller, posts):
    whole = job(tmp_path / "whole", posts, labeller, rows_per_part=5).run(Here())
    broken_off(tmp_path / "job", posts, labeller)
    with pytest.raises(DataError, match=rf"{whole.plan.n_units - 2} of {whole.plan.n_units} parts are missing"):
        read_job_folder(tmp_path / "job").require_finished()
    # A part that was renamed and not told of, and a line of which half was written.
    (tmp_path / "job/part-00002.parquet").write_bytes(b"half")
    with (tmp_path / "job" / MANIFEST).open("ab") as manifest:
        manifest.write(b'{"unit": 2, "part": "part-0')
    (tmp_path / "job/.part-00003.parquet.abcdefgh.weibo_nlp.tmp").write_bytes(b"half")
    done = job(tmp_path / "job", posts, labeller, rows_per_part=5).run(Here())
    assert bytes_of(tmp_path / "job") == bytes_of(tmp_path / "whole")
    assert (tmp_path / "job" / SUMMARY).read_text() == (tmp_path / "whole" / SUMMARY).read_text().replace(
        '"output": "whole"', '"output": "job"'
    )
    assert done.counts.to_dict() == whole.counts.to_dict()
    assert not [path for path in (tmp_path / "job").iterdir() if path.name.endswith(".tmp")]


def test_a_finished_job_is_not_done_again(tmp_path, labeller, posts):
    first = job(tmp_path / "job", posts, labeller).run(Here())
    again = job(tmp_path / "job", posts, labeller).run(Cut(0))
    assert again.counts.to_dict() == first.counts.to_dict()


@pytest.mark.parametrize("finished", [True, False])
def test_a_missing_part_is_made_again_and_an_altered_one_is_refused(tmp_path, labeller, posts, finished):
    folder = tmp_path / "job"
    if finished:
        job(folder, posts, labeller, rows_per_part=5).run(Here())
    else:
        broken_off(folder, posts, labeller)
    before = (folder / "part-00001.parquet").read_bytes()
    (folder / "part-00001.parquet").write_bytes(before[:-1] + b"x")
    with pytest.raises(UsageError, match=r"part-00001\.parquet was altered since it was written; move it away"):
        job(folder, posts, labeller, rows_per_part=5).run(Here())
    (folder / "part-00001.parquet").unlink()
    job(folder, posts, labeller, rows_per_part=5).run(Here())
    assert (folder / "part-00001.parquet").read_bytes() == before
    rejects = next((folder / "_rejected").iterdir())
    before = rejects.read_bytes()
    rejects.unlink()
    job(folder, posts, labeller, rows_per_part=5).run(Here())
    assert rejects.read_bytes() == before


def test_another_input_option_or_model_is_refused_with_what_differs(tmp_path, labeller, posts):
    folder = tmp_path / "job"
    broken_off(folder, posts, labeller)
    for options, message in (
        ({"rows_per_part": 6}, r"--rows-per-part was 5, and is 6"),
        ({"rows_per_part": 5, "to": "csv"}, r"--to was parquet, and is csv"),
        ({"rows_per_part": 5, "raw_cells": True}, r"--raw-cells was False, and is True"),
    ):
        with pytest.raises(UsageError, match=f"holds another job: {message}"):
            job(folder, posts, labeller, **options).run(Here())
    with pytest.raises(UsageError, match=r"it has 1 inputs, and 2 are given"):
        job(folder, [posts, posts], labeller, rows_per_part=5).run(Here())
    content = json.loads((folder / JOB).read_text("utf-8"))
    content["models"]["weights open"] = "0" * 64
    content["versions"]["weibo_nlp"] = "0.1.0"
    (folder / JOB).write_text(json.dumps(content), "utf-8")
    with pytest.raises(UsageError, match=r"the model of weights open is another; the version of weibo_nlp was 0\.1\.0"):
        job(folder, posts, labeller, rows_per_part=5).run(Here())


def test_an_input_with_other_bytes_is_refused_even_of_the_same_size_and_date_and_a_moved_one_is_not(
    tmp_path, labeller, posts
):
    folder = tmp_path / "job"
    whole = job(tmp_path / "whole", posts, labeller, rows_per_part=5).run(Here())
    broken_off(folder, posts, labeller)
    date = posts.stat().st_mtime_ns
    before = posts.read_bytes()
    posts.write_bytes(before.replace("咸".encode(), "淡".encode()))
    os.utime(posts, ns=(date, date))
    with pytest.raises(UsageError, match=r"posts\.csv has other bytes than when it was begun"):
        job(folder, posts, labeller, rows_per_part=5).run(Here())
    posts.write_bytes(before)
    moved = tmp_path / "elsewhere.csv"
    shutil.move(posts, moved)
    job(folder, moved, labeller, rows_per_part=5).run(Here())
    assert bytes_of(folder) == bytes_of(whole.folder.folder)


def test_a_folder_that_holds_something_else_is_refused(tmp_path, labeller, posts):
    (tmp_path / "job").mkdir()
    (tmp_path / "job/notes.txt").write_text("mine", "utf-8")
    with pytest.raises(UsageError, match=r"holds something else than a labelling job: 'notes\.txt'"):
        job(tmp_path / "job", posts, labeller).run(Here())
    with pytest.raises(UsageError, match=r"posts\.csv is a file; name a folder"):
        job(posts, posts, labeller).run(Here())


@pytest.mark.skipif(not HAS_LOCKS, reason="no locks on Windows")
def test_a_second_run_in_the_folder_is_refused_while_one_works_there(tmp_path, labeller, posts):
    (tmp_path / "job").mkdir()
    with locked_job(tmp_path / "job"), pytest.raises(UsageError, match="another run is writing into"):
        job(tmp_path / "job", posts, labeller).run(Here())
    job(tmp_path / "job", posts, labeller).run(Here())


def test_a_manifest_that_is_broken_before_its_last_line_is_refused(tmp_path, labeller, posts):
    broken_off(tmp_path / "job", posts, labeller)
    manifest = tmp_path / "job" / MANIFEST
    first, second = manifest.read_text("utf-8").splitlines()
    manifest.write_text(f"{first[:40]}\n{second}\n", "utf-8")
    with pytest.raises(DataError, match=r"_manifest\.jsonl:1: not JSON.*done again"):
        job(tmp_path / "job", posts, labeller, rows_per_part=5).run(Here())


@pytest.mark.slow
def test_processes_give_what_one_gives_and_one_that_dies_is_replaced(tmp_path, labeller, posts):
    whole = job(tmp_path / "whole", posts, labeller, rows_per_part=5).run(Here())

    class Killing(LocalProcesses):
        def run(self, source, units):
            for number, part in enumerate(super().run(source, units)):
                if number == 0:
                    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
                    workers = [int(child) for child in children if b"spawn_main" in cmdline(child)]
                    os.kill(workers[0], 9)
                yield part

    def cmdline(child):
        return Path(f"/proc/{child}/cmdline").read_bytes()

    job(tmp_path / "job", posts, labeller, rows_per_part=5).run(Killing(2))
    assert bytes_of(tmp_path / "job") == bytes_of(whole.folder.folder)


class Deadly(dict):
    """Settings that end whatever process unpacks them."""

    def __reduce__(self):
        return os._exit, (9,)


@pytest.mark.slow
def test_a_unit_that_ends_every_process_is_named(tmp_path, labeller, posts):
    broken_off(tmp_path / "job", posts, labeller)
    deadly = job(tmp_path / "job", posts, labeller, rows_per_part=5)
    request = LabelRequest(settings={"html": "auto"}, rows_per_part=5, models=Deadly())
    again = LabelJob(tmp_path / "job", request, labeller, deadly.inputs)
    with pytest.raises(DataError, match=rf"unit 2 of the job ended {MAX_DEATHS} processes .* exit code 9"):
        again.run(LocalProcesses(1))


def test_a_unit_labelled_by_whoever_has_only_the_source_is_the_same(tmp_path, labeller, posts):
    whole = job(tmp_path / "job", posts, labeller, rows_per_part=5).run(Here())
    begun = job(tmp_path / "job", posts, labeller, rows_per_part=5)
    before = bytes_of(tmp_path / "job")
    source = pickle.loads(pickle.dumps(UnitSource(begun.folder, begun.request)))  # noqa: S301 - our own
    assert label_unit(source, 1) == whole.folder.parts[1]
    assert bytes_of(tmp_path / "job") == before
