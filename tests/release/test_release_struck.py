"""Documents that readers struck out stay in the sources and leave the release; threads, splits, sentences stay."""

import pytest

from weibo_nlp.corpus import open_release
from weibo_nlp.release.integrity import validate_release
from weibo_nlp.release.rounds import corpus_documents
from weibo_nlp.release.sources import read_sources
from weibo_nlp.release.tables import document_splits
from weibo_nlp.release.validate import validate

STRUCK = "corpus/struck.jsonl"
THREAD = ["everyday-soup-0001", "everyday-soup-0002", "everyday-soup-0003"]


def strike(repository, *ids, since="0.0.1", reason="wit"):
    repository.write(STRUCK, [{"document_id": name, "reason": reason, "since": since} for name in ids])


def shown(repository):
    return [problem.shown(repository.root) for problem in validate(repository.root)]


def test_a_thread_struck_out_leaves_the_release_with_labels_and_judgements_and_is_told_in_the_manifest(repository):
    before = open_release(repository.path("corpus"))
    splits = {document.id: split for split in ("train", "validation", "test") for document in before.documents(split)}
    strike(repository, *THREAD)
    manifest = repository.build()
    after = open_release(repository.path("corpus"))
    assert manifest["struck"] == THREAD
    assert after.struck == {*THREAD}
    assert STRUCK in manifest["inputs"]
    assert {each.id for each in before.documents()} - {each.id for each in after.documents()} == {*THREAD}
    assert not {*THREAD} & {row["document_id"] for row in (*after.rows("stances"), *after.rows("annotations"))}
    for split in ("train", "validation", "test"):
        assert {splits[document.id] for document in after.documents(split)} <= {split}
    assert shown(repository) == []
    assert validate_release(repository.path("corpus")) == []


def test_sentences_of_a_document_struck_out_stay_cut_in_the_split_that_it_had(repository):
    before = list(open_release(repository.path("corpus")).rows("segmentation"))
    strike(repository, *THREAD)
    repository.build()
    assert list(open_release(repository.path("corpus")).rows("segmentation")) == before


def test_a_sentence_of_a_document_that_was_neither_shipped_nor_struck_out_is_told(repository):
    strike(repository, *THREAD)
    repository.build()
    repository.replace("corpus/manifest.json", '\n    "everyday-soup-0002",', "")
    problems = [problem.text for problem in validate_release(repository.path("corpus"))]
    assert any("document_id 'everyday-soup-0002' is none of the documents" in text for text in problems)


def test_splits_of_what_is_left_do_not_move(repository):
    before = document_splits(read_sources(repository.root))
    strike(repository, "library-fines-0008", "library-fines-0009", *THREAD)
    assert document_splits(read_sources(repository.root)) == before


def test_everything_holds_what_was_struck_out_where_it_stands_in_the_files(repository):
    whole = read_sources(repository.root)
    strike(repository, *THREAD)
    sources = read_sources(repository.root)
    assert len(sources.texts) == len(whole.texts) - len(THREAD)
    for name in ("texts", "judgements", "gold"):
        shipped, everything = getattr(sources, name), getattr(sources.everything, name)
        assert len(shipped) < len(everything)
        assert {(each.path, each.line) for each in everything} == {
            (each.path, each.line) for each in getattr(whole, name)
        }
    assert [each.value.id for each in sources.everything.texts] == [each.value.id for each in whole.texts]


def test_what_was_struck_out_is_not_dealt_out_to_be_judged(repository):
    strike(repository, *THREAD)
    documents = corpus_documents(repository.root, ["everyday-soup"]).documents
    assert [document.id for document in documents] == [f"everyday-soup-{n:04}" for n in (4, 5, 6, 7)]


@pytest.mark.parametrize(
    ("ids", "values", "told"),
    [
        (["everyday-soup-0002"], {}, "[3 struck] 'everyday-soup-0003' answers 'everyday-soup-0002', which is struck"),
        (["everyday-soup-0099"], {}, f"{STRUCK}:1: [3 struck] document 'everyday-soup-0099' does not exist"),
        ([THREAD[2], THREAD[2]], {}, f"{STRUCK}:2: [1 id] 'everyday-soup-0003' stands twice"),
        ([THREAD[2]], {"reason": " "}, f"{STRUCK}:1: [1 form] reason is empty; say in a word why"),
        ([THREAD[2]], {"since": "soon"}, f"{STRUCK}:1: [1 form] since is 'soon', not a version such as 0.7.0"),
    ],
)
def test_a_strike_that_cannot_be_is_told_with_its_line(repository, ids, values, told):
    strike(repository, *ids, **values)
    assert any(told in problem for problem in shown(repository)), shown(repository)
