import os
import shutil

import pytest
from resealing import remanifest, reseal

from weibo_nlp.corpus import open_release, schema, versions
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import sha256_of_file
from weibo_nlp.release.build import write_release
from weibo_nlp.release.history import keep_predecessor, predecessor, require_unchanged
from weibo_nlp.release.sources import read_sources
from weibo_nlp.release.tables import build_tables
from weibo_nlp.release.validate import validate


def release_next(repository, version):
    corpus = repository.path("corpus")
    before = keep_predecessor(corpus, version)
    sources = read_sources(repository.root)
    return write_release(sources, build_tables(sources), corpus, version, predecessor=before)


def test_a_new_version_keeps_the_old_one_loadable_as_it_was(repository):
    corpus = repository.path("corpus")
    old = list(open_release(corpus).rows("comments"))
    assert versions(corpus) == ("0.0.1",)
    repository.change("corpus/texts/credit/library-fines.jsonl", 3, account_type="organization")
    release_next(repository, "0.1.0")
    assert versions(corpus) == ("0.1.0", "0.0.1")
    assert list(open_release(corpus, version="0.0.1").rows("comments")) == old
    assert open_release(corpus, version="0.0.1").checksum_problems() == []
    assert open_release(corpus).version == "0.1.0"
    assert validate(repository.root) == []


def test_a_manifest_names_the_newest_release_before_it(repository):
    corpus = repository.path("corpus")
    assert predecessor(corpus, "0.0.1") is None
    for version in ("0.9.0", "0.10.0"):
        manifest = release_next(repository, version)
    assert manifest["predecessor"] == {
        "version": "0.9.0",
        "manifest_sha256": sha256_of_file(corpus / "versions/0.9.0/manifest.json"),
    }
    assert versions(corpus) == ("0.10.0", "0.9.0", "0.0.1")
    assert manifest == release_next(repository, "0.10.0"), "building the same version again changes nothing"


def test_an_older_version_is_not_built_over_a_newer_one(repository):
    release_next(repository, "0.2.0")
    with pytest.raises(DataError, match=r"holds 0\.2\.0, so 0\.1\.9 cannot be built over it; name a later version"):
        release_next(repository, "0.1.9")


@pytest.mark.parametrize("version", ["1.0", "1.0.0rc1", "neu", "1.0.-1", "１.0.0"])
def test_what_is_no_semantic_version_is_refused(repository, version):
    with pytest.raises(UsageError, match="is not three numbers such as"):
        keep_predecessor(repository.path("corpus"), version)


def test_a_damaged_release_is_not_kept_as_history(repository):
    corpus = repository.path("corpus")
    (corpus / "posts/test-00000-of-00001.parquet").write_bytes(b"damaged")
    with pytest.raises(DataError, match=r"posts/test-.*: bytes differ from the manifest"):
        keep_predecessor(corpus, "0.1.0")
    assert not (corpus / "versions").exists()


@pytest.mark.skipif(os.name != "posix", reason="links need a right there")
def test_a_release_is_not_kept_as_history_through_a_link(repository, tmp_path):
    (tmp_path / "outside").mkdir()
    (repository.path("corpus") / "versions").symlink_to(tmp_path / "outside")
    with pytest.raises(UsageError, match=r"versions is a link, and none in .*corpus is followed"):
        keep_predecessor(repository.path("corpus"), "0.1.0")
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_changed_old_release_and_a_wrong_predecessor_are_told(repository):
    corpus = repository.path("corpus")
    release_next(repository, "0.1.0")
    (corpus / "versions/0.0.1/events/train-00000-of-00001.parquet").write_bytes(b"changed")
    repository.replace("corpus/manifest.json", '"version": "0.0.1"', '"version": "0.0.0"')
    told = [problem.shown(repository.root) for problem in validate(repository.root)]
    assert any("predecessor is not the newest older release" in text for text in told)
    assert any("versions/0.0.1" in text and "An old release never changes" in text for text in told)


def test_a_release_of_an_older_schema_is_read_with_its_own_columns(repository):
    corpus = repository.path("corpus")
    release_next(repository, "0.1.0")
    kept = repository.path("corpus/versions/0.0.1")
    (kept / "manifest.json").write_text(
        (kept / "manifest.json").read_text("utf-8").replace(f'"schema": {schema.SCHEMA_VERSION}', '"schema": 1')
    )
    shutil.rmtree(kept / "real")  # a configuration of later schemas
    remanifest(
        kept, lambda manifest: [manifest["files"].pop(name) for name in list(manifest["files"]) if "real/" in name]
    )
    for file in kept.glob("*/*.parquet"):
        names = schema.arrow_schema(file.parent.name, 1).names
        reseal(kept, file.relative_to(kept).as_posix(), lambda table, names=names: table.select(names))
    new, old = open_release(corpus), open_release(corpus, version="0.0.1")
    for config, column in (("events", "figures"), ("documents", "parent_text"), ("stances", "confidence")):
        assert column in next(new.rows(config))
        assert column not in next(old.rows(config))


def test_other_bytes_under_the_number_of_a_release_are_refused_and_the_same_ones_are_not(repository, tmp_path):
    corpus = repository.path("corpus")
    again, other = tmp_path / "again", tmp_path / "other"
    sources = read_sources(repository.root)
    write_release(sources, build_tables(sources), again, "0.0.1")
    require_unchanged(corpus, "0.0.1", again)
    repository.change("corpus/texts/credit/library-fines.jsonl", 3, account_type="organization")
    sources = read_sources(repository.root)
    write_release(sources, build_tables(sources), other, "0.0.1")
    with pytest.raises(
        DataError, match=r"0\.0\.1 is there already and would change in 'comments/.*build a later version"
    ):
        require_unchanged(corpus, "0.0.1", other)
    require_unchanged(corpus, "0.0.2", other)
