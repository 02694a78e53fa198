import gc
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from small_corpus import write_small_corpus

from weibo_nlp import _resources
from weibo_nlp.cli import main
from weibo_nlp.release.build import write_release
from weibo_nlp.release.sources import read_sources
from weibo_nlp.release.tables import build_tables

# On two cores, threads of matrix products would wait for each other and burn the time of tests beside them. Read when
# a library first makes its threads, here and in processes that tests start.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

MINIATURE = Path(__file__).parent / "data" / "release"

# A busy machine is no fault of the code: nothing here depends on how long an example took. By default the examples are
# those of the last run, so that a red run means a change; `search` throws the dice for new ones.
settings.register_profile(
    "search",
    deadline=None,
    max_examples=500,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("weibo_nlp", settings.get_profile("search"), derandomize=True, database=None, max_examples=40)
settings.load_profile(os.environ.get("WEIBO_NLP_HYPOTHESIS", "weibo_nlp"))

# What is imported and collected is kept: looking for garbage among it takes a fifth of the time and finds none.
gc.disable()


def pytest_collection_finish():
    """Take what is imported and collected out of the garbage collector's way, and let it look for more less often."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 20, 20)


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


@pytest.fixture(scope="session")
def small_corpus(tmp_path_factory):
    """Folder of a release of 350 documents that models can be trained on in a second, to be read and not changed."""
    return write_small_corpus(tmp_path_factory.mktemp("small") / "repository")


@pytest.fixture(scope="module")
def small_corpus_shipped(small_corpus):
    """The small corpus in the place of the one that ships with the package, for one file of tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_resources, "corpus_dir", lambda: small_corpus)
        yield small_corpus


@pytest.fixture
def run(capsys):
    """The command line in this process: exit code, standard output, standard error."""

    def call(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return left.value.code or 0, out, err

    return call
