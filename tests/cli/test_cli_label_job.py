"""Labelling into a folder as a job: on the command line, killed and stopped."""

import json
import os
import signal
import subprocess
import sys
import time
from random import Random

import pyarrow.parquet as pq
import pytest

from weibo_nlp.io.job_folder import read_job_folder

TEXTS = ["失信被执行人就该上征信黑名单", "今天食堂的菜有点咸，不好吃", "自媒体为了流量什么都敢写", ""]
on_posix = pytest.mark.skipif(sys.platform == "win32", reason="no such signals on Windows")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def posts(path, n=11):
    path.parent.mkdir(exist_ok=True)
    path.write_text("id,text\n" + "".join(f"{i},{TEXTS[i % 4]}{i}\n" for i in range(n)), "utf-8")
    return path


def bytes_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("part-*")}


def test_a_slash_behind_the_output_makes_one_table_of_all_inputs_in_parts(run, folder):
    posts(folder / "a.csv"), posts(folder / "b.csv", 3)
    (folder / "b.csv").write_text("id,text\n1,\n2,好吃\n", "utf-8")
    code, out, err = run("label", "a.csv", "b.csv", "-o", "out/", "--jobs", "1", "--rows-per-part", "4")
    assert (code, out) == (1, "")
    assert "Reading a.csv as csv; text column: text (guessed" in err
    assert "12 rows labelled: out" in err
    assert "1 rows set aside: out/_rejected" in err or "1 rows set aside: out\\_rejected" in err
    assert "b.csv:2: text: empty" in err
    assert pq.read_table(folder / "out").num_rows == 12
    found = read_job_folder(folder / "out")
    assert (found.n_units, found.missing, found.is_finished) == (4, (), True)


def test_an_existing_job_is_gone_on_with_without_the_slash_and_nothing_is_left_to_do(run, folder):
    posts(folder / "a.csv")
    run("label", "a.csv", "-o", "out/", "--jobs", "1", "-q")
    before = bytes_of(folder / "out")
    code, _, err = run("label", "a.csv", "-o", "out", "--jobs", "1")
    assert "Nothing was left to do: all 1 parts are there" in err
    assert code == 0
    assert bytes_of(folder / "out") == before
    code, _, err = run("label", "a.csv", "-o", "out", "--jobs", "1", "--min-score", "0.9")
    assert code == 2
    assert "out holds another job: --min-score was None, and is 0.9." in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["a.csv", "-o", "o.csv", "--jobs", "2"],
            "--jobs is for a job, whose output is a folder; write it with a slash",
        ),
        (["a.csv", "--to", "csv"], "--to is for a job"),
        (["a.csv", "-o", "o.csv", "--dask"], "--dask is for a job"),
        (["a.csv", "-o", "o.csv", "--scheduler", "tcp://h:1"], "--scheduler is for a job"),
        (["a.csv", "-o", "out/", "--scheduler", "tcp://h:1", "--jobs", "2"], "--scheduler has workers of its own"),
        (
            ["a.csv", "-o", "out/", "--scheduler", "tcp://h:1", "--pseudonymise"],
            "--pseudonymise with --scheduler would send its secret as it is over the network",
        ),
        (["a.csv", "-o", "out/", "--rejects", "r.jsonl"], "a job sets rows aside by part, in FOLDER/_rejected"),
        (["--example", "-o", "out/"], "--example writes one file"),
        (["a.csv", "-o", "./"], "a.csv lies in ., which the parts of the job are written into"),
        (["a.csv", "-o", "mine/"], "mine holds something else than a labelling job: 'x.txt'"),
    ],
)
def test_what_does_not_go_with_a_job_is_a_wrong_call(run, folder, arguments, message):
    posts(folder / "a.csv")
    (folder / "mine").mkdir()
    (folder / "mine/x.txt").write_text("mine", "utf-8")
    code, _, err = run("label", *arguments)
    assert code == 2
    assert message in err


