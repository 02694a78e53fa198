import shutil
from pathlib import Path

import pytest

from weibo_nlp.corpus.release import open_release
from weibo_nlp.release.build import write_release
from weibo_nlp.release.sources import read_sources
from weibo_nlp.release.tables import build_tables

MINIATURE = Path(__file__).parents[1] / "data" / "release"


@pytest.fixture(scope="session")
def miniature(tmp_path_factory):
    """The miniature's release, to be read and not changed."""
    root = tmp_path_factory.mktemp("evaluate") / "repository"
    shutil.copytree(MINIATURE, root)
    sources = read_sources(root)
    write_release(sources, build_tables(sources), root / "corpus", "0.0.1")
    return open_release(root / "corpus")
