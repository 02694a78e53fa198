import json
import os
import stat

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from weibo_nlp.privacy import Pseudonyms, load_secret

PLANTED = [
    "1000000001",
    "4000000000000001",
    "小甲",
    "小乙",
    "13800000000",
    "a@example.com",
    "0000abcdgy1h0abcd",
    "三里屯",
]
ROWS = [
    {
        "id": "4000000000000001", "user_id": "1000000001", "用户昵称": "小甲", "parent_id": "",
        "位置": "北京·三里屯", "正文": "失信就该禁乘，电话13800000000", "点赞数": "138", "@用户": "小乙,小甲",
        "原始图片url": "https://a.example.com/0000abcdgy1h0abcd.jpg",
    },
    {
        "id": "4000000000000002", "user_id": "1000000002", "用户昵称": "小乙", "parent_id": "4000000000000001",
        "位置": "", "正文": "回复@小甲:支持//@小乙:写信a@example.com", "点赞数": "2", "@用户": "", "原始图片url": "",
    },
]  # fmt: skip


@pytest.fixture(autouse=True)
def secret(tmp_path, monkeypatch):
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path / "home"))
    return lambda: Pseudonyms(load_secret())


@pytest.fixture
def posts(tmp_path):
    path = tmp_path / "posts.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS), "utf-8")
    return path


THREADS = ("--id-column", "id", "--parent-column", "parent_id")


def output_of(tmp_path, name):
    (tmp_path / "out").mkdir(exist_ok=True)
    return tmp_path / "out" / name


def everything_in(folder):
    return b"".join(path.name.encode() + path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_no_byte_of_what_is_written_leads_to_a_person(run, posts, tmp_path, suffix, secret):
    output = output_of(tmp_path, f"labelled.{suffix}")
    code, _, err = run(
        "label", posts, "-o", output, "--pseudonymise", "--id-column", "id", "--parent-column", "parent_id"
    )
    assert code == 0
    assert "Replaced of people: " in err
    assert "Columns left out, as of pictures, links or profiles: 原始图片url\n" in err
    held = everything_in(tmp_path / "out").decode("utf-8", "replace")
    assert not [planted for planted in PLANTED if planted in held or json.dumps(planted).strip('"') in held]
    assert secret().user("1000000001") in held


def test_threads_authors_and_mentions_are_joined_by_pseudonyms(run, posts, tmp_path, secret):
    output = output_of(tmp_path, "labelled.jsonl")
    run("label", posts, "-o", output, "--pseudonymise", *THREADS)
    first, second = map(json.loads, output.read_text("utf-8").splitlines())
    names = secret()
    author, other = names.user("1000000001"), names.user("1000000002")
    assert (first["id"], first["user_id"], first["用户昵称"]) == (names.document("4000000000000001"), author, author)
    assert (first["@用户"], first["位置"], first["点赞数"]) == (f"{other},{author}", "北京", "138")
    assert second["parent_id"] == first["id"]
    assert second["正文"] == f"回复@{author}:支持//@{other}:写信[邮箱]"
    assert "原始图片url" not in first


def test_labels_are_those_of_the_texts_as_they_were(run, posts, tmp_path):
    plain, done = output_of(tmp_path, "plain.jsonl"), output_of(tmp_path, "done.jsonl")
    run("label", posts, "-o", plain)
    run("label", posts, "-o", done, "--pseudonymise")
    labels = ("topic", "topic_score", "sentiment", "sentiment_score", "irony_score", "stance", "stance_score")
    read = [[json.loads(line) for line in path.read_text("utf-8").splitlines()] for path in (plain, done)]
    assert [[row[name] for name in labels] for row in read[0]] == [[row[name] for name in labels] for row in read[1]]


def test_numbers_of_a_typed_column_are_ids_or_stay_numbers(run, tmp_path, secret):
    path, output = tmp_path / "posts.parquet", output_of(tmp_path, "labelled.parquet")
    table = {
        "text": ["失信就该禁乘"] * 3,
        "mid": [4000000000000001, None, 0],
        "n": [1, 13800000000, 3],
        "tags": [["@小甲 好"], [], None],
    }
    pq.write_table(pa.table(table), path)
    assert run("label", path, "-o", output, "--pseudonymise")[0] == 0
    done = pq.read_table(output).to_pydict()
    assert done["mid"] == [secret().document("4000000000000001"), None, "0"]
    assert done["n"] == [1, None, 3]
    assert json.loads(done["tags"][0]) == [f"@{secret().user('小甲')} 好"]


def test_rows_that_are_set_aside_are_told_of_without_what_they_hold(run, tmp_path):
    path, output = tmp_path / "1000000001.csv", output_of(tmp_path, "labelled.csv")
    path.write_text("id,正文\n1,失信就该禁乘\n4000000000000001,\n13800000000,小甲,多\n", "utf-8")
    code, _, _ = run("label", path, "-o", output, "--pseudonymise")
    assert code == 1
    held = everything_in(tmp_path / "out").decode()
    assert not [planted for planted in PLANTED if planted in held]
    assert len((tmp_path / "out" / "labelled.csv.rejected.jsonl").read_text("utf-8").splitlines()) == 2


def test_pseudonyms_are_the_same_with_the_same_secret_and_others_with_another(run, posts, tmp_path):
    done = {}
    for name, options in {"a": (), "b": (), "c": ("--secret", tmp_path / "other")}.items():
        output = output_of(tmp_path, f"{name}.jsonl")
        assert run("label", posts, "-o", output, "--pseudonymise", *options)[0] == 0
        done[name] = output.read_bytes()
    assert done["a"] == done["b"] != done["c"]


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
def test_the_secret_is_made_for_its_owner_alone_and_not_beside_the_output(run, posts, tmp_path):
    output = output_of(tmp_path, "labelled.csv")
    assert run("label", posts, "-o", output, "--pseudonymise")[0] == 0
    assert stat.S_IMODE((tmp_path / "home" / "secret").stat().st_mode) == 0o600
    code, _, err = run("label", posts, "-o", output, "--pseudonymise", "--secret", tmp_path / "out" / "secret")
    assert code == 2
    assert "written to be given away" in err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--pseudonymise",), "--pseudonymise needs -o"),
        (("-o", "x.csv", "--secret", "s"), "--secret is what --pseudonymise works with"),
    ],
)
def test_options_that_make_no_sense_are_refused(run, posts, tmp_path, monkeypatch, options, message):
    monkeypatch.chdir(tmp_path)
    code, _, err = run("label", posts, *options)
    assert code == 2
    assert message in err