def test_people_are_taken_out_of_a_job_as_of_a_file_and_its_secret_is_known_again(run, folder):
    rows = [
        {"id": f"49{n:014}", "nickname": f"小甲{n}", "text": f"@小甲{n - 1} 今天食堂的菜有点咸"} for n in range(1, 9)
    ]
    (folder / "a.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    for name, byte in (("one", b"1"), ("two", b"2")):
        (folder / "keys" / name).parent.mkdir(exist_ok=True)
        (folder / "keys" / name).write_bytes(byte * 32)
        (folder / "keys" / name).chmod(0o600)
    options = ["--pseudonymise", "--secret", "keys/one", "-q", "--text-column", "text"]
    assert run("label", "a.jsonl", "-o", "o.jsonl", *options)[0] == 0
    job = ["label", "a.jsonl", "-o", "out/", "--to", "jsonl", "--jobs", "1", "--rows-per-part", "3"]
    assert run(*job, *options)[0] == 0
    parts = [line for path in read_job_folder(folder / "out").files for line in path.read_text("utf-8").splitlines()]
    assert parts == (folder / "o.jsonl").read_text("utf-8").splitlines()
    assert "小甲" not in "".join(
        path.read_text("utf-8", "replace") for path in folder.glob("out/**/*") if path.is_file()
    )
    code, _, err = run(*job, "--pseudonymise", "--secret", "keys/two", "-q", "--text-column", "text")
    assert code == 2
    assert "--pseudonymise is another" in err


@pytest.mark.slow
def test_what_is_piped_in_can_be_a_job(folder):
    content = posts(folder / "a.csv").read_bytes()
    command = [sys.executable, "-m", "weibo_nlp.cli", "label", "-", "-o", "out/", "--jobs", "1", "-q"]
    for _ in range(2):  # the second finds all done
        done = subprocess.run(command, input=content, capture_output=True, cwd=folder)
        assert done.returncode == 0, done.stderr.decode()
    assert pq.read_table(folder / "out").num_rows == 11
    assert subprocess.run(command, input=content + b"1,x\n", capture_output=True, cwd=folder).returncode == 2


# A shell that runs things in the background lets them ignore Ctrl-C, `nohup` a closed terminal.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def started(folder, out, *options):
    command = [sys.executable, "-m", "weibo_nlp.cli", "label", "a.csv", "-o", out, "--rows-per-part", "40", *options]
    return subprocess.Popen(
        command,
        cwd=folder,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        preexec_fn=lambda: [signal.signal(number, signal.SIG_DFL) for number in SIGNALS],
    )


def wait_for_parts(folder, n, process):
    while len(list(folder.glob("part-*"))) < n and process.poll() is None:
        time.sleep(0.02)


@on_posix
@pytest.mark.slow
def test_a_job_killed_at_any_moment_gives_the_same_bytes_when_it_is_gone_on_with(folder):
    posts(folder / "a.csv", 1_000)
    started(folder, "whole/", "-q").communicate()
    dice = Random(16)
    for _ in range(4):
        process = started(folder, "out/", "-q", "--jobs", str(dice.choice([1, 2])))
        if dice.random() < 0.5:
            wait_for_parts(folder / "out", dice.randrange(1, 20), process)
        time.sleep(dice.random())
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert started(folder, "out/", "-q").wait() == 0
    assert bytes_of(folder / "out") == bytes_of(folder / "whole")
    summaries = [json.loads((folder / name / "_summary.json").read_text("utf-8")) for name in ("out", "whole")]
    assert summaries[0] | {"output": ""} == summaries[1] | {"output": ""}
    assert not list((folder / "out").glob(".*"))


@on_posix
@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_signal_leaves_what_is_done_says_how_much_and_has_its_exit_code(folder, number, code, jobs):
    posts(folder / "a.csv", 20_000)
    process = started(folder, "out/", "--jobs", jobs)
    wait_for_parts(folder / "out", 2, process)
    process.send_signal(number)
    _, err = process.communicate()
    assert process.returncode == code
    assert "of 500 parts done; the same command goes on with out" in err
    assert "Traceback" not in err
    assert not list((folder / "out").glob(".*"))
    found = read_job_folder(folder / "out")
    assert 1 <= len(found.parts) < 500
    assert all(found.problem(unit) is None for unit in found.parts)


@on_posix
@pytest.mark.slow
def test_ctrl_c_ends_workers_of_dask_and_the_same_command_goes_on(folder):
    pytest.importorskip("distributed", exc_type=ImportError)
    pytest.importorskip("cryptography", exc_type=ImportError)
    posts(folder / "a.csv", 8_000)
    process = started(folder, "out/", "--dask", "--jobs", "2")
    wait_for_parts(folder / "out", 2, process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 130
    assert "of 200 parts done; the same command goes on with out" in err
    assert "Traceback" not in err
    assert not list((folder / "out").glob(".*"))
    process = started(folder, "out/", "--dask", "--jobs", "2", "-q")
    assert process.wait() == 0
    assert pq.read_table(folder / "out").num_rows == 8_000


def test_dask_that_is_not_installed_is_named_with_its_extra(run, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    posts(folder / "a.csv")
    code, _, err = run("label", "a.csv", "-o", "out/", "--dask")
    assert code == 2
    assert "pip install 'weibo-nlp[scale]'" in err


@on_posix
@pytest.mark.slow
def test_a_second_run_into_the_folder_is_refused_while_the_first_works(folder):
    posts(folder / "a.csv", 20_000)
    first = started(folder, "out/", "-q")
    wait_for_parts(folder / "out", 1, first)
    second = started(folder, "out/", "-q")
    _, err = second.communicate()
    assert second.returncode == 2
    assert "another run is writing into out" in err
    os.kill(first.pid, signal.SIGTERM)
    first.communicate()


def test_a_crawl_that_is_no_table_is_a_job_with_its_threads_in_other_parts(run, folder):
    crawl = {
        "user": {"id": "100001", "screen_name": "小甲"},
        "weibo": [
            {"id": 4900000000000001, "text": "支持禁乘", "retweet": {"id": 4900000000000000, "text": "失信就该禁乘"}},
            {"id": 4900000000000002, "text": "说得好", "retweet": {"id": 4900000000000003, "text": "好吃"}},
            {"text": "没有编号"},
        ],
    }
    (folder / "crawl.json").write_text(json.dumps(crawl, ensure_ascii=False), "utf-8")
    assert run("label", "crawl.json", "-o", "one.parquet", "-q")[0] == 1
    code, _, err = run("label", "crawl.json", "-o", "out/", "--jobs", "1", "--rows-per-part", "1")
    assert code == 1
    assert "Reading crawl.json as weibo-crawler, a row a document; text column: text" in err
    assert "1 records of crawl.json could not be read; weibo-nlp import says which" in err
    assert "2 rows answer a text, which was read for " in err
    assert pq.read_table(folder / "out").to_pylist() == pq.read_table(folder / "one.parquet").to_pylist()
    assert sorted(path.name for path in (folder / "out").glob("_*")) == [
        "_job.json",
        "_lock",
        "_manifest.jsonl",
        "_rejected",
        "_summary.json",
    ]


def test_a_language_model_is_asked_by_one_process_and_is_named_before(run, folder, monkeypatch):
    pytest.importorskip("openai")
    from chat_server import chat_server, labelled, words_of

    monkeypatch.setenv("WEIBO_NLP_HOME", str(folder / "home"))
    posts(folder / "a.csv", 6)
    with chat_server(lambda body: labelled(words_of(body)[0])) as (url, asked):
        line = ["label", "a.csv", "-o", "out/", "--rows-per-part", "2", "-q", "--model"]
        code, _, err = run(*line, f"topic=endpoint:{url}?model=made")
        assert code == 0, err
        assert "Up to 6 texts are sent to 127.0.0.1, to be labelled by made" in err
        n_asked = len(asked)
        (folder / "out/part-00001.parquet").unlink()
        code, _, err = run(*line, f"topic=endpoint:{url}?model=made")
        assert code == 0, err
        assert "Up to 2 texts are sent" in err
        assert len(asked) == n_asked == 6
        code, _, err = run(*line, f"topic=endpoint:{url}?model=other")
        assert (code, "the model of topic is another" in err) == (2, True)
    assert url not in (folder / "out/_job.json").read_text("utf-8")
