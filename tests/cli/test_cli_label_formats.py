"""The same thousand posts in every format, ten of them broken: 990 rows come out in order, ten are set aside."""

import csv
import json
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from weibo_nlp.io import read_jsonl

ADDED = ("topic", "topic_score", "sentiment", "sentiment_score", "irony", "irony_score")
ADDED += ("stance_target", "stance_known_target", "stance", "stance_score", "out_of_domain")
OPENINGS = ("失信名单", "闸机前", "公众号推文", "新款冰淇淋", "隔壁食堂")
VERDICTS = ("真该好好管管", "也太离谱了", "我没什么意见", "笑死，真是贴心呢", "支持到底")
# Places of the broken rows, from 1: the first, the last, neighbours, and both sides of a batch's edge.
BROKEN = (1, 2, 17, 255, 256, 500, 501, 777, 998, 1000)
GBK = "坏".encode("gbk")


def text(number):
    return f"{OPENINGS[number % 5]}这事{VERDICTS[number // 5 % 5]}，第{number}条"


def lines_of(good, broken):
    """Line number -> bytes, the broken ones in the places of good ones."""
    lines = {number: good(number).encode() for number in range(1, 1001)}
    return lines | dict(zip(BROKEN, broken, strict=True))


def joined(lines, header=b""):
    return header + b"".join(line + b"\n" for line in lines.values())


def as_csv(path):
    broken = {
        b"1," + GBK + b",x": "not UTF-8: byte 0xbb at byte 2",
        b"2," + b"\xed\xa0\xbd,x": "not UTF-8: byte 0xed at byte 2",
        "17,少一格".encode(): "2 cells, the header has 3",
        "255,多,一,格".encode(): "4 cells, the header has 3",
        b"256,,x": "正文: empty",
        b"": "blank line",
        "501,　,x".encode(): "正文: empty",
        '777,"没有关,x'.encode(): "a quoted cell is not closed, or closes 100+ lines on",
        '"998"号,"没有关,x'.encode(): "a quoted cell is not closed, or closes 100+ lines on",
        '1000,好,"'.encode(): "a quoted cell is not closed, or closes 100+ lines on",
    }
    path.write_bytes(joined(lines_of(lambda n: f"{n},{text(n)},x", broken), "编号,正文,来源\n".encode()))
    return list(broken.values()), 1


def as_tsv(path):
    broken = {
        b"1\t" + GBK + b"\tx": "not UTF-8: byte 0xbb at byte 2",
        "坏".encode("utf-16"): "not UTF-8: byte 0xff at byte 0",
        b"17": "1 cells, the header has 3",
        "255\t多\t一\t格".encode(): "4 cells, the header has 3",
        b"256\t\tx": "正文: empty",
        b"": "blank line",
        b"501\t \tx": "正文: empty",
        b"777\t\xc2\xa0\tx": "正文: empty",
        "998,逗号,x".encode(): "1 cells, the header has 3",
        b"\t\t\t\t": "5 cells, the header has 3",
    }
    path.write_bytes(joined(lines_of(lambda n: f"{n}\t{text(n)}\tx", broken), "编号\t正文\t来源\n".encode()))
    return list(broken.values()), 1


def as_jsonl(path):
    broken = {
        b'{"\xe6\xad\xa3\xe6\x96\x87": "' + GBK + b'"}': "not UTF-8: byte 0xbb at byte 12",
        '{"编号": "2", "正文": "没写'.encode(): "not JSON: Unterminated string starting at column 19",
        '{"编号": "17"}'.encode(): "正文: missing",
        '{"编号": "255", "正文": null}'.encode(): "正文: null",
        '{"编号": "256", "正文": 256}'.encode(): "正文: not a string but int",
        '{"编号": "500", "正文": ["一"]}'.encode(): "正文: not a string but list",
        '{"编号": "501", "正文": " "}'.encode(): "正文: empty",
        b"": "blank line",
        '{"编号": "998", "正文": "\\ud83d"}'.encode(): "a lone surrogate (half of an escaped character) stands in it",
        b'["1000"]': "not a JSON object but list",
    }

    def good(number):
        return json.dumps({"编号": str(number), "正文": text(number), "来源": "x"}, ensure_ascii=False)

    path.write_bytes(joined(lines_of(good, broken)))
    return list(broken.values()), 0


def as_lines(path):
    broken = {
        GBK: "not UTF-8: byte 0xbb at byte 0",
        b"\xed\xa0\xbd": "not UTF-8: byte 0xed at byte 0",
        b"": "blank line",
        b" ": "blank line",
        b"\t": "blank line",
        "　".encode(): "blank line",
        b"\xc2\xa0\r": "blank line",
        "好".encode() + b"\x80": "not UTF-8: byte 0x80 at byte 3",
        "好".encode()[:2]: "not UTF-8: byte 0xe5 at byte 0",
        b"\xff\xfe": "not UTF-8: byte 0xff at byte 0",
    }
    path.write_bytes(joined(lines_of(text, broken)))
    return list(broken.values()), 0


