"""Sheets of a campaign: what each annotator gets to fill in, in a format that annotators open."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from weibo_nlp.annotation.campaign import SHEETS, Campaign, by_questions
from weibo_nlp.annotation.documents import CampaignDocument, paths_above
from weibo_nlp.annotation.exchange.base import ExchangeFormat, Item, Passage, Question
from weibo_nlp.annotation.exchange.json_lines import JsonLines
from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.external.hydration import find_texts
from weibo_nlp.io import sha256_of_bytes

MOST_ABOVE = 20
"""Texts that are shown above one, at most: the thread's first and the nearest ones."""
MOST_ROWS = {"xlsx": 5_000}
"""Texts of a sheet, at most, in formats that are held in memory as they are written."""
SHARED_STEM = "all"


def formats() -> Mapping[str, ExchangeFormat]:
    """Formats in which sheets go out, by name."""
    from weibo_nlp.annotation.exchange.registry import FORMATS

    return {**FORMATS, JsonLines.name: JsonLines()}


def format_called(name: str | ExchangeFormat) -> ExchangeFormat:
    """Return the format of a name, or raise UnknownNameError listing what there is; a format is itself."""
    if not isinstance(name, str):
        return name
    known = formats()
    if name not in known:
        raise UnknownNameError("format", name, known)
    return known[name]


