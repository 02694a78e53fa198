"""The folder of a long job: what is told of its parts, and what half-written lines mean."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import sha256_of_file
from weibo_nlp.io.job_folder import (
    JOB,
    MANIFEST,
    REJECTED,
    SUMMARY,
    FinishedPart,
    job_text,
    locked_job,
    open_manifest,
    part_name,
    read_job_folder,
    rejects_path,
)
from weibo_nlp.io.locks import HAS_LOCKS


def begun(folder, n_units=3, **facts):
    folder.mkdir(exist_ok=True)
    (folder / JOB).write_text(job_text({"n_units": n_units, "to": "csv", **facts}), "utf-8")
    return folder


def finish(folder, unit, *, rejects=False):
    path, aside = folder / part_name(unit, "csv"), rejects_path(folder, unit)
    path.write_text(f"text\n第{unit}条\n", "utf-8")
    if rejects:
        aside.parent.mkdir(exist_ok=True)
        aside.write_text("{}\n", "utf-8")
    sums = sha256_of_file(path), sha256_of_file(aside) if rejects else None
    part = FinishedPart(unit, path.name, 1, int(rejects), path.stat().st_size, *sums, {"rows": 1})
    with open_manifest(read_job_folder(folder)) as manifest:
        manifest.append(part)
    return part


def test_parts_are_told_of_in_whatever_order_and_come_in_that_of_their_rows(tmp_path):
    folder = begun(tmp_path / "job")
    second, first = finish(folder, 2, rejects=True), finish(folder, 0)
    found = read_job_folder(folder)
    assert (found.parts, found.missing, found.is_finished) == ({2: second, 0: first}, (1,), False)
    assert [path.name for path in found.files] == ["part-00000.csv", "part-00002.csv"]
    assert found.rejects == [folder / REJECTED / "part-00002.jsonl"]
    with pytest.raises(DataError, match=r"not finished: 1 of 3 parts are missing\. The command that began it"):
        found.require_finished()
    finish(folder, 1)
    with pytest.raises(DataError, match="its parts are not summed up yet"):
        read_job_folder(folder).summary()
    (folder / SUMMARY).write_text('{"rows": 3}', "utf-8")
    assert read_job_folder(folder).summary() == {"rows": 3}


@given(cut=st.integers(1, 400), garbage=st.sampled_from([b"", b"\0\0\0", b"\0\n", b'{"unit": 9}\n']))
def test_a_last_line_of_which_any_part_was_written_is_passed_over_and_written_over(tmp_path_factory, cut, garbage):
    folder = begun(tmp_path_factory.mktemp("torn") / "job")
    first = finish(folder, 0)
    whole = (folder / MANIFEST).read_bytes()
    second = finish(folder, 1)
    lines = (folder / MANIFEST).read_bytes()
    (folder / MANIFEST).write_bytes(lines[: max(len(whole), len(lines) - cut)] + garbage)
    found = read_job_folder(folder)
    assert (found.parts, found.whole_bytes) == ({0: first}, len(whole))
    assert finish(folder, 1) == second
    assert read_job_folder(folder).parts == {0: first, 1: second}
    assert (folder / MANIFEST).read_bytes() == lines


def test_a_part_or_its_rejects_that_are_missing_or_altered_are_named(tmp_path):
    folder = begun(tmp_path / "job")
    finish(folder, 0, rejects=True)
    finish(folder, 1)
    found = read_job_folder(folder)
    assert (found.problem(0), found.problem(1)) == (None, None)
    (folder / "part-00001.csv").write_text("text\n第9条\n", "utf-8")
    rejects_path(folder, 0).unlink()
    assert str(found.problem(1)) == f"{folder / 'part-00001.csv'} was altered"
    assert found.problem(0).is_missing
    assert str(found.problem(0)) == f"{rejects_path(folder, 0)} is missing"


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        ("[]", DataError, "not a JSON object"),
        ('{"a": 1}', DataError, "does not tell of a labelling job"),
        (job_text({"n_units": -1, "to": "csv"}), DataError, "is damaged: n_units or to is none"),
        (job_text({"n_units": 1, "to": "xlsx"}), DataError, "is damaged"),
        (job_text({"n_units": 1, "to": "csv"}).replace('"format": 1', '"format": 2'), DataError, "is of format 2"),
        (None, UsageError, "holds no job: there is no _job.json in it"),
    ],
)
def test_what_is_no_job_or_of_a_later_version_is_refused(tmp_path, content, error, message):
    if content is not None:
        (tmp_path / JOB).write_text(content, "utf-8")
    with pytest.raises(error, match=message):
        read_job_folder(tmp_path)


def test_a_line_for_a_part_that_the_job_does_not_have_is_damage(tmp_path):
    folder = begun(tmp_path / "job")
    finish(folder, 0)
    line = json.loads((folder / MANIFEST).read_text("utf-8"))
    lines = [json.dumps(line | {"part": "../x.csv"}), json.dumps(line)]
    (folder / MANIFEST).write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises(DataError, match=r"_manifest\.jsonl:1: tells of \.\./x\.csv and unit 0"):
        read_job_folder(folder)


@pytest.mark.skipif(not HAS_LOCKS, reason="no locks on Windows")
def test_a_folder_is_held_by_one_at_a_time_and_free_again(tmp_path):
    with locked_job(tmp_path), pytest.raises(UsageError, match="another run is writing into"), locked_job(tmp_path):
        pass
    with locked_job(tmp_path):
        pass
