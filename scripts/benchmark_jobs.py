"""Rate and memory of a labelling job, beside the equivalent pipelines of scikit-learn in the same run.

Four tasks with stance. For scikit-learn, TfidfVectorizer (characters, n-grams of one to three) and LogisticRegression
for each of the four tasks, learnt from the shipped corpus, predict the same texts in one process: texts alone, without
reading or writing a file. Cost a row is measured at two sizes, by medians of runs that take turns.
"""

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from csv import DictReader
from pathlib import Path

from job_rows import write_rows

from weibo_nlp import load_corpus
from weibo_nlp.report.markdown import markdown_table


def run_job(posts: Path, folder: Path, jobs: int, rows_per_part: int) -> tuple[float, float]:
    """Run a job; return its seconds, and the peak of memory of the largest of its processes in megabytes."""
    options = ["--jobs", str(jobs), "--rows-per-part", str(rows_per_part), "-q"]
    command = [sys.executable, "-m", "weibo_nlp.cli", "label", str(posts), "-o", f"{folder}/", *options]
    began = time.monotonic()
    process = subprocess.Popen(command)
    peaks: list[float] = []
    watching = threading.Thread(target=watch, args=(process, peaks))
    watching.start()
    code = process.wait()
    seconds = time.monotonic() - began
    watching.join()
    if code:
        raise SystemExit(f"the job left with {code}")
    return seconds, max(peaks, default=0.0)


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


def rate_of_pipelines(posts: Path, n: int) -> float:
    """Rows a second of four pipelines of scikit-learn, on the first `n` rows."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    frame = load_corpus()
    known = {task: frame.loc[frame[task].notna(), ["text", task]] for task in ("topic", "sentiment", "irony")}
    known["stance"] = load_corpus("stances")[["text", "stance"]].dropna()
    pipelines = []
    for task, rows in known.items():
        pipeline = make_pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, 3)), LogisticRegression(max_iter=300))
        pipelines.append(pipeline.fit(rows["text"], rows[task].astype(str)))
    with posts.open(encoding="utf-8", newline="") as handle:
        texts = [row["text"] for row, _ in zip(DictReader(handle), range(n), strict=False)]
    began = time.monotonic()
    for start in range(0, len(texts), 5_000):
        for pipeline in pipelines:
            pipeline.predict_proba(texts[start : start + 5_000])
    return len(texts) / (time.monotonic() - began)


def main() -> None:
    """Print the rates, the peak of memory and the cost a row at the larger size over that at the smaller."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rows-per-part", type=int, default=5_000)
    parser.add_argument("--pipeline-rows", type=int, default=20_000)
    arguments = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="benchmark_jobs-"))
    sizes = (arguments.small, arguments.large)
    seconds: dict[int, list[float]] = {n: [] for n in sizes}
    peaks: dict[int, float] = dict.fromkeys(sizes, 0.0)
    pipelines: list[float] = []
    try:
        for n in sizes:
            write_rows(root / f"{n}.csv", n)
        for _ in range(arguments.repeats):
            for n in sizes:
                took, peak = run_job(root / f"{n}.csv", root / "job", arguments.jobs, arguments.rows_per_part)
                seconds[n].append(took)
                peaks[n] = max(peaks[n], peak)
                shutil.rmtree(root / "job")
            pipelines.append(rate_of_pipelines(root / f"{sizes[0]}.csv", arguments.pipeline_rows))
    finally:
        shutil.rmtree(root)
    medians = {n: statistics.median(seconds[n]) for n in sizes}
    pipeline = statistics.median(pipelines)
    rows = [
        [
            f"{n:,}",
            f"{medians[n]:.1f}",
            f"{n / medians[n]:,.0f}",
            f"{n / medians[n] / pipeline:.1f}",
            f"{peaks[n]:,.0f}",
        ]
        for n in sizes
    ]
    print(f"Medians of {arguments.repeats} runs, {arguments.jobs} processes, {arguments.rows_per_part:,} rows a part\n")
    print(markdown_table(("rows", "s", "rows/s", "times scikit-learn", "peak MB a process"), rows))
    print(f"\nFour pipelines of scikit-learn: {pipeline:,.0f} rows/s")
    cost = (medians[sizes[1]] / sizes[1]) / (medians[sizes[0]] / sizes[0])
    print(f"Cost a row at {sizes[1]:,} over that at {sizes[0]:,}: {cost:.3f}")


if __name__ == "__main__":
    main()
