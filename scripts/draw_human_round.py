"""Lay out the round that people are to judge: composed documents with sheets, real texts by key, nothing filled in."""

import argparse
import random
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.publishing import failure

from weibo_nlp.annotation import export_sheets, new_campaign
from weibo_nlp.annotation.campaign import Campaign
from weibo_nlp.annotation.document_tables import read_documents
from weibo_nlp.annotation.documents import DocumentSource
from weibo_nlp.annotation.judgements import last_rounds
from weibo_nlp.corpus import open_release
from weibo_nlp.errors import DataError, WeiboNlpError
from weibo_nlp.io import sha256_of_rows, write_jsonl
from weibo_nlp.io.typed_json import to_json
from weibo_nlp.records import AUTHOR_LABEL
from weibo_nlp.release.rounds import corpus_documents
from weibo_nlp.release.sources import Sources, read_sources

ROOT = Path(__file__).resolve().parent.parent
FOLDER = "annotations/rounds/human"
PEOPLE = ("reader-1", "reader-2", "reader-3")
TASKS = {
    "composed": ("topic", "sentiment", "irony", "needs_context", "frames", "stance"),
    "real": ("topic", "sentiment", "irony", "frames", "stance=canonical"),
}
AT_RANDOM, UNSURE, KEYS = 500, 250, 250
SEED = 20_26
GUIDELINE = "1.2.1"


def unsure_of(sources: Sources) -> list[str]:
    """Composed documents of whose labels all annotators of their last round were unsure, in file order."""
    composed = {document.id for document in sources.documents}
    judged = [placed.value for placed in sources.judgements if placed.value.document_id in composed]
    last = last_rounds((each.document_id, each.round) for each in judged)
    sure = {
        each.document_id
        for each in judged
        if each.round == last[each.document_id] and each.confidence != "low" and each.annotator != AUTHOR_LABEL
    }
    return [document.id for document in sources.documents if document.id in last and document.id not in sure]


def drawn(names: Sequence[str], n: int, dice: random.Random, what: str) -> list[str]:
    """Take `n` of these at random; DataError if there are fewer."""
    if len(names) < n:
        raise DataError(f"{len(names)} {what}; {n} are to be drawn.")
    return dice.sample(list(names), n)


def on_canonical_targets(source: DocumentSource, sources: Sources) -> DocumentSource:
    """Ask about the canonical target of each thread alone, so that a person has three workbooks and not seventy."""
    canonical = {target.text for target in sources.targets.values() if target.canonical_for}
    documents = [
        replace(each, targets=tuple(target for target in each.targets or () if target in canonical))
        for each in source.documents
    ]
    return replace(source, documents=documents, sha256=sha256_of_rows(map(to_json, documents)))


def set_up(folder: Path, part: str, source: DocumentSource, seed: int) -> Campaign:
    """Set a campaign up for three people, under the rule by which labels of the corpus hold."""
    return new_campaign(folder / part, source, TASKS[part], PEOPLE, rule="majority", seed=seed, guideline=GUIDELINE)


def packages(campaign: Campaign) -> Iterable[Path]:
    """Write a workbook for each person, and a project of Label Studio in which they meet."""
    yield from export_sheets(campaign, "xlsx")
    yield from export_sheets(campaign, "label-studio", shared=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="repository with corpus/ and annotations/")
    parser.add_argument("--seed", type=int, default=SEED, help="default: %(default)s")
    arguments = parser.parse_args()
    folder = arguments.root / FOLDER
    try:
        sources = read_sources(arguments.root)
        dice = random.Random(arguments.seed)
        unsure = drawn(unsure_of(sources), UNSURE, dice, "documents of which every pass was unsure")
        left = [document.id for document in sources.documents if document.id not in set(unsure)]
        chosen = {*unsure, *drawn(left, AT_RANDOM, dice, "other documents")}
        keys = drawn([row["id"] for row in open_release(arguments.root / "corpus").rows("real")], KEYS, dice, "keys")
        folder.mkdir(parents=True, exist_ok=True)
        events = list(dict.fromkeys(document.event or "" for document in sources.documents if document.id in chosen))
        source = corpus_documents(arguments.root, events, judged=chosen)
        composed = set_up(folder, "composed", on_canonical_targets(source, sources), arguments.seed)
        with TemporaryDirectory() as aside:
            listed = Path(aside, "standoff.jsonl")
            write_jsonl(listed, ({"id": key} for key in sorted(keys)))
            set_up(folder, "real", read_documents(listed), arguments.seed)
        for path in packages(composed):
            print(path.relative_to(arguments.root))
    except WeiboNlpError as error:
        return failure(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
