"""Gold of a campaign: what its annotators agree on and what was adjudicated, a row a document."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from weibo_nlp.annotation.adjudication import ADJUDICATED, MAJORITY, UNANIMOUS, count_votes
from weibo_nlp.annotation.answers import all_answers
from weibo_nlp.annotation.campaign import DESIGN_FILE, Campaign
from weibo_nlp.annotation.campaign_agreement import votes_of
from weibo_nlp.annotation.document_tables import DESIGN
from weibo_nlp.annotation.documents import PLACE, CampaignDocument
from weibo_nlp.annotation.questions import STANCE
from weibo_nlp.annotation.rulings import disputes, is_decided, open_disputes, read_rulings, stale_rulings
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import atomic_path, open_writer, sha256_of_file
from weibo_nlp.io.jsonl import read_json_object
from weibo_nlp.io.names import quoted
from weibo_nlp.io.paths import named_path
from weibo_nlp.io.writers import output_format

if TYPE_CHECKING:
    import pandas as pd

GOLD, SINGLE, OPEN, UNJUDGED = "gold_", "single", "open", "unjudged"
HOW = (UNANIMOUS, MAJORITY, SINGLE, ADJUDICATED, OPEN, UNJUDGED)
"""How a label came about: all said so, more than half, the only one who was asked; it was ruled on; or it is empty, as
annotators part on it or nobody has judged it yet."""
Unresolved = Literal["refuse", "empty"]
_MOST_DESIGN_BYTES = 1024**3


@dataclass(frozen=True)
class CampaignGold:
    """Gold labels of a campaign.

    Attributes
    ----------
    columns : tuple of str
        Of the rows: ``place`` or the id's column, then the label columns.
    rows : tuple of mapping
        One for each document that was dealt out, in the order of the source; what has no label is None.
    counts : mapping of str to mapping of str to int
        Gold column -> how its labels came about (:data:`HOW`) -> documents.
    """

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]
    counts: Mapping[str, Mapping[str, int]]

    @property
    def frame(self) -> pd.DataFrame:
        """The rows as a DataFrame."""
        import pandas as pd

        return pd.DataFrame(list(self.rows), columns=list(self.columns))

    @property
    def n_open(self) -> int:
        """Labels that are empty because annotators part on them."""
        return sum(count.get(OPEN, 0) for count in self.counts.values())


def gold_of(campaign: Campaign, *, unresolved: Unresolved = "refuse") -> CampaignGold:
    """Return the labels of a campaign that hold.

    What all annotators say holds, and where the campaign's rule is ``majority``, what more than half of them say; then
    what was adjudicated. The word of the only one who was asked holds as well. Labels that were brought in (those of a
    model to whom nothing was dealt, or of the author) have no say.

    Parameters
    ----------
    campaign : Campaign
        The campaign.
    unresolved : {"refuse", "empty"}
        What becomes of disputes without a ruling.

    Raises
    ------
    DataError
        If disputes have no ruling and are not to be left empty, or a ruling is on labels that have changed since.
    """
    answers = all_answers(campaign)
    found = disputes(campaign, answers)
    if stale := stale_rulings(campaign, found):
        first = stale[0]
        raise DataError(
            f"{campaign.folder}: {len(stale):,} rulings are on labels that were changed since, as the one on "
            f"{first.question} of {quoted(first.id)} ({first.place} of {first.file}); adjudicate these anew with "
            "annotate adjudicate --to, and read them with --from and --replace; or delete their lines in "
            "adjudicated.jsonl."
        )
    if unresolved == "refuse" and (still_open := dict(open_disputes(campaign, found))):
        listed = ", ".join(f"{count:,} on {name}" for name, count in still_open.items())
        raise DataError(
            f"{campaign.folder}: annotators part, without a ruling: {listed}. Decide with annotate adjudicate, or "
            "leave them empty with --unresolved empty."
        )
    rulings = read_rulings(campaign)
    votes = votes_of(campaign, answers)
    columns = _columns(campaign)
    key = _key_column(campaign)
    counts: dict[str, Counter[str]] = {column: Counter() for column in columns}
    rows: list[dict[str, Any]] = []
    for document in campaign.documents.values():
        if not document.is_judged:
            continue
        row: dict[str, Any] = {key: document.place if document.place is not None else _key(document, key)}
        for column, targets in columns.items():
            question = _question(campaign, document, column, targets)
            if question is None:
                row[column] = None
                continue
            given = tuple(votes.get((document.id, question), {}).values())
            ruling = rulings.get((document.id, question))
            label, how = _resolved(given, None if ruling is None else ruling.label, campaign)
            row[column] = label
            counts[column][how] += 1
        rows.append(row)
    return CampaignGold((key, *columns), tuple(rows), {name: dict(count) for name, count in counts.items()})


def write_gold(campaign: Campaign, labels: CampaignGold, path: Path | str) -> list[Path]:
    """Write gold as a table, and for a sample its design beside it; return the files.

    Raises
    ------
    UsageError
        If the suffix is none of a table, or it would be written into the campaign or over its documents.
    """
    path = named_path(path, "an output")
    _require_gold_path(campaign, path)
    shape = output_format(path, "csv")
    kinds: dict[str, Any] = dict.fromkeys(labels.columns, "string")
    if labels.columns[0] == PLACE:
        kinds[PLACE] = "int"
    written = [path]
    design = campaign.folder / DESIGN_FILE
    # The design first: gold without it would be read as that of another sample, which may lie there.
    if design.is_file():
        beside = path.with_name(path.name + DESIGN)
        with atomic_path(beside) as temporary:
            shutil.copyfile(design, temporary)
        written.append(beside)
    with open_writer(path, shape, kinds, mark=True) as writer:
        writer.write(labels.rows)
    return written


def _resolved(given: tuple[str, ...], ruled: str | None, campaign: Campaign) -> tuple[str | None, str]:
    if not given:
        return None, UNJUDGED
    if is_decided(given, campaign.settings.rule):
        vote = count_votes(given)
        return vote.winner, SINGLE if len(given) == 1 else vote.resolution
    return (None, OPEN) if ruled is None else (ruled, ADJUDICATED)


def _columns(campaign: Campaign) -> dict[str, Mapping[int, str | None]]:
    """Gold column -> for a stance on targets of the documents, what it is about by place; empty for any other.

    A sample's design says which label column has which target where.
    """
    questions = campaign.questions
    own_targets = any(document.targets is not None for document in campaign.documents.values())
    if not own_targets:
        return {f"{GOLD}{question.name}": {} for question in questions}
    columns: dict[str, Mapping[int, str | None]] = {}
    for question in questions:
        columns |= dict(_stance_columns(campaign)) if question.task == STANCE else {f"{GOLD}{question.name}": {}}
    return columns


def _stance_columns(campaign: Campaign) -> Iterator[tuple[str, Mapping[int, str | None]]]:
    design = campaign.folder / DESIGN_FILE
    rows = read_json_object(design, _MOST_DESIGN_BYTES).get("rows", ()) if design.is_file() else ()
    by_column: dict[str, dict[int, str | None]] = {}
    for row in rows:
        for column, target in (row.get("targets") or {}).items():
            by_column.setdefault(f"{GOLD}{column}", {})[row[PLACE]] = target
    if by_column:
        yield from by_column.items()
    elif all(len(document.targets or ()) == 1 for document in campaign.documents.values() if document.is_judged):
        yield f"{GOLD}{STANCE}", {}
    else:
        yield from ((f"{GOLD}{each.name}", {}) for each in campaign.questions if each.task == STANCE)


def _question(
    campaign: Campaign, document: CampaignDocument, column: str, targets: Mapping[int, str | None]
) -> str | None:
    """Name of the question whose label stands in a column of a document; None where it is not asked."""
    asked = campaign.questions_for(document)
    if targets:
        target = None if document.place is None else targets.get(document.place)
        return next((each.name for each in asked if each.task == STANCE and each.target == target), None)
    name = column.removeprefix(GOLD)
    if (called := next((each.name for each in asked if each.name == name), None)) is not None or name != STANCE:
        return called
    return next((each.name for each in asked if each.task == STANCE), None)


def _key_column(campaign: Campaign) -> str:
    return campaign.settings.documents.id_column


def _key(document: CampaignDocument, column: str) -> str | int:
    # Without ids, a document is called by its place.
    return int(document.id) if column == PLACE else document.id


def _require_gold_path(campaign: Campaign, path: Path) -> None:
    if path.resolve().is_relative_to(campaign.folder.resolve()):
        raise UsageError(f"{path} is in the campaign's folder, which keeps files of its own; write gold elsewhere.")
    source = campaign.settings.documents
    if path.is_file() and source.sha256 is not None and sha256_of_file(path) == source.sha256:
        raise UsageError(f"{path} is what the campaign's documents were read from; write gold to another file.")
