"""Rate and memory of a labelling job, beside the equivalent pipelines of scikit-learn in the same run.

Four tasks with stance, on the same rows: a job against :mod:`sklearn_pipelines`, in as many processes, each of which
has its share of the rows. Of both, whole commands are timed, from their start to their end: imports, loading of
models, reading and writing are in it. Beside the time stands that of the processors, which other programs change less.
A job is timed at two sizes, the pipelines at the smaller one unless told otherwise. Runs take turns, and every second
turn goes the other way round, so that what the machine does meanwhile meets all alike.
"""

import argparse
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from job_rows import write_rows
from sklearn_pipelines import learn

from weibo_nlp.report.markdown import markdown_table

PIPELINES = Path(__file__).with_name("sklearn_pipelines.py")


@dataclass(frozen=True)
class Cost:
    """Seconds that a run took, and seconds of processors that all of its processes took."""

    wall: float
    cpu: float


@contextmanager
def costs() -> Iterator[list[Cost]]:
    """Give a list to which, behind the block, is added what the processes that ended in it took."""
    added: list[Cost] = []
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    yield added
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    added.append(Cost(time.monotonic() - began, cpu))


def run_job(posts: Path, folder: Path, jobs: int, rows_per_part: int) -> tuple[Cost, float]:
    """Run a job; return its cost, and the peak of memory of the largest of its processes in megabytes."""
    options = ["--jobs", str(jobs), "--rows-per-part", str(rows_per_part), "-q"]
    command = [sys.executable, "-m", "weibo_nlp.cli", "label", str(posts), "-o", f"{folder}/", *options]
    peaks: list[float] = []
    with costs() as cost:
        process = subprocess.Popen(command)
        watching = threading.Thread(target=watch, args=(process, peaks))
        watching.start()
        code = process.wait()
    watching.join()
    if code:
        raise SystemExit(f"the job left with {code}")
    return cost[0], max(peaks, default=0.0)


def watch(process: subprocess.Popen[bytes], peaks: list[float]) -> None:
    """Take the peak of memory of a process and of those it started, as the system counts it, until it ends."""
    while process.poll() is None:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        try:
            numbers = [str(process.pid), *children.read_text().split()]
        except OSError:
            return
        for number in numbers:
            try:
                status = Path(f"/proc/{number}/status").read_text()
            except OSError:
                continue
            if found := re.search(r"VmHWM:\s+([0-9]+) kB", status):
                peaks.append(int(found[1]) / 1024)
        time.sleep(0.2)


def run_pipelines(pipelines: Path, posts: Path, folder: Path, n: int, jobs: int) -> Cost:
    """Run the pipelines of scikit-learn on the first `n` rows in several processes; return the cost."""
    folder.mkdir()
    bounds = [n * part // jobs for part in range(jobs + 1)]
    command = [sys.executable, PIPELINES, pipelines, posts]
    with costs() as cost:
        processes = [
            subprocess.Popen([*command, folder / f"{first}.parquet", str(first), str(last)])
            for first, last in pairwise(bounds)
        ]
        codes = [process.wait() for process in processes]
    if any(codes):
        raise SystemExit(f"the pipelines left with {codes}")
    return cost[0]


def main() -> None:
    """Print the rates, the peak of memory and the cost a row at the larger size over that at the smaller."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rows-per-part", type=int, default=5_000)
    parser.add_argument("--pipeline-rows", type=int, help="by default as many as --small")
    arguments = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="benchmark_jobs-"))
    sizes, jobs = (arguments.small, arguments.large), arguments.jobs
    n_pipelines = arguments.pipeline_rows or arguments.small
    taken: dict[int, list[Cost]] = {n: [] for n in sizes}
    peaks: dict[int, float] = dict.fromkeys(sizes, 0.0)
    pipelines: list[Cost] = []
    try:
        for n in sizes:
            write_rows(root / f"{n}.csv", n)
        learn(root / "pipelines.joblib")
        for turn in range(arguments.repeats):
            for n in (*sizes, None)[:: -1 if turn % 2 else 1]:
                if n is None:
                    posts = root / f"{min(size for size in sizes if size >= n_pipelines)}.csv"
                    pipelines.append(
                        run_pipelines(root / "pipelines.joblib", posts, root / "sklearn", n_pipelines, jobs)
                    )
                    shutil.rmtree(root / "sklearn")
                    continue
                cost, peak = run_job(root / f"{n}.csv", root / "job", jobs, arguments.rows_per_part)
                taken[n].append(cost)
                peaks[n] = max(peaks[n], peak)
                shutil.rmtree(root / "job")
    finally:
        shutil.rmtree(root)
    beside = _medians(pipelines, n_pipelines)
    rows = [_row(n, taken[n], beside, f"{peaks[n]:,.0f}") for n in sizes]
    rows.append(["scikit-learn, " + (of_pipelines := _row(n_pipelines, pipelines, beside, ""))[0], *of_pipelines[1:]])
    print(f"Medians of {arguments.repeats} runs, {jobs} processes, {arguments.rows_per_part:,} rows a part\n")
    headings = ("rows", "s", "CPU s", "rows/s", "times scikit-learn", "the same by CPU", "peak MB a process")
    print(markdown_table(headings, rows))
    for what, place in (("time", 0), ("CPU", 1)):
        cost_of = {n: _medians(taken[n], n)[place] for n in sizes}
        print(
            f"Cost a row at {sizes[1]:,} over that at {sizes[0]:,}, {what}: {cost_of[sizes[1]] / cost_of[sizes[0]]:.3f}"
        )


def _medians(taken: list[Cost], n: int) -> tuple[float, float]:
    """Median cost of a row: seconds, and seconds of processors."""
    return statistics.median(each.wall for each in taken) / n, statistics.median(each.cpu for each in taken) / n


def _row(n: int, taken: list[Cost], beside: tuple[float, float], peak: str) -> list[str]:
    wall, cpu = _medians(taken, n)
    runs = sorted(each.wall for each in taken)
    return [
        f"{n:,}",
        f"{wall * n:.1f} ({runs[0]:.1f} to {runs[-1]:.1f})",
        f"{cpu * n:.1f}",
        f"{1 / wall:,.0f}",
        f"{beside[0] / wall:.1f}",
        f"{beside[1] / cpu:.1f}",
        peak,
    ]


if __name__ == "__main__":
    main()
