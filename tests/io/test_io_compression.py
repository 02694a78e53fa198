"""Compressed files: damaged ones and bombs are refused, and what is written can be read anywhere."""

import bz2
import gzip
import lzma
import subprocess
import sys

import pytest
import zstandard

from weibo_nlp.errors import DataError
from weibo_nlp.io import Row, compression, open_table, open_writer

PACK = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor(write_checksum=True).compress,
}
CONTENT = b"text\n" + "".join(f"第{n}条，{n * n * 7919 % 10007}\n" for n in range(30_000)).encode()


@pytest.mark.parametrize("suffix", PACK)
def test_a_compressed_file_that_breaks_off_is_refused_and_not_read_as_a_shorter_one(tmp_path, suffix):
    whole = PACK[suffix](CONTENT)
    for end in (len(whole) - 1, len(whole) // 2, 12):
        path = tmp_path / f"a.csv.{suffix}"
        path.write_bytes(whole[:end])
        with pytest.raises(DataError, match=rf"a\.csv\.{suffix}: cannot be unpacked \({suffix}: .*copy the file again"):
            list(open_table(path).rows())


@pytest.mark.parametrize("suffix", PACK)
def test_a_damaged_file_is_refused(tmp_path, suffix):
    whole = bytearray(PACK[suffix](CONTENT))
    whole[len(whole) // 2 : len(whole) // 2 + 40] = bytes(40)
    path = tmp_path / f"a.csv.{suffix}"
    path.write_bytes(whole)
    with pytest.raises(DataError, match="cannot be unpacked"):
        list(open_table(path).rows())


@pytest.mark.parametrize("suffix", PACK)
def test_parts_that_were_joined_are_read_one_after_the_other(tmp_path, suffix):
    path = tmp_path / f"a.txt.{suffix}"
    path.write_bytes(PACK[suffix](b"a\n") + PACK[suffix](b"b\n"))
    assert [row.values["text"] for row in open_table(path).rows()] == ["a", "b"]


@pytest.mark.parametrize("suffix", PACK)
def test_what_unpacks_to_far_more_than_was_read_is_refused(tmp_path, monkeypatch, suffix):
    monkeypatch.setattr(compression, "UNPACKED_BYTES", 4_000_000)  # the real one costs seconds to fill
    path = tmp_path / f"a.txt.{suffix}"
    path.write_bytes(PACK[suffix]((b"a" * 2_000 + b"\n") * 4_000))
    with pytest.raises(DataError, match="unpacks to more than 200 times its size; unpack it yourself if that is meant"):
        list(open_table(path, "lines").rows())


def test_a_file_that_asks_for_more_memory_than_any_setting_needs_is_refused(tmp_path):
    path = tmp_path / "a.txt.xz"
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1024**3}]
    path.write_bytes(lzma.compress(b"text\n", filters=filters))
    with pytest.raises(DataError, match="cannot be unpacked"):
        open_table(path)


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.parquet", "a.xlsx"])
@pytest.mark.parametrize("packed", ["", ".gz", ".zst"])
def test_every_format_comes_back_from_every_compression_and_is_the_same_each_time(tmp_path, name, packed):
    path = tmp_path / f"{name}{packed}"
    rows = [{"id": "0012", "text": "两行\n的话"}, {"id": "4900000000000012", "text": "他说好"}]
    written = []
    for _ in range(2):
        with open_writer(path, name.partition(".")[2], {"id": "string", "text": "string"}) as writer:
            writer.write(rows[:1])
            writer.write(rows[1:])
        written.append(path.read_bytes())
        assert [row.values for row in open_table(path).rows() if isinstance(row, Row)] == rows
    if ".xlsx" not in name:  # which holds the time it was made at
        assert written[0] == written[1]
    assert open_table(path).sniffed.compression == (packed[1:] or None)


# The most that a process has held is inherited by those it starts: only the system tells that of a program alone.
MEASURE = """
import re, sys
from weibo_nlp.io import open_table
n = sum(1 for _ in open_table(sys.argv[1]).rows())
print(n, re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="other systems tell the memory of a process otherwise")
@pytest.mark.parametrize("suffix", ["csv.gz", "csv.zst", "json"])
def test_memory_does_not_grow_with_the_file(tmp_path, suffix):
    peaks = []
    for n_rows in (30_000, 150_000):
        rows = [f"{n},今天的会议真好，我们都很开心{n * 7919 % 100_003}" for n in range(n_rows)]
        if suffix == "json":
            body = "[" + ",\n".join(f'{{"id": {n}, "text": "{row}"}}' for n, row in enumerate(rows)) + "]"
        else:
            body = "id,text\n" + "\n".join(rows)
        path = tmp_path / f"a.{suffix}"
        raw = body.encode("gb18030")
        path.write_bytes(PACK[suffix.rpartition(".")[2]](raw) if "." in suffix else raw)
        done = subprocess.run([sys.executable, "-c", MEASURE, path], capture_output=True, text=True, check=True)
        count, peak = map(int, done.stdout.split())
        assert count == n_rows
        peaks.append(peak)
    assert peaks[1] < 1.1 * peaks[0]
