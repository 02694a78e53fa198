import shutil
from pathlib import Path

import pytest

from weibo_nlp.release.build import write_release
from weibo_nlp.release.sources import read_sources
from weibo_nlp.release.tables import build_tables

MINIATURE = Path(__file__).parent / "data" / "release"


@pytest.fixture(scope="session")
def miniature_repository(tmp_path_factory):
    """A repository of sixteen documents with its release built in corpus/, to be read and not changed."""
    root = tmp_path_factory.mktemp("miniature") / "repository"
    shutil.copytree(MINIATURE, root)
    sources = read_sources(root)
    write_release(sources, build_tables(sources), root / "corpus", "0.0.1")
    return root


@pytest.fixture(scope="session")
def miniature_release(miniature_repository):
    """Folder of the miniature's release, to be read and not changed."""
    return miniature_repository / "corpus"
