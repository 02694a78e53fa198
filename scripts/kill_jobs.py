"""Kill a labelling job at random moments, go on with it, and compare what comes out with an unbroken run.

Row for row, and byte for byte of every part. With --disk-full, the job also runs into the end of a small tmpfs and goes
on when there is room again, which takes root.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import pyarrow.parquet as pq
from job_rows import write_rows

from weibo_nlp.io.job_folder import read_job_folder
from weibo_nlp.report.markdown import markdown_table


def start(posts: Path, folder: Path, jobs: int, rows_per_part: int) -> subprocess.Popen[str]:
    """Start or go on with a job, as the leader of a group of its own, so that all its processes can be killed."""
    options = ["--jobs", str(jobs), "--rows-per-part", str(rows_per_part), "-q"]
    command = [sys.executable, "-m", "weibo_nlp.cli", "label", str(posts), "-o", f"{folder}/", *options]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)


def finished(folder: Path) -> int:
    """Parts that the manifest tells of."""
    return len(read_job_folder(folder).parts) if (folder / "_job.json").is_file() else 0


def kill_at_random(posts: Path, folder: Path, jobs: int, rows_per_part: int, dice: Random, longest: float) -> list[str]:
    """Kill a run once, and return a row of the table; what is killed is the process alone, or all of its group.

    Of four kills, about three come when the run has finished a part; before, it loads models.
    """
    before, moment, whole, late = finished(folder), dice.uniform(0, longest), dice.random() < 0.5, dice.random() < 0.75
    process = start(posts, folder, jobs, rows_per_part)
    while late and process.poll() is None and finished(folder) == before:
        time.sleep(0.01)
    time.sleep(moment)
    came_to_its_end = process.poll() is not None
    if not came_to_its_end:
        (os.killpg if whole else os.kill)(process.pid, signal.SIGKILL)
    process.communicate()
    what = "came to its end" if came_to_its_end else "all processes" if whole else "the one that deals"
    return [f"{moment:.2f}", "the first part" if late else "the start", what, str(before), str(finished(folder))]


def differences(folder: Path, whole: Path) -> list[str]:
    """What differs between two finished jobs: parts by their bytes, all rows, and the summaries."""
    found = []
    names = [sorted(path.name for path in place.glob("part-*")) for place in (folder, whole)]
    if names[0] != names[1]:
        found.append("other parts")
    found += [f"bytes of {name}" for name in names[1] if (folder / name).read_bytes() != (whole / name).read_bytes()]
    if not pq.read_table(folder).equals(pq.read_table(whole)):
        found.append("rows")
    summaries = [json.loads((place / "_summary.json").read_text("utf-8")) | {"output": ""} for place in (folder, whole)]
    return found if summaries[0] == summaries[1] else [*found, "summary"]


def fill_disk(posts: Path, whole: Path, jobs: int, rows_per_part: int, root: Path) -> list[str]:
    """Run a job on a tmpfs with room for half of it, then make room; return what was said and what differs."""
    size = sum(path.stat().st_size for path in whole.glob("part-*"))
    place = root / "small"
    place.mkdir()
    options = f"size={max(size // 2, 256 * 1024)}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], check=True)
    try:
        process = start(posts, place / "job", jobs, rows_per_part)
        _, said = process.communicate()
        done = finished(place / "job")
        subprocess.run(["mount", "-o", f"remount,size={4 * size + 4_000_000}", place], check=True)
        again = start(posts, place / "job", jobs, rows_per_part)
        again.communicate()
        differing = differences(place / "job", whole) or ["nothing"]
        return [str(process.returncode), str(done), said.strip(), str(again.returncode), ", ".join(differing)]
    finally:
        subprocess.run(["umount", place], check=True)


def main() -> None:
    """Print a table of the kills, and what differs in the end; leave with 1 if anything does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rows-per-part", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--longest", type=float, help="longest time to a kill, by default a tenth of a run")
    parser.add_argument("--seed", type=int, default=16)
    parser.add_argument("--disk-full", action="store_true")
    arguments = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="kill_jobs-"))
    try:
        posts, how = root / "posts.csv", (arguments.jobs, arguments.rows_per_part)
        write_rows(posts, arguments.rows, arguments.seed)
        began = time.monotonic()
        start(posts, root / "whole", *how).communicate()
        seconds = time.monotonic() - began
        parts = finished(root / "whole")
        print(f"{arguments.rows:,} rows in {parts} parts, unbroken in {seconds:.1f} s, seed {arguments.seed}\n")
        dice, longest = Random(arguments.seed), arguments.longest or seconds / 10
        rows = [
            [str(number), *kill_at_random(posts, root / "killed", *how, dice, longest)]
            for number in range(1, arguments.kills + 1)
        ]
        last = start(posts, root / "killed", *how)
        last.communicate()
        print(markdown_table(("kill", "s", "behind", "killed", "parts before", "parts then"), rows))
        differing = differences(root / "killed", root / "whole")
        print(
            f"\nGone on with to the end, exit code {last.returncode}; what differs: {', '.join(differing) or 'nothing'}"
        )
        if arguments.disk_full:
            headings = ("exit code", "parts done", "said", "exit code with room", "what differs")
            print(f"\nA full disk:\n\n{markdown_table(headings, [fill_disk(posts, root / 'whole', *how, root)])}")
    finally:
        shutil.rmtree(root)
    sys.exit(bool(differing))


if __name__ == "__main__":
    main()