def as_parquet(path):
    broken = [None, b"", b" ", b"\n", b"\t", "　".encode(), b"\xc2\xa0", b"\r\n", GBK, "好".encode()[:2]]
    texts = pa.array(lines_of(text, broken).values(), pa.binary()).view(pa.string())
    numbers = [str(number) for number in range(1, 1001)]
    pq.write_table(pa.table({"编号": numbers, "正文": texts, "来源": ["x"] * 1000}), path)
    unreadable = "正文: a value cannot be read: 'utf-8' codec can't decode"
    return ["正文: null", *["正文: empty"] * 7, unreadable, unreadable], 0


def table_of(path):
    """Rows of an output as dictionaries, whatever its format."""
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    if path.suffix == ".jsonl":
        return [line.value for line in read_jsonl(path)]
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t" if path.suffix == ".tsv" else ","))


@pytest.mark.parametrize(
    ("broken_copy", "given", "made"),
    [
        pytest.param(as_csv, "帖子.csv", "结果.csv", id="csv"),
        pytest.param(as_tsv, "帖子.tsv", "结果.tsv", id="tsv"),
        pytest.param(as_jsonl, "帖子.jsonl", "结果.jsonl", id="jsonl"),
        pytest.param(as_jsonl, "帖子.jsonl", "结果.csv", id="jsonl-to-csv"),
        pytest.param(as_parquet, "帖子.parquet", "结果.parquet", id="parquet"),
        pytest.param(as_parquet, "帖子.parquet", "结果.jsonl", id="parquet-to-jsonl"),
        pytest.param(as_lines, "帖子.txt", "结果.csv", id="lines"),
    ],
)
def test_of_a_thousand_posts_with_ten_broken_990_are_labelled(tmp_path, run, broken_copy, given, made):
    source, output = tmp_path / given, tmp_path / made
    reasons, header = broken_copy(source)
    code, out, err = run("label", source, "-o", output)
    assert (code, out) == (1, "")

    rows = table_of(output)
    expected = [number for number in range(1, 1001) if number not in BROKEN]
    own = ("text",) if given.endswith(".txt") else ("编号", "正文", "来源")
    assert tuple(rows[0]) == own + ADDED
    assert [row[own[-2] if len(own) > 1 else "text"] for row in rows] == [text(number) for number in expected]

    rejects = [line.value for line in read_jsonl(f"{output}.rejected.jsonl")]
    assert [reject["line"] for reject in rejects] == [place + header for place in BROKEN]
    assert {reject["file"] for reject in rejects} == {str(source)}
    for reject, reason in zip(rejects, reasons, strict=True):
        assert reject["reason"].startswith(reason)
    assert f"990 rows labelled: {output}\n10 rows set aside: {output}.rejected.jsonl\n" in err
    assert f"{source}:{BROKEN[0] + header}: {rejects[0]['reason']} (" in err


EXTERNAL = os.environ.get("WEIBO_NLP_EXTERNAL", "")
NLPCC = Path("nlpcc2016-stance", "NLPCC_2016_Stance_Detection_Task_A_gold.utf8")


@pytest.mark.skipif(not EXTERNAL, reason="WEIBO_NLP_EXTERNAL names no folder with copies of the sets")
def test_of_nlpccs_gold_file_with_ten_lines_broken_990_are_labelled(tmp_path, run):
    header, *lines = (Path(EXTERNAL) / NLPCC).read_bytes().splitlines(keepends=True)
    assert len(lines) == 1000
    id_, target, post, stance = lines[0].split(b"\t")
    broken = (
        *(
            b"\t".join(cells)
            for cells in ((id_, target, GBK, stance), (id_, target, b"", stance), (id_, target, stance))
        ),
        *(b"\t".join(cells) for cells in ((id_, target, b" ", stance), (id_, target, post, b"", stance))),
        *(b"\n", b"x\n", b"\t\t\t\t\n", b"\xff\n", id_ + b"\t" + target + b"\n"),
    )
    kept = [line.split(b"\t")[0].decode() for place, line in enumerate(lines, 1) if place not in BROKEN]
    for place, line in zip(BROKEN, broken, strict=True):
        lines[place - 1] = line
    source, output = tmp_path / "gold.utf8", tmp_path / "out.jsonl"
    source.write_bytes(header + b"".join(lines))
    code, _, err = run("label", source, "-o", output)
    assert code == 1
    assert "as tsv; text column: TEXT (guessed" in err
    rows = table_of(output)
    assert [row["ID"] for row in rows] == kept
    assert tuple(rows[0]) == ("ID", "TARGET", "TEXT", "STANCE", *ADDED)
    rejects = [line.value["line"] for line in read_jsonl(f"{output}.rejected.jsonl")]
    assert rejects == [place + 1 for place in BROKEN]
