import gzip
import shutil
from pathlib import Path

import pytest

from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.external import available, load

MINIATURES = Path(__file__).parents[1] / "data" / "external"


def test_every_set_is_listed_with_tasks_licence_files_and_publication():
    listed = {info.name: info for info in available()}
    assert list(listed) == ["nlpcc2016", "c_stance", "smp2020", "cold", "swsr", "mission_dev"]
    assert listed["cold"].tasks == ("offence",)
    assert listed["cold"].licence == "Apache-2.0"
    assert listed["swsr"].files["posts"] == ("SexWeibo.csv", "posts.csv")
    assert all(info.description and info.licence and info.published for info in listed.values())


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(UnknownNameError, match="unknown external set 'sst2'; there is: c_stance, cold, mission_dev, n"):
        load("sst2", MINIATURES)


def test_a_part_the_copy_does_not_hold_lists_those_it_holds():
    with pytest.raises(UnknownNameError, match="unknown part of nlpcc2016 'validation'; there is: test, train"):
        load("nlpcc2016", MINIATURES / "nlpcc2016").part("validation")


@pytest.mark.parametrize("name", ["nlpcc2016", "c-stance", "cold", "swsr", "smp2020"])
def test_the_parent_folder_will_do(name):
    own = MINIATURES / name.replace("-", "_")
    assert load(name, MINIATURES) == load(name, own)


def test_a_folder_without_the_files_names_folder_files_and_publication(tmp_path):
    with pytest.raises(UsageError) as caught:
        load("nlpcc2016", tmp_path)
    message = str(caught.value)
    assert str(tmp_path) in message
    assert "evasampledata4-TaskAA.txt" in message
    assert "NLPCC_2016_Stance_Detection_Task_A_gold.utf8" in message
    assert "Xu et al. (2016)" in message


def test_swsr_needs_both_files(tmp_path):
    shutil.copy(MINIATURES / "swsr" / "comments.csv", tmp_path)
    with pytest.raises(UsageError, match=r"lacks the file for posts.*SexWeibo\.csv or posts\.csv.*Jiang et al\."):
        load("swsr", tmp_path)


@pytest.mark.parametrize(
    ("inside", "problem"),
    [
        pytest.param("train.csv", "is a file", id="a-file"),
        pytest.param("nowhere", "does not exist", id="nothing"),
    ],
)
def test_a_path_that_is_no_folder_is_refused(inside, problem):
    with pytest.raises(UsageError, match=f"{problem}; give the folder that holds your copy of cold"):
        load("cold", MINIATURES / "cold" / inside)


def test_a_part_held_twice_is_not_chosen_for_the_user(tmp_path):
    content = (MINIATURES / "cold" / "dev.csv").read_bytes()
    (tmp_path / "dev.csv").write_bytes(content)
    (tmp_path / "dev.csv.gz").write_bytes(gzip.compress(content))
    with pytest.raises(UsageError, match=r"validation part of cold could be read from dev\.csv or dev\.csv\.gz"):
        load("cold", tmp_path)


def test_two_folders_that_hold_the_set_are_not_chosen_between(tmp_path):
    for name in ("cold", "COLDataset"):
        shutil.copytree(MINIATURES / "cold", tmp_path / name)
    with pytest.raises(UsageError, match=r"cold could be read from .*; give the one folder you mean"):
        load("cold", tmp_path)


def test_a_gzipped_copy_reads_like_the_plain_one(tmp_path):
    (tmp_path / "dev.csv.gz").write_bytes(gzip.compress((MINIATURES / "cold" / "dev.csv").read_bytes()))
    packed = load("cold", tmp_path).part("validation")
    plain = load("cold", MINIATURES / "cold").part("validation")
    assert packed.gold == plain.gold
    assert packed.documents[0].text == plain.documents[0].text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", r"train\.csv:1: no column 'TEXT' in the header \(nothing\)", id="empty-file"),
        pytest.param(
            b"text,label\n", r"train\.csv:1: no column 'TEXT' in the header \('text', 'label'\)", id="other-set"
        ),
        pytest.param(
            b'TEXT,topic,label\nok,race,0\n"never\nclosed,race,0\n',
            r"train\.csv:3: the record starting here is not valid CSV",
            id="open-quote",
        ),
        pytest.param(
            b"TEXT,topic,label\nok,race,0\n" + b"x" * 200_000 + b",race,0\n",
            r"train\.csv:3: .*field larger than field limit",
            id="endless-cell",
        ),
    ],
)
def test_a_file_that_is_not_the_sets_csv_names_the_line(tmp_path, content, message):
    (tmp_path / "train.csv").write_bytes(content)
    with pytest.raises(DataError, match=message):
        load("cold", tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"not gzip at all", id="no-gzip"),
        pytest.param(gzip.compress(b"TEXT,topic,label\nok,race,0\n")[:-12], id="cut-short"),
    ],
)
def test_a_gz_file_that_cannot_be_unpacked_is_refused(tmp_path, content):
    (tmp_path / "train.csv.gz").write_bytes(content)
    with pytest.raises(DataError, match=r"train\.csv\.gz: cannot be decompressed"):
        load("cold", tmp_path)


def test_loading_twice_gives_the_same_ids_and_checksums():
    assert load("swsr", MINIATURES / "swsr") == load("swsr", MINIATURES / "swsr")


def test_a_packed_file_without_the_name_of_one_is_named(tmp_path):
    copy = Path(shutil.copytree(MINIATURES / "nlpcc2016", tmp_path / "copy"))
    file = copy / "NLPCC_2016_Stance_Detection_Task_A_gold.utf8"
    file.write_bytes(gzip.compress(file.read_bytes()))
    with pytest.raises(DataError, match=r"gold\.utf8: is packed with gzip; unpack it, or .* ends in \.gz"):
        load("nlpcc2016", copy)


@pytest.mark.parametrize("name", ["gold.utf8", "gold.utf8.gz"])
def test_several_byte_order_marks_are_none_of_the_text(tmp_path, name):
    copy = Path(shutil.copytree(MINIATURES / "nlpcc2016", tmp_path / "copy"))
    file = copy / "NLPCC_2016_Stance_Detection_Task_A_gold.utf8"
    content = "\ufeff\ufeff\ufeff".encode() + file.read_bytes()
    file.unlink()
    place = copy / f"NLPCC_2016_Stance_Detection_Task_A_{name}"
    place.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    whole, marked = (load("nlpcc2016", folder).part("test") for folder in (MINIATURES / "nlpcc2016", copy))
    assert [(row.id, row.text) for row in marked.documents] == [(row.id, row.text) for row in whole.documents]
    assert (marked.gold, marked.dropped) == (whole.gold, ())
