import json
import shutil

import pytest

from weibo_nlp.release.build import write_release
from weibo_nlp.release.sources import read_sources
from weibo_nlp.release.tables import build_tables


class Repository:
    """A copy of the miniature, with its release built, to break one rule at a time."""

    def __init__(self, root):
        self.root = root

    def path(self, name):
        return self.root / name

    def rows(self, name):
        return [json.loads(line) for line in self.path(name).read_text("utf-8").splitlines()]

    def write(self, name, rows):
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_text("".join(lines), "utf-8")

    def change(self, name, line, **values):
        """Change fields of the row on a line, counted from 1."""
        rows = self.rows(name)
        rows[line - 1] |= values
        self.write(name, rows)

    def drop(self, name, line):
        rows = self.rows(name)
        del rows[line - 1]
        self.write(name, rows)

    def replace(self, name, old, new):
        """Replace text that stands exactly once in a file."""
        content = self.path(name).read_text("utf-8")
        assert content.count(old) == 1, f"{old!r} stands {content.count(old)} times in {name}"
        self.path(name).write_text(content.replace(old, new), "utf-8")

    def build(self, version="0.0.1"):
        sources = read_sources(self.root)
        return write_release(sources, build_tables(sources), self.root / "corpus", version)


@pytest.fixture(scope="session")
def built(miniature_repository):
    """The miniature with its release, to be read and not changed."""
    return Repository(miniature_repository)


@pytest.fixture
def repository(built, tmp_path):
    """A fresh copy, free to be broken."""
    shutil.copytree(built.root, tmp_path / "repository")
    return Repository(tmp_path / "repository")
