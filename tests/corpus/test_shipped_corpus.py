"""The corpus that ships: every version it holds is whole, can be loaded, and is scored against."""

import pytest

import weibo_nlp
from weibo_nlp.corpus import open_release, schema, threads, versions
from weibo_nlp.predictions import ModelReference, PredictionHeader, write_predictions
from weibo_nlp.records import Prediction
from weibo_nlp.release.integrity import validate_release


def counts(release):
    """Rows by configuration and split, as the manifest gives them."""
    rows = {}
    for name, entry in release.manifest["files"].items():
        config, file = name.split("/")
        rows.setdefault(config, {})[file.split("-")[0]] = entry["rows"]
    return rows


@pytest.mark.parametrize("version", versions())
def test_every_version_is_what_its_manifest_and_its_schema_say(version):
    release = open_release(version=version)
    assert validate_release(release.path) == []
    for config, rows in counts(release).items():
        loaded = weibo_nlp.load_corpus(config, version=version, format="datasets")
        assert loaded.num_rows == sum(rows.values())
        assert loaded.features == schema.features(config, release.scheme, release.schema_version)


@pytest.mark.parametrize("version", versions())
def test_every_version_has_the_view_of_all_documents_with_the_columns_of_its_schema(version):
    release = open_release(version=version)
    documents = weibo_nlp.load_corpus("documents", version=version)
    assert len(documents) == sum(sum(counts(release)[config].values()) for config in schema.DOCUMENT_CONFIGS)
    assert ("parent_text" in documents) == (release.schema_version >= 3)
    assert ("figures" in weibo_nlp.load_corpus("events", version=version)) == (release.schema_version >= 2)


@pytest.mark.slow
def test_the_shipped_corpus_keeps_its_rules(run):
    code, out, _ = run("corpus", "check")
    assert code == 0, out


def test_the_parent_text_of_documents_is_that_of_their_stances():
    documents = weibo_nlp.load_corpus("documents").set_index("id")
    stances = weibo_nlp.load_corpus("stances")
    assert documents["parent_text"][stances["document_id"]].tolist() == stances["parent_text"].tolist()


def test_texts_labels_and_splits_of_0_2_0_are_those_of_the_newest():
    # 0.2.1 adds a column and a view.
    old, new = (weibo_nlp.load_corpus("documents", version=version) for version in ("0.2.0", "0.2.1"))
    assert new[old.columns].equals(old)


def test_threads_are_trees_within_one_split():
    assert sum(len(threads(split)) for split in schema.SPLITS) == len(threads())
    assert weibo_nlp.corpus.threads("test", version=versions()[0])[0].root.parent is None


@pytest.mark.parametrize("version", versions()[1:])
def test_predictions_for_an_older_version_are_scored_against_its_own_gold(version, tmp_path):
    release = open_release(version=version)
    header = PredictionHeader(
        "corpus", version, "test", "irony", "standard", release.scheme.version, ModelReference("mine", "1")
    )
    right = [Prediction(gold.document_id, "irony", gold.label, {}) for gold in release.gold("irony", "test")]
    write_predictions(tmp_path / "predictions.jsonl", header, right)
    result = weibo_nlp.evaluate(tmp_path / "predictions.jsonl")
    assert result.provenance.corpus_version == version
    assert result.scores.metrics["accuracy"].value == 1.0
