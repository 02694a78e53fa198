"""Memory of the whole of ``weibo-nlp label``, each file in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc to read the peak of a process from"),
]

MODELS_MB = 300  # interpreter, libraries and models: 167 MB at one text
CHILD = """
import re, sys
from weibo_nlp.cli import main
try:
    main(["label", sys.argv[1], "-o", sys.argv[2], "--quiet"])
except SystemExit as left:
    peak = re.search(r"VmHWM:\\s+([0-9]+) kB", open("/proc/self/status").read())
    print(left.code or 0, int(peak[1]) // 1024)
"""


def long_line(path):
    path.write_text("好" * 5_570_000 + "\n好\n", "utf-8")


def blank_lines(path):
    path.write_text("好\n" + "\n" * 4_000_000, "utf-8")


def blank_lines_before_a_text(path):
    path.write_text("好\n" + "\n" * 200_000 + "好\n", "utf-8")


def new_keys(path):
    path.write_text("".join(f'{{"text": "好", "k{number}": 1}}\n' for number in range(20_000)), "utf-8")


def new_reasons(path):
    lines = ('{"text": ' + " " * number + "x" for number in range(4_000))
    path.write_text('{"text": "好"}\n' + "\n".join(lines), "utf-8")


def nested_lists(path):
    path.write_text(('{"text": "好", "x": [' + "[]," * 330_000 + "[]]}\n") * 4, "utf-8")


def long_cell(path):
    table = pa.table({"text": ["a" * 100_000_000] + ["好"] * 1_000})
    pq.write_table(table, path, compression="none", use_dictionary=False)


def few_long_cells(path):
    pq.write_table(pa.table({"text": ["a" * 100_000_000, "好"]}), path, compression="zstd", use_dictionary=False)


def repeated_cell(path):
    table = pa.table({"text": ["好"] * 40, "more": ["b" * 3_900_000] * 40})
    pq.write_table(table, path, compression="zstd", dictionary_pagesize_limit=2**28)


def long_cells_among_short_ones(path):
    table = pa.table({"text": ["好"] * 300, "more": ["a" if n % 2 else f"{n:04}" * 950_000 for n in range(300)]})
    pq.write_table(table, path, compression="zstd", row_group_size=2, dictionary_pagesize_limit=2**28)


def wide_rows(path):
    header = ",".join(["text", *(f"c{number}" for number in range(4_000))])
    path.write_text(f"{header}\n" + ("好" + ",12345" * 4_000 + "\n") * 300, "utf-8")


@pytest.mark.parametrize(
    ("write", "suffix", "code", "megabytes"),
    [
        pytest.param(long_line, "txt", 1, 50, id="a-line-of-16.7-MB"),
        pytest.param(blank_lines, "txt", 0, 50, id="four-million-blank-lines"),
        pytest.param(blank_lines, "csv", 0, 50, id="four-million-blank-lines-of-csv"),
        pytest.param(blank_lines_before_a_text, "txt", 1, 50, id="blank-lines-before-a-text"),
        pytest.param(new_keys, "jsonl", 3, 50, id="new-keys-in-every-row"),
        pytest.param(new_reasons, "jsonl", 1, 50, id="a-reason-for-every-row"),
        pytest.param(nested_lists, "jsonl", 0, 200, id="a-million-empty-lists"),
        pytest.param(long_cell, "parquet", 1, 400, id="a-cell-of-100-MB"),  # Arrow unpacks it before it can be measured
        pytest.param(few_long_cells, "parquet", 3, 50, id="a-cell-of-100-MB-packed-into-3-kB"),
        pytest.param(repeated_cell, "parquet", 0, 300, id="a-long-cell-that-is-stored-once"),
        pytest.param(long_cells_among_short_ones, "parquet", 0, 300, id="long-cells-among-short-ones"),
        pytest.param(wide_rows, "csv", 0, 200, id="four-thousand-columns"),
    ],
)
def test_memory_is_bounded_whatever_the_file(tmp_path, write, suffix, code, megabytes):
    require_memory_below(tmp_path, write, suffix, "csv", code, megabytes)


@pytest.mark.parametrize(
    ("write", "code", "megabytes"),
    [
        pytest.param(long_cell, 1, 400, id="a-cell-of-100-MB"),
        pytest.param(repeated_cell, 0, 400, id="a-long-cell-that-is-stored-once"),
        pytest.param(long_cells_among_short_ones, 0, 400, id="long-cells-among-short-ones"),
    ],
)
def test_memory_is_bounded_where_parquet_is_passed_on(tmp_path, write, code, megabytes):
    require_memory_below(tmp_path, write, "parquet", "parquet", code, megabytes)


def require_memory_below(tmp_path, write, suffix, output, code, megabytes):
    path = tmp_path / f"a.{suffix}"
    write(path)
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(path), str(tmp_path / f"o.{output}")],
        capture_output=True, text=True, check=False, env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    exit_code, peak = map(int, child.stdout.split())
    assert (exit_code, peak < MODELS_MB + megabytes) == (code, True), (peak, child.stderr)
