"""Hand segmentation: sentences drawn from the corpus, cut by two annotators, adjudicated where they differ."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from weibo_nlp.errors import DataError
from weibo_nlp.records import Document, Span

# A sentence ends after its marks and closing quotation marks, or at the end of a line.
_SENTENCE = re.compile(r"[^\n。！？!?]*[。！？!?]+[”’」』）)]*|[^\n。！？!?]+")
MIN_CHARACTERS = 4
MAX_CHARACTERS = 90

AGREED, ADJUDICATED = "agreed", "adjudicated"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A piece of a document's text; ``text`` is what stands at ``span``."""

    id: str
    document_id: str
    span: Span
    text: str


def sentences_of(document: Document) -> list[Sentence]:
    """Cut a document into sentences, leaving out what is too short or too long to be worth cutting by hand."""
    stripped = [(match.end() - len(match[0].lstrip()), match[0].strip()) for match in _SENTENCE.finditer(document.text)]
    return [
        Sentence(f"{document.id}:{start}", document.id, Span(start, start + len(text)), text)
        for start, text in stripped
        if MIN_CHARACTERS <= len(text) <= MAX_CHARACTERS
    ]


def draw(documents: Iterable[Document], n: int, *, seed: int) -> list[Sentence]:
    """Draw `n` sentences of posts, reposts and comments at random, no text twice, sorted by id.

    Raises
    ------
    DataError
        If there are fewer.
    """
    short = (document for document in documents if document.kind != "article")
    pool = {sentence.text: sentence for document in short for sentence in sentences_of(document)}
    if len(pool) < n:
        raise DataError(f"{len(pool)} different sentences, {n} were asked for; ask for fewer.")
    names = sorted(pool)
    random.Random(seed).shuffle(names)
    return sorted((pool[name] for name in names[:n]), key=lambda sentence: (sentence.document_id, sentence.span.start))


def cut_problem(text: str, words: Sequence[str]) -> str | None:
    """Say why words are no cut of a text; None where they are."""
    if any(not isinstance(word, str) or not word for word in words):
        return "a word is empty or no string"
    if "".join(words) != text:
        return f"joined, the words are {''.join(words)!r}, not the sentence {text!r}"
    return None


def spans_of(words: Sequence[str]) -> set[tuple[int, int]]:
    """Half-open spans of the words in their sentence."""
    return set(pairwise(accumulate(map(len, words), initial=0)))


def word_f1(one: Iterable[Sequence[str]], other: Iterable[Sequence[str]]) -> float:
    """Agreement of two cuts of the same sentences: F1 over words, the same whichever is taken as the reference.

    Returns
    -------
    float
        2 x common / (words of one + words of the other), pooled over sentences.

    Raises
    ------
    DataError
        If the cuts are of different numbers of sentences, or there are none.
    """
    common = total = 0
    for left, right in zip(one, other, strict=True):
        common += len(spans_of(left) & spans_of(right))
        total += len(left) + len(right)
    if not total:
        raise DataError("there are no words to compare.")
    return 2 * common / total


def differences(cuts: Mapping[str, Sequence[str]], others: Mapping[str, Sequence[str]]) -> list[str]:
    """Ids of the sentences that two annotators cut differently, in order."""
    return sorted(name for name in cuts if list(cuts[name]) != list(others[name]))


@dataclass(frozen=True, slots=True)
class GoldCut:
    """The cut of a sentence that holds in the end.

    ``resolution`` is ``agreed`` or ``adjudicated``, the latter with a reason; files call it ``settled``.
    """

    id: str
    words: tuple[str, ...]
    resolution: str
    reason: str | None


def gold_cut_problem(gold: GoldCut, sentence: Sentence, cuts: Mapping[str, Sequence[str]]) -> str | None:
    """Say why a gold cut is not what its sentence and the annotators' cuts by annotator allow; None where it is."""
    if len(cuts) < 2:
        return f"{gold.id!r} was cut by {', '.join(sorted(cuts)) or 'nobody'}; two annotators are needed"
    if problem := cut_problem(sentence.text, gold.words):
        return problem
    first, *others = cuts.values()
    alike = all(list(first) == list(other) for other in others)
    if gold.resolution not in (AGREED, ADJUDICATED):
        return f"settled is {gold.resolution!r}; allowed: {AGREED}, {ADJUDICATED}"
    if (gold.resolution == AGREED) != alike:
        return f"settled is {gold.resolution!r}, but the annotators {'agree' if alike else 'differ'}"
    if alike and list(gold.words) != list(first):
        return f"the annotators agree on {' '.join(first)!r}, gold has {' '.join(gold.words)!r}"
    if gold.resolution == ADJUDICATED and not gold.reason:
        return "adjudicated without a written reason"
    return None
