"""Jobs labelled by workers of Dask: the same parts, whoever dies, and what a worker that cannot label says."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from random import Random

import pytest

from weibo_nlp.errors import DataError, EndpointError
from weibo_nlp.labelling import Labeller
from weibo_nlp.labelling.inputs import open_input
from weibo_nlp.labelling.job_request import LabelRequest
from weibo_nlp.labelling.jobs import LabelJob
from weibo_nlp.labelling.units import UnitSource, label_unit
from weibo_nlp.labelling.workers import MAX_DEATHS, Here

pytest.importorskip("distributed", exc_type=ImportError)
pytest.importorskip("cryptography", exc_type=ImportError)
from weibo_nlp.labelling import dask_workers
from weibo_nlp.labelling.dask_workers import DaskWorkers

TEXTS = [
    "失信被执行人就该上征信黑名单",
    "今天食堂的菜有点咸，不好吃",
    "自媒体为了流量什么都敢写",
    "",
    "支持国货，不买了",
]
on_posix = pytest.mark.skipif(sys.platform == "win32", reason="no such signals on Windows")


@pytest.fixture(scope="module")
def labeller():
    return Labeller()


@pytest.fixture
def posts(tmp_path):
    return written(tmp_path / "posts.csv", 40)


def written(path, n):
    path.write_text("id,text\n" + "".join(f"{i},{TEXTS[i % 5]}\n" for i in range(n)), "utf-8")
    return path


def job(folder, path, labeller, **options):
    request = LabelRequest(settings={"html": "auto"}, **({"rows_per_part": 5} | options))
    return LabelJob(folder, request, labeller, [(path, partial(open_input, path))])


def bytes_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("part-*")}


def begun(folder, posts, labeller, **options):
    """A job that is planned, and of which nothing is done."""
    made = job(folder, posts, labeller, **options)
    with pytest.raises(KeyboardInterrupt):
        made.run(Stopping())
    return UnitSource(made.folder, made.request)


class Stopping(Here):
    def run(self, source, units):
        raise KeyboardInterrupt
        yield


@pytest.mark.slow
def test_two_workers_of_dask_give_what_one_process_gives(tmp_path, labeller, posts):
    whole = job(tmp_path / "whole", posts, labeller).run(Here())
    done = job(tmp_path / "job", posts, labeller).run(DaskWorkers(2))
    assert bytes_of(tmp_path / "job") == bytes_of(tmp_path / "whole")
    assert done.counts.to_dict() == whole.counts.to_dict()


class Killing(DaskWorkers):
    """Kills one of its workers, drawn by a seed, when the first parts are done."""

    def __init__(self, workers, seed, after):
        super().__init__(workers)
        self.dice, self.after = Random(seed), after

    def run(self, source, units):
        for number, part in enumerate(super().run(source, units)):
            if number == self.after:
                workers = sorted(child for child in children(os.getpid()) if is_worker(child))
                assert len(workers) == self.workers
                os.kill(self.dice.choice(workers), signal.SIGKILL)
            yield part


def children(process):
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == process:
            found.append(int(status.parent.name))
    return found


def is_worker(process):
    return b"spawn_main" in Path(f"/proc/{process}/cmdline").read_bytes()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("seed", [1, 2])
def test_the_units_of_a_worker_that_is_killed_are_done_elsewhere(tmp_path, labeller, seed):
    posts = written(tmp_path / "posts.csv", 6000)
    whole = job(tmp_path / "whole", posts, labeller, rows_per_part=100).run(Here(labeller))
    done = job(tmp_path / "job", posts, labeller, rows_per_part=100).run(Killing(3, seed, after=5))
    assert bytes_of(tmp_path / "job") == bytes_of(tmp_path / "whole")
    assert done.counts.to_dict() == whole.counts.to_dict()
    assert not [path for path in (tmp_path / "job").iterdir() if path.name.endswith(".tmp")]


class Deadly(dict):
    """Models that end whatever process looks for them, but for the one that has them."""

    def __init__(self):
        super().__init__()
        self.process = os.getpid()

    def items(self):
        if os.getpid() != self.process:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().items()

    def __reduce__(self):
        return _deadly, (self.process,)


def _deadly(process):
    made = Deadly()
    made.process = process
    return made


@on_posix
@pytest.mark.slow
def test_a_unit_that_ends_worker_after_worker_is_named(tmp_path, labeller, posts):
    source = begun(tmp_path / "job", posts, labeller)
    deadly = UnitSource(source.folder, LabelRequest(settings={"html": "auto"}, rows_per_part=5, models=Deadly()))
    with pytest.raises(DataError, match=rf"unit 3 of the job ended {MAX_DEATHS} workers that labelled it, the last at"):
        next(WithDeadly(1).run(deadly, [3]))


class WithDeadly(DaskWorkers):
    """Gives the models as they are."""

    def run(self, source, units):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(dask_workers, "_absolute", lambda given: given)
            yield from super().run(source, units)


def test_a_process_that_does_not_see_the_folder_or_sees_another_job_says_so(tmp_path, labeller, posts):
    source = begun(tmp_path / "job", posts, labeller)
    with pytest.raises(DataError, match=r"nowhere.*_job\.json is not there for process \d+ on .*same path"):
        label_unit(UnitSource(tmp_path / "nowhere", source.request), 0)
    with pytest.raises(DataError, match=r"_job\.json is that of another job for process"):
        label_unit(source, 0, "0" * 64)


def test_a_process_that_labelled_the_job_that_lay_there_before_reads_the_new_one(tmp_path, labeller, posts):
    source = begun(tmp_path / "job", posts, labeller)
    label_unit(source, 0)
    for path in sorted((tmp_path / "job").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    posts.write_text("id,text\n7,别的\n", "utf-8")
    source = begun(tmp_path / "job", posts, labeller)
    assert label_unit(source, 0).rows == 1


def test_a_process_with_other_versions_says_so(tmp_path, labeller, posts):
    source = begun(tmp_path / "job", posts, labeller)
    plan = tmp_path / "job/_job.json"
    plan.write_text(plan.read_text("utf-8").replace('"numpy": "', '"numpy": "0'), "utf-8")
    with pytest.raises(DataError, match=r"has other versions than the job was begun with: numpy"):
        label_unit(source, 0)


def test_a_scheduler_that_is_not_there_is_named(tmp_path, labeller, posts, monkeypatch):
    monkeypatch.setattr(dask_workers, "CONNECT_SECONDS", 0.5)
    source = begun(tmp_path / "job", posts, labeller)
    with pytest.raises(EndpointError, match=r"no scheduler of Dask with a worker answered at tcp://127\.0\.0\.1:9 "):
        next(DaskWorkers("tcp://127.0.0.1:9").run(source, [0]))


@pytest.fixture
def cluster(tmp_path):
    """A scheduler with a worker of two threads, as somebody may have running."""
    environment = os.environ | {"DASK_DISTRIBUTED__WORKER__HTTP__ROUTES": "[]"}
    where = {"cwd": tmp_path, "env": environment, "stderr": subprocess.DEVNULL}
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    note = tmp_path / "scheduler.json"
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", note]
    processes = [subprocess.Popen([*command, *options], **where)]
    until(note.is_file)
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", note, "--nthreads", "2"]
    processes.append(subprocess.Popen([*worker, "--no-dashboard", "--no-nanny"], **where))
    try:
        yield address_in(note), processes
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


def until(holds):
    for _ in range(600):
        if holds():
            return
        time.sleep(0.1)
    raise TimeoutError


def address_in(note):
    until(lambda: note.read_text().endswith("}"))
    return json.loads(note.read_text())["address"]


@on_posix
@pytest.mark.slow
def test_a_scheduler_that_runs_already_labels_and_if_it_goes_the_job_can_be_gone_on_with(
    tmp_path, labeller, posts, cluster, monkeypatch
):
    address, processes = cluster
    monkeypatch.chdir(tmp_path)
    posts = Path(posts.name)
    job(tmp_path / "whole", posts, labeller).run(Here())
    job(Path("job"), posts, labeller).run(DaskWorkers(address))
    assert bytes_of(tmp_path / "job") == bytes_of(tmp_path / "whole")

    class Losing(DaskWorkers):
        def run(self, source, units):
            for part in super().run(source, units):
                yield part
                for process in processes:
                    process.kill()

    with pytest.raises(EndpointError, match=rf"the scheduler at {address} is gone"):
        job(tmp_path / "again", posts, labeller).run(Losing(address))
    job(tmp_path / "again", posts, labeller).run(Here())
    assert bytes_of(tmp_path / "again") == bytes_of(tmp_path / "whole")