class DealtItems(Mapping[str, Item]):
    """Items of a campaign by the numbers that they were dealt under, made as they are asked for.

    Parameters
    ----------
    campaign : Campaign
        The campaign.
    numbers : mapping of str to str
        Number -> document id.
    texts : mapping of str to str, optional
        Texts by key, where the campaign does not hold them.
    suggestions : mapping of str to mapping, optional
        Document id -> question -> label, which are shown beforehand.
    """

    def __init__(
        self,
        campaign: Campaign,
        numbers: Mapping[str, str],
        texts: Mapping[str, str] | None = None,
        suggestions: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self._campaign, self.numbers, self._texts = campaign, numbers, texts or {}
        self._suggestions = suggestions or {}

    def __getitem__(self, number: str) -> Item:
        document = self._campaign.documents[self.numbers[number]]
        return Item(
            number,
            self._text(document),
            document.title,
            tuple(passages_above(self._campaign, document)),
            self._suggestions.get(document.id, {}),
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)

    def _text(self, document: CampaignDocument) -> str:
        return document.text if document.text is not None else self._texts[document.id]


def passages_above(campaign: Campaign, document: CampaignDocument) -> Iterator[Passage]:
    """Texts above a document, from the root of its thread down; of a long way, the first one and the nearest."""
    path = paths_above(campaign.documents, document)
    if len(path) > MOST_ABOVE:
        path = [path[0], *path[1 - MOST_ABOVE :]]
    for each in path:
        text = f"{each.title}\n{each.text or ''}" if each.title else each.text or ""
        yield Passage(text, each.author)
    if not path and document.context:
        yield Passage(document.context)


def find_campaign_texts(campaign: Campaign, source: Path | None) -> dict[str, str]:
    """Find the texts of a campaign of keys in a user's copies; of any other there is nothing to find.

    Raises
    ------
    UsageError
        If copies are needed and not named, or named and not needed.
    DataError
        If some texts are not in the copies.
    """
    if campaign.has_texts:
        if source is not None:
            raise UsageError(f"{campaign.folder} holds its texts; --texts is for campaigns of keys, leave it out.")
        return {}
    if source is None:
        raise UsageError(
            f"{campaign.folder} holds keys and no texts; name the folder of your copies of the published sets, with "
            "--texts FOLDER."
        )
    wanted = [document.id for document in campaign.documents.values() if document.is_judged]
    found = find_texts(source, dict.fromkeys(wanted, "campaign")).texts
    if missing := [key for key in wanted if key not in found]:
        raise DataError(
            f"{source}: {len(missing):,} of {len(wanted):,} texts are not there, as that of {missing[0]}; see which "
            "with weibo-nlp corpus hydrate, and complete the copies, or set up a campaign of those that are there."
        )
    return dict(found)


def export_sheets(
    campaign: Campaign,
    format: ExchangeFormat | str,
    *,
    annotator: str | None = None,
    texts: Path | None = None,
    suggestions: Mapping[str, Mapping[str, str]] | None = None,
    per_sheet: int | None = None,
    shared: bool = False,
    replace: bool = False,
) -> list[Path]:
    """Write sheets into the campaign's folder ``sheets``.

    Parameters
    ----------
    campaign : Campaign
        The campaign.
    format : ExchangeFormat or str
        Of the sheets, or its name.
    annotator : str, optional
        Whose; by default those of all to whom texts were dealt.
    texts : Path, optional
        Copies of the published sets, where the campaign holds keys alone.
    suggestions : mapping of document id to mapping of question to label, optional
        Shown beforehand. Whoever sees them agrees with them more than a blind reader would.
    per_sheet : int, optional
        Texts of a sheet, at most; threads may be parted. A workbook has 5,000 in any case.
    shared : bool
        One sheet for a project in which all annotators meet, under numbers that they share.
    replace : bool
        Write over sheets that are there.

    Returns
    -------
    list of Path
        The files, those of one annotator in the order in which they are to be read.

    Raises
    ------
    UsageError
        If sheets are there already: they may have been filled in.
    """
    if shared and annotator is not None:
        raise UsageError("a shared project is for all annotators; leave out --annotator, or --shared.")
    format = format_called(format)
    found = find_campaign_texts(campaign, texts)
    if shared:
        wanted = {SHARED_STEM: campaign.keys[None].numbers}
    else:
        dealt = [each for each in campaign.settings.annotators if each.is_dealt and annotator in (None, each.name)]
        if annotator is not None and not dealt:
            campaign.annotator(annotator)
            raise UsageError(f"nothing was dealt to {annotator}, whose labels were brought in; name another annotator.")
        wanted = {each.file: campaign.keys[each.name].numbers for each in dealt}
    written: list[Path] = []
    with tempfile.TemporaryDirectory(prefix=".sheets.", dir=campaign.folder) as name:
        beside = Path(name)
        for stem, numbers in wanted.items():
            (beside / stem).mkdir()
            items = DealtItems(campaign, numbers, found, suggestions)
            parts = list(
                _parts(campaign, items, min(filter(None, (per_sheet, MOST_ROWS.get(format.name))), default=None))
            )
            for place, (questions, part) in enumerate(parts, start=1):
                called = stem if len(parts) == 1 else f"{stem}-{place:0{len(str(len(parts)))}d}"
                shown = [items[number] for number in part]
                written += format.write(
                    shown, questions, beside / stem, stem=called, language=campaign.settings.language
                )
        targets = [campaign.folder / SHEETS / path.relative_to(beside) for path in written]
        _require_new(targets, replace)
        _publish(dict(zip(written, targets, strict=True)))
    return targets


def _parts(
    campaign: Campaign, items: DealtItems, per_sheet: int | None
) -> Iterator[tuple[tuple[Question, ...], list[str]]]:
    """Numbers of each sheet with its questions: one sheet for what is asked the same, in pieces of one size."""
    number_of = {document: number for number, document in items.numbers.items()}
    for questions, documents in by_questions(campaign, number_of):
        n_pieces = -(-len(documents) // (per_sheet or len(documents)))
        size = -(-len(documents) // n_pieces)
        for start in range(0, len(documents), size):
            yield questions, [number_of[document] for document in documents[start : start + size]]


def _require_new(targets: Sequence[Path], replace: bool) -> None:
    if replace:
        return
    if there := [path for path in targets if path.exists()]:
        raise UsageError(
            f"{there[0]} is there already, and may have been filled in; import it first, or write over it with "
            "--replace."
        )


def _publish(moves: Mapping[Path, Path]) -> None:
    for source, target in moves.items():
        target.parent.mkdir(parents=True, exist_ok=True)  # a clone of the folder has no empty ones
        source.replace(target)


def text_checksum(text: str) -> str:
    """SHA-256 of a text in UTF-8, by which it is seen that two files are about the same text."""
    return sha256_of_bytes(text.encode("utf-8", "surrogatepass"))
