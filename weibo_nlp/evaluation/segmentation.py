"""Word segmentation scored: which words of a reference a cut of the same text has found.

Works on lists of words, whoever made them. Refuses cuts of different texts: without a common text there is no place at
which two words could be the same one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from weibo_nlp.errors import DataError, UsageError

# Errors are shown in tables and logs: enough of the text to find the place, too little to reprint a corpus.
_SHOWN = 6
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class WordScores:
    """Words counted over all lines; runs of white space are not counted, on either side.

    Attributes
    ----------
    n_lines : int
        Lines compared.
    n_gold, n_predicted, n_correct : int
        Words of the reference, of the cut, and those that both have at the same place.
    n_oov, n_oov_correct : int or None
        The same of the reference's words outside the vocabulary; ``None`` where no vocabulary was given.
    """

    n_lines: int
    n_gold: int
    n_predicted: int
    n_correct: int
    n_oov: int | None = None
    n_oov_correct: int | None = None

    @property
    def precision(self) -> float:
        """Share of the cut's words that are the reference's, in [0, 1]."""
        return self.n_correct / self.n_predicted

    @property
    def recall(self) -> float:
        """Share of the reference's words that the cut has, in [0, 1]."""
        return self.n_correct / self.n_gold

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, in [0, 1]."""
        return 2 * self.n_correct / (self.n_gold + self.n_predicted)

    @property
    def oov_recall(self) -> float | None:
        """Recall of the words outside the vocabulary; ``None`` without a vocabulary, or if it has all words."""
        return self.n_oov_correct / self.n_oov if self.n_oov and self.n_oov_correct is not None else None


def score_words(
    gold: Sequence[Sequence[str]],
    predicted: Sequence[Sequence[str]],
    *,
    vocabulary: Collection[str] | None = None,
    lines: Sequence[str] | None = None,
) -> WordScores:
    """Count the words of a reference that a cut of the same lines has found.

    Parameters
    ----------
    gold, predicted : sequence of sequence of str, n_lines each
        Words of each line; joined, those of the cut are those of the reference.
    vocabulary : collection of str, optional
        Words known from training; recall of all others is counted apart.
    lines : sequence of str, n_lines, optional
        What errors call each line, such as ``gold.txt:3``; ``line 1``, ``line 2``, … by default.

    Raises
    ------
    UsageError
        If the numbers of lines differ, or a string stands where a list of words should.
    DataError
        If a word is empty, the words of a line do not join to the same text, or there are no words at all.

    Notes
    -----
    Word precision, recall, F1 and recall of unseen words as in the SIGHAN bakeoffs (Sproat & Emerson 2003), except
    that a run of white space is no word: programs that drop it and programs that keep it are to be comparable.

    Examples
    --------
    >>> scores = score_words([["他", "来到", "北京"]], [["他", "来", "到", "北京"]])
    >>> scores.n_correct, scores.precision, round(scores.recall, 3), round(scores.f1, 3)
    (2, 0.5, 0.667, 0.571)
    """
    if isinstance(vocabulary, str):
        raise UsageError(f"vocabulary is the string {vocabulary[:20]!r}; pass a collection of words.")
    if len(gold) != len(predicted):
        raise UsageError(f"gold has {len(gold)} lines, predicted has {len(predicted)}; give a cut for every line.")
    names = lines if lines is not None else [f"line {number}" for number in range(1, len(gold) + 1)]
    if len(names) != len(gold):
        raise UsageError(f"{len(names)} names for {len(gold)} lines; give one for each.")
    known = None if vocabulary is None else frozenset(vocabulary)
    n_gold = n_predicted = n_correct = n_oov = n_oov_correct = 0
    for name, right, cut in zip(names, gold, predicted, strict=True):
        _refuse_no_words(name, "gold", right)
        _refuse_no_words(name, "predicted", cut)
        _refuse_other_text(name, "".join(right), "".join(cut))
        spans = frozenset(_spans(cut))
        n_predicted += len(spans)
        for start, end, word in _spans(right):
            hit = (start, end, word) in spans
            n_gold += 1
            n_correct += hit
            if known is not None and word not in known:
                n_oov += 1
                n_oov_correct += hit
    if not n_gold:
        raise DataError("the reference holds no words; give lines with words to score against.")
    unseen = (None, None) if known is None else (n_oov, n_oov_correct)
    return WordScores(len(gold), n_gold, n_predicted, n_correct, *unseen)


def restore_white_space(text: str, words: Sequence[str]) -> list[str]:
    """Put back, as words of their own, the runs of white space of `text` that a segmenter left out.

    Parameters
    ----------
    text : str
        What was cut.
    words : sequence of str
        The segmenter's words, in order.

    Returns
    -------
    list of str
        Joined, they are `text` if the segmenter left out nothing but white space; anything else that it dropped or
        changed is left as it is, for :func:`score_words` to refuse.
    """
    restored: list[str] = []
    position = 0
    for word in words:
        if not text.startswith(word, position) and (gap := _SPACE.match(text, position)):
            restored.append(gap[0])
            position = gap.end()
        restored.append(word)
        position += len(word)
    if gap := _SPACE.match(text, position):
        restored.append(gap[0])
    return restored


def _spans(words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Place and form of each word that is not white space."""
    start = 0
    for word in words:
        end = start + len(word)
        if not word.isspace():
            yield start, end, word
        start = end


def _refuse_no_words(name: str, side: str, words: Sequence[str]) -> None:
    if isinstance(words, str):
        raise UsageError(f"{name}: {side} is a string of {len(words)} characters; pass the list of its words.")
    for number, word in enumerate(words, 1):
        if not isinstance(word, str) or not word:
            raise DataError(f"{name}: {side} word {number} is {word!r}; every word is a string of 1 character or more.")


def _refuse_other_text(name: str, text: str, joined: str) -> None:
    if text == joined:
        return
    pairs = enumerate(zip(text, joined, strict=False))
    at = next((place for place, (one, other) in pairs if one != other), min(len(text), len(joined)))
    shown, instead = text[at : at + _SHOWN] or "its end", joined[at : at + _SHOWN] or "their end"
    raise DataError(
        f"{name}: joined, the predicted words are not the text: from character {at} on it has {shown!r}, they have "
        f"{instead!r}. Cut the text as it stands, without normalising it or leaving anything out."
    )
