"""A leaderboard keeps its own files: nothing is read or written through a link in it."""

import os
import sys

import pytest
from leaderboard_files import add, of_good, tree, written

from weibo_nlp.errors import UsageError
from weibo_nlp.leaderboard.ranking import standings

pytestmark = [
    pytest.mark.usefixtures("small_corpus_shipped"),
    pytest.mark.skipif(sys.platform == "win32", reason="links need a right there"),
]


def good(tmp_path):
    return written(tmp_path / "p.jsonl", "good", wrong=0.1, draw=1)


def names(ranked):
    return [row.name for table in ranked.tables for row in table.rows]


def move_out(path, outside):
    """What `path` names lies outside, and a link leads there."""
    path.rename(outside)
    path.symlink_to(outside)


@pytest.mark.parametrize("kind", ["results", "predictions"])
@pytest.mark.parametrize("whole_folder", [False, True], ids=["file", "folder"])
def test_an_entry_behind_a_link_is_set_aside_and_nothing_is_written_through_it(board, tmp_path, kind, whole_folder):
    outside = tmp_path / "outside"
    outside.mkdir()
    move_out(board / kind if whole_folder else of_good(board, kind), outside / kind)
    ranked = standings(board, n_permutations=1000)
    assert [
        item.reason.count("is a link, and a leaderboard keeps files of its own alone") for item in ranked.set_aside
    ] == [1] * (4 if whole_folder else 1)
    assert len(names(ranked)) == (0 if whole_folder else 3)
    of_good(board, kind).write_text("somebody's notes", "utf-8")
    before = tree(outside)
    with pytest.raises(UsageError, match=r"cannot write .*good.*: .* is a link, and none in .*board is followed"):
        add(good(tmp_path), board)
    assert tree(outside) == before


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
@pytest.mark.parametrize("is_there", [True, False])
def test_predictions_are_not_added_through_a_link_in_their_place(board, tmp_path, suffix, is_there):
    of_good(board, "results").unlink()
    place = of_good(board, "predictions")
    place.unlink()
    outside = tmp_path / "outside"
    if is_there:
        outside.write_bytes(good(tmp_path).read_bytes())
    place.with_suffix(suffix).symlink_to(outside)
    with pytest.raises(UsageError, match="it is a link"):
        add(good(tmp_path), board)
    assert outside.exists() == is_there
    assert list((board / "results").glob("*good*")) == []


def test_a_link_that_leads_nowhere_in_the_place_of_a_result_is_refused(board, tmp_path):
    place = of_good(board, "results")
    place.unlink()
    place.symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="it is a link"):
        add(good(tmp_path), board)
    assert not os.path.lexists(tmp_path / "nowhere")


def test_a_leaderboard_that_is_itself_a_link_is_read_and_added_to(board, tmp_path):
    (tmp_path / "link").symlink_to(board)
    assert add(written(tmp_path / "new.jsonl", "new"), tmp_path / "link").state == "added"
    assert len(names(standings(tmp_path / "link", n_permutations=1000))) == 5


@pytest.mark.parametrize("kind", ["results", "predictions"])
def test_another_name_of_a_damaged_file_keeps_what_it_had_when_the_file_is_restored(board, tmp_path, kind):
    before = tree(board)
    (tmp_path / "other").hardlink_to(of_good(board, kind))
    (tmp_path / "other").write_text("{}", "utf-8")
    assert add(good(tmp_path), board, command="make good").state == "restored"
    assert (tmp_path / "other").read_text("utf-8") == "{}"
    assert tree(board) == before
