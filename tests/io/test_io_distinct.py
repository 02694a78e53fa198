"""No output is an input or another output, whichever way the two are named."""

import os
from pathlib import Path

import pytest

from weibo_nlp.errors import UsageError
from weibo_nlp.io.distinct import require_distinct

descriptors = pytest.mark.skipif(not Path("/dev/fd").exists(), reason="descriptors have no names here")
links = pytest.mark.skipif(os.name != "posix", reason="links of POSIX")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in.csv").write_text("mine", "utf-8")
    (tmp_path / "model" / "inner").mkdir(parents=True)
    (tmp_path / "blob").write_text("weights", "utf-8")
    (tmp_path / "model" / "config.json").write_text("{}", "utf-8")
    if os.name == "posix":
        (tmp_path / "soft.csv").symlink_to("in.csv")
        (tmp_path / "hard.csv").hardlink_to(tmp_path / "in.csv")
        (tmp_path / "model" / "weights").symlink_to(tmp_path / "blob")
        (tmp_path / "to-be.csv").symlink_to("later.csv")
        (tmp_path / "alias").symlink_to("model")
    return tmp_path


@links
@pytest.mark.parametrize("name", ["in.csv", "soft.csv", "hard.csv", "model/../in.csv"])
@pytest.mark.parametrize("source", ["in.csv", "soft.csv", "hard.csv"])
def test_an_output_is_no_input_under_any_of_its_names(folder, name, source):
    with pytest.raises(UsageError, match=r"^--json .* is the input .*; name another file\.$"):
        require_distinct({"--json": folder / name}, [folder / source])
    require_distinct({"--json": folder / "other.csv"}, [folder / source])


@descriptors
@links
@pytest.mark.parametrize("by", ["name", "number"])
def test_an_output_is_no_input_through_a_descriptor(folder, by):
    with (folder / "hard.csv").open("a") as stream:
        path = Path(f"/dev/fd/{stream.fileno()}") if by == "name" else stream.fileno()
        with pytest.raises(UsageError, match=r"is the input"):
            require_distinct({"out": path}, [folder / "in.csv"])
        with pytest.raises(UsageError, match=r"is the same file as"):
            require_distinct({"a": folder / "in.csv", "out": path})


@links
@pytest.mark.parametrize("name", ["model/config.json", "alias/config.json", "blob"])
@pytest.mark.parametrize("read", ["inputs", "closed"])
def test_no_output_is_a_file_of_a_folder_that_is_read(folder, name, read):
    with pytest.raises(UsageError, match=r"name another"):
        require_distinct({"-o": folder / name}, **{read: [folder / "model"]})


@links
@pytest.mark.parametrize("name", ["model/new.csv", "alias/new.csv", "model/inner/new.csv", "model"])
def test_nothing_is_added_to_a_closed_folder(folder, name):
    with pytest.raises(UsageError, match=r"is in .*model, which is read; name another place"):
        require_distinct({"-o": folder / name}, closed=[folder / "model"])
    require_distinct({"-o": folder / name}, [folder / "model" / "config.json"])
    require_distinct({"-o": folder / "models.csv"}, closed=[folder / "model"])


@links
@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("new.csv", "new.csv"),
        ("new.csv", "model/../new.csv"),
        ("to-be.csv", "later.csv"),
        ("in.csv", "hard.csv"),
        ("alias/x", "model/x"),
    ],
)
def test_two_outputs_are_two_files_there_or_not_yet(folder, a, b):
    with pytest.raises(UsageError, match=r"^--json .* is the same file as --html .*; name another file"):
        require_distinct({"--html": folder / a, "--json": folder / b})
    assert not (folder / "later.csv").exists()


@descriptors
def test_what_is_printed_may_go_where_a_stream_goes_but_not_two_outputs(tmp_path):
    with (tmp_path / "all").open("w") as stream:
        number = stream.fileno()
        require_distinct({"--json": Path(f"/dev/fd/{number}"), "standard output": number, "standard error": number})
        with pytest.raises(UsageError, match=r"standard output is the same file as --json"):
            require_distinct({"--json": tmp_path / "all", "standard output": number})
        with pytest.raises(UsageError, match=r"same file"):
            require_distinct({"a": Path(f"/dev/fd/{number}"), "b": Path(f"/dev/fd/{number}")})


@links
def test_a_device_takes_everything(tmp_path):
    (tmp_path / "null").symlink_to(os.devnull)
    require_distinct({"a": Path(os.devnull), "b": tmp_path / "null"}, [Path(os.devnull)])


@descriptors
def test_what_a_shell_made_to_print_to_is_no_input_of_its_folder(tmp_path):
    with (tmp_path / "table.txt").open("w") as stream:
        require_distinct({"standard output": stream.fileno()}, [tmp_path])
        with pytest.raises(UsageError, match=r"is the input"):
            require_distinct({"standard output": stream.fileno()}, closed=[tmp_path])


def test_what_cannot_be_looked_at_is_left_to_who_reads_it(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    require_distinct({"a": tmp_path / "a", "b": None}, [tmp_path / "loop", tmp_path / ("x" * 300), tmp_path / "none"])
    with pytest.raises(UsageError, match=r"cannot write .*File name too long"):
        require_distinct({"a": tmp_path / ("x" * 300)})


@pytest.mark.parametrize("other", ["A.CSV", "é.csv", "Straße.csv"])
def test_new_names_that_are_one_file_on_some_systems_are_refused(tmp_path, other):
    first = {"A.CSV": "a.csv", "é.csv": "e\u0301.csv", "Straße.csv": "STRASSE.csv"}[other]
    with pytest.raises(UsageError, match="is the same file as"):
        require_distinct({"--output": tmp_path / first, "--rejects": tmp_path / other})


@links
def test_an_input_is_found_through_linked_folders_however_they_lead_around(tmp_path):
    (tmp_path / "copies" / "inner").mkdir(parents=True)
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "data" / "raw" / "posts.json").write_text("mine", "utf-8")
    (tmp_path / "copies" / "set").symlink_to(tmp_path / "data")
    (tmp_path / "data" / "back").symlink_to(tmp_path / "copies")
    with pytest.raises(UsageError, match=r"is the input .*; name another file"):
        require_distinct({"--json": tmp_path / "data" / "raw" / "posts.json"}, [tmp_path / "copies"])
    with pytest.raises(UsageError, match=r"is in .*copies, which is read; name another place"):
        require_distinct({"--output": tmp_path / "data" / "raw" / "new.json"}, closed=[tmp_path / "copies"])
    require_distinct({"--json": tmp_path / "other.json"}, [tmp_path / "copies"], [tmp_path / "copies"])
