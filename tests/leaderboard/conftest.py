import shutil

import pytest
from leaderboard_files import add, written


@pytest.fixture(scope="module")
def filled(small_corpus_shipped, tmp_path_factory):
    """A board of a good system, two alike ones in the middle, and a bad one with a hostile name."""
    folder = tmp_path_factory.mktemp("board")
    for name, wrong, draw in (("good", 0.1, 1), ("middle", 0.4, 2), ("rival", 0.4, 3), ("../x\n\u202e|<b>", 0.9, 4)):
        path = written(folder / "p.jsonl", name, wrong=wrong, draw=draw)
        add(path, folder / "board", command=f"make {name}")
    return folder / "board"


@pytest.fixture
def board(filled, tmp_path):
    return shutil.copytree(filled, tmp_path / "board")