@pytest.mark.parametrize("as_job", [False, True])
def test_several_files_of_one_run_share_who_is_who(run, tmp_path, secret, as_job):
    folder = tmp_path / "小甲"
    folder.mkdir()
    posts, comments = folder / "小甲.jsonl", folder / "评论.jsonl"
    # Only the first file says whose handle 小甲 is, and only the second that 4000000000000009 is an id.
    posts.write_text(
        json.dumps({"user_id": "1000000001", "用户昵称": "小甲", "正文": "见4000000000000009，支持"}) + "\n", "utf-8"
    )
    comments.write_text(json.dumps({"mid": "4000000000000009", "正文": "回复@小甲:支持"}) + "\n", "utf-8")
    output = f"{tmp_path}/out/" if as_job else str(tmp_path / "out")
    options = ("--to", "jsonl", "--jobs", "1") if as_job else ()
    code, _, err = run("label", posts, comments, "-o", output, "--pseudonymise", *options)
    assert code == 0, err
    parts = sorted((tmp_path / "out").glob("part-*" if as_job else "f_*.labelled.jsonl"))
    rows = [json.loads(line) for path in parts for line in path.open(encoding="utf-8")]
    texts = {row["正文"] for row in rows}
    assert texts == {"见[编号]，支持", f"回复@{secret().user('1000000001')}:支持"}
    if as_job:  # what the job was asked holds the paths of its inputs, and is not given away
        (tmp_path / "out" / "_job.json").unlink()
        summary = json.loads((tmp_path / "out" / "_summary.json").read_text("utf-8"))
        assert [each["name"] for each in summary["inputs"]] == [
            secret().file("小甲.jsonl"),
            secret().file("评论.jsonl"),
        ]
    held = everything_in(tmp_path / "out").decode("utf-8", "replace")
    assert not [name for name in ("小甲", "评论.jsonl") if name in held or json.dumps(name).strip('"') in held]
